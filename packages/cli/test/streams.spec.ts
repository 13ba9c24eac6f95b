// tsnids streams: what it lists. That the bytes are right is the engine's matter; here it is what becomes of them.

import { createHash } from "node:crypto";
import { capture, tunnelPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, jsonLines, temporaryFolder, tsnids } from "./command.js";
import { closed, open, withGap } from "./conversations.js";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("tsnids streams", () => {
  const folder = temporaryFolder();

  const list = (pcap: Uint8Array, ...options: string[]): Record<string, unknown>[] =>
    jsonLines(tsnids(["streams", "--json", ...options, folder.write("replayed.pcap", pcap)]));

  it("prints a JSON line per direction, its keys in a fixed order", () => {
    const { stdout, stderr, status } = tsnids(["streams", "--json", folder.write("one.pcap", closed().pcap())]);
    expect(stdout).to.equal(
      `{"client":"10.0.0.1|40000","server":"10.0.0.2|80","nth":0,"dir":"c2s","bytes":7,"sha256":"${sha256("request")}","gaps":[]}\n` +
        `{"client":"10.0.0.1|40000","server":"10.0.0.2|80","nth":0,"dir":"s2c","bytes":10,"sha256":"${sha256("the answer")}","gaps":[]}\n`,
    );
    expect(stderr).to.equal("");
    expect(status).to.equal(0);
  });

  it("writes IPv6 addresses as RFC 5952 wants them", () => {
    const [first] = list(closed({ client: "[2001:0DB8:0:0:0:0:0:1]:40000", server: "[2001:db8::2]:80" }).pcap());
    expect(first).to.include({ client: "2001:db8::1|40000", server: "2001:db8::2|80" });
  });

  it("leaves gaps out of the bytes, and lists them by offset in what is left", () => {
    const [, answer] = list(withGap().pcap());
    expect(answer).to.deep.include({ bytes: 15, sha256: sha256("the answerlater"), gaps: [[10, 10]] });
  });

  it("takes two holes with nothing between them for one", () => {
    const cut = open().send("server", "0123456789").send("server", "abcdefghij").fin("server").capture();
    const [, answer] = list(cut.cut(6, 59).cut(7, 54).pcap());
    expect(answer).to.deep.include({ bytes: 15, sha256: sha256("the answer01234"), gaps: [[15, 15]] });
  });

  it("keeps urgent bytes in their place", () => {
    const urgent = open().segment("client", { data: "ab!cd", flags: "PAU", urgentPointer: 3 }).reset("client");
    expect(list(urgent.pcap())[0]).to.include({ bytes: 12, sha256: sha256("requestab!cd") });
  });

  it("lists streams that are still open at the end, and no direction without data", () => {
    const silent = open({ client: "10.0.0.1:40001", start: "1000000001" }).frames.slice(0, 4);
    const lines = list(capture([open(), silent]).pcap());
    expect(lines.map(({ client, dir }) => `${String(client)} ${String(dir)}`)).to.deep.equal([
      "10.0.0.1|40000 c2s",
      "10.0.0.1|40000 s2c",
      "10.0.0.1|40001 c2s",
    ]);
  });

  it("says what a stream is in, and counts the streams there apart", () => {
    const talks = [{ vlan: [5] }, { vlan: [6] }, {}].map((way) => closed(way));
    const lines = list(capture(talks).pcap());
    expect(lines.map(({ nth, encapsulation }) => [nth, encapsulation])).to.deep.equal(
      [[{ kind: "vlan", id: 5 }], [{ kind: "vlan", id: 6 }], undefined].flatMap((each) => [
        [0, each],
        [0, each],
      ]),
    );
    const gre = closed({
      vlan: [5],
      wrap: (packet) => tunnelPacket("gre", packet, { source: "192.0.2.1", destination: "192.0.2.2", id: 7 }),
    });
    const { lines: table } = tsnids(["streams", folder.write("gre.pcap", gre.pcap())]);
    expect(table[0]).to.match(/ {2}in vlan 5, gre 7 192\.0\.2\.1-192\.0\.2\.2$/);
  });

  it("looks into tunnels as told", () => {
    const gre = closed({
      wrap: (packet) => tunnelPacket("gre", packet, { source: "192.0.2.1", destination: "192.0.2.2" }),
    });
    expect(list(gre.pcap())).to.have.lengthOf(2);
    expect(list(gre.pcap(), "--set", "tunnels=")).to.have.lengthOf(0);
    expect(list(gre.pcap(), "--set", "tunnels=vxlan,gre", "--set", "vxlanPorts=4789,4790")).to.have.lengthOf(2);
    const twoWays = capture([
      closed({ vlan: [5] }).frames.filter((_, at) => at % 2 === 0),
      closed().frames.filter((_, at) => at % 2 === 1),
    ]);
    expect(list(twoWays.pcap(), "--set", "foldEncapsulations=vlan,mpls")).to.have.lengthOf(2);
  });

  it("numbers the streams of the same pair, those without data too", () => {
    const streams = [0, 1, 2].map((n) => {
      const start = `${1_000_000_000 + n * 100}`;
      const one = closed({ start, clientIsn: 1000 + n * 100_000_000, serverIsn: 5000 + n * 100_000_000 });
      return n === 1 ? one.frames.filter((_, index) => index < 3) : one.frames;
    });
    const turned = closed({ client: "10.0.0.2:80", server: "10.0.0.1:40000", start: "1000001000" });
    const lines = list(capture([...streams, turned]).pcap());
    expect(lines.filter(({ dir }) => dir === "c2s").map(({ client, nth }) => [client, nth])).to.deep.equal([
      ["10.0.0.1|40000", 0],
      ["10.0.0.1|40000", 2],
      ["10.0.0.2|80", 0],
    ]);
  });

  it("prints a table without --json", () => {
    const { lines } = tsnids(["streams", folder.write("table.pcap", withGap().pcap())]);
    const hash = sha256("the answerlater").slice(0, 16);
    expect(lines[1]).to.equal(
      `10.0.0.1:40000        -> 10.0.0.2:80            #0  s2c         15  sha256 ${hash}  misses 10 at 10`,
    );
    expect(lines.slice(2)).to.deep.equal(["", "2 directions with data of 1 streams, 22 bytes"]);
  });

  it("gives the same lines for a capture every time", () => {
    const [first, second] = [1, 2].map(() => tsnids(["streams", "--json", `${captures}redis.pcap`]).stdout);
    expect(first).to.equal(second);
  });

  for (const name of ["capture-loss", "ftp", "port-reuse", "reset", "snaplen", "urgent"]) {
    it(`has as many bytes as tsnids run counts: ${name}`, () => {
      const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
      const directions = jsonLines(tsnids(["streams", "--json", `${captures}${name}.pcap`]));
      const connections = jsonLines(tsnids(["run", "--json", `${captures}${name}.pcap`])).filter(
        ({ c2s }) => c2s !== undefined,
      );
      const counted = connections.flatMap(({ c2s, s2c }) => [c2s, s2c] as { bytes: number }[]);
      expect(sum(directions.map(({ bytes }) => bytes as number))).to.equal(sum(counted.map(({ bytes }) => bytes)));
      expect(directions).to.have.length(counted.filter(({ bytes }) => bytes > 0).length);
    });
  }
});
