// tsnids run --json: a JSON object per line.

import { expect } from "chai";
import { captures, jsonLines, temporaryFolder, tsnids } from "./command.js";
import { closed, open, withGap } from "./conversations.js";

describe("tsnids run --json", () => {
  const folder = temporaryFolder();

  const run = (pcap: Uint8Array, ...options: string[]): Record<string, unknown>[] =>
    jsonLines(tsnids(["run", "--json", ...options, folder.write("replayed.pcap", pcap)]));

  it("describes a connection", () => {
    const exact = closed({ client: "[2001:db8::1]:40000", server: "[2001:db8::2]:80", start: "1000000000.999999999" });
    expect(run(exact.pcap())[0]).to.deep.equal({
      type: "connection",
      id: 1,
      client: "2001:db8::1|40000",
      server: "2001:db8::2|80",
      state: "CLOSE",
      reason: "fin",
      origin: "handshake",
      midstream: false,
      start: "2001-09-09T01:46:40.999999999Z",
      startSeconds: 1_000_000_000,
      startNanoseconds: 999_999_999,
      end: "2001-09-09T01:46:41.007999999Z",
      endSeconds: 1_000_000_001,
      endNanoseconds: 7_999_999,
      duration: "0.008000000",
      c2s: { bytes: 7, gaps: 0, missing: 0 },
      s2c: { bytes: 10, gaps: 0, missing: 0 },
    });
  });

  it("never gives a duration below zero", () => {
    const turned = open().at("999999999").reset("server");
    const connection = run(turned.pcap()).find(({ type }) => type === "connection");
    expect(connection).to.deep.include({ end: "2001-09-09T01:46:39.000000000Z", duration: "0.000000000" });
  });

  it("describes gaps", () => {
    expect(run(withGap().pcap())[0]).to.deep.include({ s2c: { bytes: 15, gaps: 1, missing: 10 } });
  });

  it("describes alerts, unless only the summary is wanted", () => {
    const bad = closed().segment("client", { data: "x", checksum: "bad", stray: true }).pcap();
    expect(run(bad, "--checksums", "verify").find(({ type }) => type === "alert")).to.deep.equal({
      type: "alert",
      code: "tcp-checksum",
      severity: "notice",
      text: "wrong TCP checksum",
      source: "10.0.0.1",
      destination: "10.0.0.2",
      time: "2001-09-09T01:46:40.009000000Z",
      timeSeconds: 1_000_000_000,
      timeNanoseconds: 9_000_000,
    });
    expect(run(bad, "--checksums", "verify", "--quiet").map(({ type }) => type)).to.deep.equal(["summary"]);
    const both = run(bad, "--checksums", "verify", "--quiet", "--alerts").map(({ type }) => type);
    expect(both).to.deep.equal(["alert", "summary"]);
  });

  it("describes warnings", () => {
    const pcap = closed().pcap();
    const path = folder.write("cut.pcap", pcap.subarray(0, pcap.length - 1));
    const { lines, stderr } = tsnids(["run", "--json", path]);
    const warning = lines.map((line) => JSON.parse(line) as { type: string }).find(({ type }) => type === "warning");
    const offset = pcap.length - 54 - 16;
    expect(warning).to.deep.include({ code: "cut-record", file: path, offset });
    expect(stderr).to.contain(`at byte ${offset}`);
  });

  it("ends with a summary", () => {
    const [summary] = run(withGap().pcap(), "--quiet");
    expect(summary).to.deep.include({
      type: "summary",
      packets: 11,
      bytes: 616,
      streams: 1,
      ended: { CLOSE: 1, RESET: 0, TIMED_OUT: 0, EXITING: 0 },
      gaps: { count: 1, bytes: 10, acknowledged: 10 },
      alerts: { count: 0, codes: {} },
    });
    expect(summary).to.include.keys("seconds", "packetsPerSecond", "megabytesPerSecond");
    expect(summary?.["statistics"]).to.include({ frames: 11, ipPackets: 11 });
  });

  it("agrees with the lines for people", () => {
    const connections = (args: string[]): string[] =>
      tsnids(["run", ...args, `${captures}ftp.pcap`]).lines.slice(0, 14);
    const told = connections([]).map((line) => /(\S+) +-> (\S+) +(\S+) .* c2s +(\d+) +s2c +(\d+)/.exec(line)?.slice(1));
    const objects = connections(["--json"]).map((line) => {
      const { client, server, state, c2s, s2c } = JSON.parse(line) as Record<string, { bytes: number } & string>;
      const endpoint = (key = ""): string => key.replace(/^(.*:.*)\|/, "[$1]|").replace("|", ":");
      return [endpoint(client), endpoint(server), state, String(c2s?.bytes), String(s2c?.bytes)];
    });
    expect(objects).to.deep.equal(told);
  });
});
