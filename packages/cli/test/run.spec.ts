// tsnids run: what it prints for people.

import { gzipSync } from "node:zlib";
import { LinkType, PcapngWriter } from "@tsnids/pcap";
import { capture, conversation, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, temporaryFolder, tsnids } from "./command.js";
import { closed, open, withGap } from "./conversations.js";

describe("tsnids run", () => {
  const folder = temporaryFolder();

  /** The lines of connections and alerts, and the summary by subject. */
  function run(pcap: Uint8Array, ...options: string[]): { lines: string[]; summary: Map<string, string> } {
    const { status, stdout, stderr } = tsnids(["run", ...options, folder.write("replayed.pcap", pcap)]);
    expect(stderr).to.equal("");
    expect(status).to.equal(0);
    const [lines = "", summary = lines] = stdout.split("\n\n");
    const subjects = summary.trimEnd().split("\n");
    return {
      lines: summary === lines ? [] : lines.split("\n"),
      summary: new Map(subjects.map((line) => [line.split(/ +/)[0] ?? "", line.replace(/^\S+ +/, "")])),
    };
  }

  it("prints a line per connection and a summary", () => {
    const { lines, summary } = run(closed().pcap());
    expect(lines).to.deep.equal([
      "2001-09-09T01:46:40.000000Z  10.0.0.1:40000        -> 10.0.0.2:80            CLOSE     fin      c2s         7  s2c        10     0.008000 s",
    ]);
    expect([...summary.keys()]).to.deep.equal(["packets", "streams", "gaps", "alerts", "speed"]);
    expect(summary.get("packets")).to.equal("9: 503 bytes");
    expect(summary.get("streams")).to.equal("1: 1 CLOSE");
    expect(summary.get("gaps")).to.equal("0");
    expect(summary.get("alerts")).to.equal("0");
    expect(summary.get("speed")).to.match(/^\d+\.\d{3} s, \d+ packets\/s, \d+\.\d MB\/s$/);
  });

  it("says why each connection ended, in the order they end", () => {
    const reset = open({ client: "10.0.0.1:40001", start: "1000000001" }).reset("server");
    const idle = open({ client: "10.0.0.1:40002", start: "1000000002" });
    const reused = open({ client: "10.0.0.1:40003", start: "1000000003" });
    const again = open({ client: "10.0.0.1:40003", start: "1000000004", clientIsn: 900_000_000 });
    const late = open({ client: "10.0.0.1:40004", start: "1000000100" });
    const { lines, summary } = run(
      capture([closed(), reset, idle, reused, again, late]).pcap(),
      ...["--set", "idleTimeoutMs=10000"],
    );
    const ends = lines.map((line) => /:(4\d{4}) .* ([A-Z_]+) +([a-z]+) .* (\S+) s$/.exec(line)?.slice(1));
    expect(ends).to.deep.equal([
      ["40000", "CLOSE", "fin", "0.008000"],
      ["40001", "RESET", "rst", "0.006000"],
      ["40003", "TIMED_OUT", "reused", "0.004000"],
      ["40002", "TIMED_OUT", "idle", "0.004000"],
      ["40003", "TIMED_OUT", "idle", "0.004000"],
      ["40004", "EXITING", "exit", "0.004000"],
    ]);
    expect(summary.get("streams")).to.equal("6: 1 CLOSE, 1 RESET, 3 TIMED_OUT, 1 EXITING");
  });

  it("marks connections whose beginning is missing", () => {
    const headless = closed().capture().drop(0).drop(0).drop(0);
    const { lines, summary } = run(headless.pcap());
    expect(lines[0]).to.match(/ {2}midstream \(first-packet\)$/);
    expect(summary.get("streams")).to.equal("1: 1 CLOSE; 1 midstream");
    expect(run(headless.pcap(), "--no-midstream").lines).to.deep.equal([]);
  });

  it("shows gaps, and counts delivered bytes only", () => {
    const { lines, summary } = run(withGap().pcap());
    expect(lines[0])
      .to.contain("c2s         7  s2c        15 ")
      .and.to.match(/ {2}s2c misses 10 bytes in 1 gap$/);
    expect(summary.get("gaps")).to.equal("1: 10 bytes missing");
    expect(summary.get("lost")).to.equal("about 1.6 %: 10 bytes acknowledged and never seen");
  });

  it("counts urgent bytes as bytes", () => {
    const urgent = open().segment("client", { data: "ab!", flags: "PAU", urgentPointer: 3 }).reset("client");
    expect(run(urgent.pcap()).lines[0]).to.contain("c2s        10 ");
  });

  it("lines up the columns of IPv4 and IPv6 when it has seen both", () => {
    const v6 = closed({ client: "[2001:db8:1:2:3:4:5:6]:40000", server: "[2001:db8::2]:80" });
    const { lines } = run(
      capture([closed({ client: "10.0.0.1:1" }), v6, closed({ client: "10.0.0.1:2", start: "1000000009" })]).pcap(),
    );
    const places = lines.map((line) => [line.indexOf(" -> "), line.indexOf("CLOSE"), line.length]);
    expect(lines).to.have.length(3);
    expect(places[1]).to.deep.equal(places[2]);
    expect(lines[1]).to.contain("[2001:db8:1:2:3:4:5:6]:40000 -> [2001:db8::2]:80 ");
  });

  it("counts alerts, and shows them when asked", () => {
    const bad = closed().segment("client", { data: "x", checksum: "bad", stray: true });
    const { lines, summary } = run(bad.pcap(), "--checksums", "verify");
    expect(lines).to.have.length(1);
    expect(summary.get("alerts")).to.equal("1: 1 tcp-checksum");
    expect(summary.get("invalid")).to.equal("1 TCP");
    expect(run(bad.pcap(), "--checksums", "verify", "--alerts").lines[1]).to.equal(
      "2001-09-09T01:46:40.009000Z  alert notice tcp-checksum  10.0.0.1 -> 10.0.0.2  wrong TCP checksum",
    );
    expect(run(bad.pcap(), "--checksums", "ignore").summary.get("alerts")).to.equal("0");
  });

  it("counts datagrams and fragments", () => {
    const datagram = frame(udpPacket("10.0.0.1:53", "10.0.0.2:53", { data: "x".repeat(100) }), { time: 5 });
    const { summary } = run(capture([datagram, closed()]).fragment(0, [48]).pcap());
    expect(summary.get("udp")).to.equal("1 datagrams");
    expect(summary.get("fragments")).to.equal("2: 1 datagrams put together");
  });

  it("prints the summary only with --quiet", () => {
    const { stdout } = tsnids(["run", "--quiet", folder.write("quiet.pcap", closed().pcap())]);
    expect(stdout).to.match(/^packets +9/);
  });

  it("replays several files as one capture, in order of time", () => {
    const { frames } = closed();
    const first = folder.write("1.pcap", capture([frames.slice(0, 4)]).pcap());
    const second = folder.write("2.pcap", capture([frames.slice(4)]).pcap());
    for (const files of [[first, second], [second, first], [folder.path("[12].pcap")]]) {
      const { lines } = tsnids(["run", ...files]);
      expect(lines[0]).to.match(/CLOSE +fin +c2s +7 +s2c +10 +0.008000 s$/);
      expect(lines[2]).to.match(/^packets +9/);
    }
  });

  it("replays what two taps saw, one of each direction, of different formats", () => {
    const { frames } = closed();
    const [up, down] = [1, 2].map((host) => frames.filter(({ bytes }) => bytes[29] === host));
    const client = folder.write("client.pcap.gz", gzipSync(capture([up ?? []]).pcap()));
    const writer = new PcapngWriter();
    const section = [writer.section(), writer.interface({ linkType: LinkType.ETHERNET })];
    const packets = (down ?? []).map(({ bytes, time }) =>
      writer.packet(0, bytes, bytes.length, time.seconds, time.nanoseconds),
    );
    const server = folder.write("server", Buffer.concat([...section, ...packets]));
    const { lines } = tsnids(["run", client, server]);
    expect(lines[0]).to.match(/CLOSE +fin +c2s +7 +s2c +10 +0.008000 s$/);
    expect(lines.join()).not.to.match(/clock-backwards|missing/);
  });

  it("reads more captures than a signal usually has listeners, without a word", () => {
    const parts = Array.from({ length: 12 }, (_, index) => folder.write(`part${index}.pcap`, closed().pcap()));
    expect(tsnids(["run", "-q", ...parts])).to.include({ stderr: "", status: 0 });
  });

  it("reads standard input", () => {
    const { status, lines } = tsnids(["run", "-"], { input: closed().pcap() });
    expect(status).to.equal(0);
    expect(lines[0]).to.contain("10.0.0.1:40000");
  });

  it("gives the same lines for a capture every time", () => {
    const [first, second] = [1, 2].map(() => tsnids(["run", "--alerts", `${captures}loss.pcap`]).stdout);
    expect(first?.replace(/^speed.*$/m, "")).to.equal(second?.replace(/^speed.*$/m, ""));
  });

  it("shows real traffic: web.pcap", () => {
    const { lines } = tsnids(["run", `${captures}web.pcap`]);
    const connections = lines.filter((line) => line.includes(" -> "));
    expect(connections).to.have.length(12);
    for (const line of connections)
      expect(line).to.match(/-> 10\.9\.0\.1:80 +CLOSE +fin +c2s +\d+ +s2c +\d+ +0\.\d{6} s$/);
  });

  it("prints nothing but the summary for a capture without connections", () => {
    const lonely = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" }).segment("client", { flags: "S" });
    const { lines, summary } = run(lonely.pcap());
    expect(lines).to.deep.equal([]);
    expect(summary.get("streams")).to.equal("0");
  });
});
