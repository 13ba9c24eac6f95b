/**
 * Engines that divide a capture count, raise and tell together what one engine does: each packet and stream belongs
 * to exactly one.
 */
import type { Nids, NidsParams } from "@tsnids/nids";
import { FrameSieve } from "@tsnids/nids";
import type { FrameBatch } from "@tsnids/pcap";
import type { Frame } from "@tsnids/testkit";
import {
  addTime,
  capture,
  conversation,
  defaultStart,
  fragmentFrame,
  frame,
  icmpPacket,
  ipPacket,
  parseScenario,
  scenarioCapture,
  scenarioVariants,
  tcpPacket,
  time,
  tunnelPacket,
  udpPacket,
  variantName,
} from "@tsnids/testkit";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { following, smallNids } from "./following.js";
import { alertsOf, givenAll, sharers, sieved } from "./sharing.js";

const small: Partial<NidsParams> = { maxStreams: 256, maxReassemblyBytes: 1 << 20, maxFragmentBytes: 1 << 18 };

/** Has everything said that an engine tells, in `heard`. */
function listening(heard: string[]): (nids: Nids) => void {
  return (nids) => {
    nids.registerTcp(
      following((stream) => void heard.push(`tcp ${stream.toString()} ${stream.state} ${stream.scope}`)),
    );
    nids.registerUdp((datagram) => void heard.push(`udp ${datagram.sourcePort} ${datagram.ip.scope}`));
    nids.registerIcmp((message) => void heard.push(`icmp ${message.type}`));
    nids.registerIp((packet) => void heard.push(`ip ${packet.source} ${packet.destination} ${packet.protocol}`));
    nids.registerIpFragment((packet) => void heard.push(`fragment ${packet.bytes.length}`));
    nids.on("alert", ({ code, detail }) => void heard.push(`alert ${code} ${detail ?? ""}`));
  };
}

/** What one engine, and so many together, make of a capture; sieved or not. */
function compare(whole: FrameBatch, of: number, params: Partial<NidsParams>, where?: string): number {
  const alone: string[] = [];
  const one = smallNids({ checksums: "auto", ...params });
  listening(alone)(one);
  one.process(whole);
  one.exit();
  let sorted = 0;
  for (const isSieved of [false, true]) {
    const together: string[] = [];
    const engines = sharers(of, { ...small, ...params }, listening(together));
    const result = isSieved ? sieved(engines, whole) : { total: givenAll(engines, whole), alone: 0 };
    sorted = result.alone;
    expect(result.total, where).to.deep.equal(one.statistics());
    expect(alertsOf(engines), where).to.deep.equal(one.alertCounts());
    expect(together.sort(), where).to.deep.equal(alone.slice().sort());
  }
  return sorted;
}

/** Conversations of a few hosts with one server, in turns. */
function talks(count: number, family: 4 | 6 = 4): Frame[] {
  const address = (host: number): string => (family === 4 ? `10.0.0.${host}` : `[2001:db8::${host}]`);
  return Array.from({ length: count }, (_, index) => [
    ...conversation({ client: `${address(2 + (index % 5))}:${40000 + index}`, server: `${address(1)}:80` })
      .handshake()
      .send("client", `question ${index}`)
      .send("server", `answer ${index}`)
      .fin("client")
      .fin("server")
      .ack("client"),
  ]).flat();
}

/** The frame with an authentication header (RFC 4302 §2) between IPv4 and what it carries. */
function inAuthentication({ bytes, networkOffset, time }: Frame): Frame {
  const packet = bytes.subarray(networkOffset);
  const header = Uint8Array.of(packet[9] ?? 0, 4, ...new Uint8Array(22));
  const [source, destination] = [packet.slice(12, 16), packet.slice(16, 20)];
  return frame(ipPacket(source, destination, 51, Buffer.concat([header, packet.subarray(20)])), { time });
}

function later(frames: readonly Frame[], seconds: string): Frame[] {
  return frames.map((each) => ({ ...each, time: addTime(each.time, time(seconds)) }));
}

describe("engines that share a capture", () => {
  for (const family of [4, 6] as const) {
    it(`divide the streams of IPv${family} among them`, () => {
      const frames = talks(60, family);
      const sorted = compare(capture([frames]).batch(), 4, { checksums: "verify" });
      expect(sorted).to.be.above(frames.length / 2);
      const engines = sharers(4, { ...small, checksums: "verify" }, (nids) =>
        nids.registerTcp(following(() => undefined)),
      );
      givenAll(engines, capture([frames]).batch());
      for (const nids of engines) expect(nids.statistics().streams).to.be.within(4, 30);
    });
  }

  it("agree about checksums that are on trial, and about what comes after", () => {
    const wrong = talks(120).map((each, index) => {
      const bytes = each.bytes.slice();
      if (index % 3 === 0) bytes[51] = (bytes[51] ?? 0) ^ 0xff;
      return { ...each, bytes };
    });
    const sorted = compare(capture([wrong, later(talks(120), "100")]).batch(), 3, { checksums: "auto" });
    expect(sorted).to.be.above(0);
  });

  it("agree about checksums of connections that begin while they are on trial", () => {
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).handshake();
    for (let sent = 0; sent < 9; sent++) talk.send("client", "x");
    talk.segment("client", { data: "forged", checksum: "bad", stray: true });
    const engines = sharers(3, { ...small, checksums: "auto" }, (nids) => nids.registerTcp(following(() => undefined)));
    givenAll(engines, talk.batch());
    expect(alertsOf(engines)).to.deep.equal({ "tcp-checksum": 1 });
  });

  it("put datagrams and tunnels together wherever they belong", () => {
    const inTunnel = talks(10).flatMap((each) => {
      const outer = { source: "192.0.2.1", destination: "192.0.2.2" };
      const gre = frame(tunnelPacket("gre", each.bytes.subarray(each.networkOffset), outer), { time: each.time });
      return fragmentFrame(gre, [24]);
    });
    const fragmented = talks(20).flatMap((each, index) => fragmentFrame(each, [16], index + 1));
    const datagrams = [1, 2, 3].map((port) => frame(udpPacket(`10.0.0.1:${port}`, "10.0.0.2:53", { data: "query" })));
    compare(capture([fragmented, inTunnel, datagrams]).batch(), 3, { checksums: "verify" });
  });

  it("know a flow with and without authentication headers, and errors that quote it", () => {
    const openings = talks(12).filter((_, index) => index % 8 === 0);
    const authenticated = talks(24).map((each, index) => (index % 3 === 1 ? inAuthentication(each) : each));
    const errors = openings.flatMap((each) => {
      const quoted = each.bytes.subarray(each.networkOffset);
      const error = icmpPacket("10.0.0.1", "10.0.0.2", { type: 3, code: 1, data: quoted });
      return [each, inAuthentication(frame(error, { time: each.time }))];
    });
    const whole = capture([errors, later(authenticated, "9")]).batch();
    compare(whole, 4, { checksums: "verify" });
    const engines = sharers(4, { ...small, checksums: "verify" }, () => undefined);
    expect(givenAll(engines, whole).tcpUnreachable).to.equal(12);
  });

  it("hear of scans once", () => {
    const probes = Array.from({ length: 30 }, (_, port) =>
      frame(tcpPacket("10.0.0.9:1000", `10.0.0.1:${port + 1}`, { flags: "S", seq: 1 })),
    );
    const whole = capture([probes]).batch();
    compare(whole, 4, { checksums: "verify" });
    const engines = sharers(4, { ...small, checksums: "verify" }, () => undefined);
    givenAll(engines, whole);
    expect(alertsOf(engines)).to.deep.equal({ "port-scan": 2 });
  });

  it("hear nothing of what no host sends", () => {
    const lost = Array.from({ length: 30 }, (_, port) =>
      frame(tcpPacket("0.0.0.0:9", `0.0.0.0:${port + 1}`, { flags: "S", seq: 1, checksum: "bad" })),
    );
    compare(capture([lost]).batch(), 4, { checksums: "verify" });
    compare(capture([lost]).batch(), 4, { checksums: "auto" });
  });

  it("keep the same time, although each sees packets of its own", () => {
    const idle = { checksums: "verify", closingTimeoutMs: 2000, idleTimeoutMs: 3000, halfOpenTimeoutMs: 1000 } as const;
    const open = talks(20).filter((_, index) => index % 9 < 5);
    const ticking = Array.from({ length: 12 }, (_, second) =>
      later(
        [...conversation({ client: "10.0.0.77:1", server: "10.0.0.1:80" }).handshake().send("client", "tick")],
        `${second}`,
      ),
    ).flat();
    const past = talks(3);
    compare(capture([open, ticking, past, later(open, "20")]).batch(), 4, idle);
  });

  it("end the grace of holes at the same moment of a second", () => {
    const open = (host: number) => conversation({ client: `10.0.0.${host}:1`, server: "10.0.1.1:80" }).handshake();
    const ticking = [2, 3, 4, 5].map((host) => open(host).at("1000000001.7").send("client", "tick"));
    const waiting = [6, 7, 8, 9, 10, 11].map((host) =>
      open(host)
        .at("1000000000.4")
        .segment("client", { seq: 4, data: "behind" })
        .ack("server")
        .at("1000000001.8") // too late: the clock has come to 1.7
        .segment("client", { seq: -10, data: "hole" }),
    );
    const whole = capture([...ticking, ...waiting]).batch();
    compare(whole, 4, { checksums: "verify" });
    const engines = sharers(4, { ...small, checksums: "verify" }, (nids) =>
      nids.registerTcp(following(() => undefined)),
    );
    expect(sieved(engines, whole).total.gaps).to.equal(6);
  });

  for (const file of readdirSync(new URL("../test/scenarios/", import.meta.url)).sort()) {
    it(`make of the scenarios of ${file} what one engine does`, () => {
      for (const scenario of parseScenario(
        readFileSync(new URL(`../test/scenarios/${file}`, import.meta.url), "latin1"),
      )) {
        for (const variant of scenarioVariants(scenario).slice(0, 2)) {
          const { capture: played } = scenarioCapture(scenario, variant);
          compare(played.batch(), 3, { checksums: "verify" }, `${file}:${scenario.line}, ${variantName(variant)}`);
        }
      }
    });
  }

  it("need a share that there is", () => {
    for (const share of [
      {},
      { index: 2, of: 2, seed: 0 },
      { index: 0, of: 1025, seed: 0 },
      { index: 0, of: 1, seed: -1 },
    ]) {
      expect(() => smallNids({ share } as Partial<NidsParams>)).to.throw(/"share" must be a share such as/);
    }
    for (const of of [0, 1.5, 1025]) expect(() => new FrameSieve(of, 1)).to.throw(/of must be a whole number/);
  });

  it("keep their share, whatever becomes of the object that said it", () => {
    const heardOf = (change: (share: { index: number }) => void): number => {
      const share = { index: 0, of: 2, seed: 1 };
      const nids = smallNids({ share });
      change(share);
      nids.process(capture([talks(20)]).batch());
      return nids.statistics().streams;
    };
    expect(heardOf((share) => (share.index = 1))).to.equal(heardOf(() => undefined));
  });

  it("have frames without a moment before the first one for all", () => {
    const sieve = new FrameSieve(2, 1);
    sieve.silence(defaultStart.seconds + 10);
    const batch = capture([talks(1)]).batch();
    const shares = new Uint16Array(batch.length);
    const view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
    sieve.sort(batch, view, new Uint8Array([1]), shares, new Int32Array(batch.length));
    expect(shares[0]).to.equal(0xffff);
    expect(new Set(shares.subarray(2)).size).to.equal(1);
  });
});
