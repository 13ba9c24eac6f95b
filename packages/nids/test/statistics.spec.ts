/** Counters and alerts: what is counted where, when it is reported, and that every alert is in the catalogue. */
import type { Alert, Nids, StatisticsSnapshot } from "@tsnids/nids";
import { alertCatalogue } from "@tsnids/nids";
import type { Frame } from "@tsnids/testkit";
import { capture, conversation, frame, fragmentFrame, icmpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { closed, established, following, smallNids } from "./following.js";

function counted(frames: Iterable<Frame>, prepare: (nids: Nids) => void = () => undefined): StatisticsSnapshot {
  const nids = smallNids();
  nids.registerTcp(following(() => undefined));
  prepare(nids);
  nids.process(capture([frames]).batch());
  nids.exit();
  return nids.statistics();
}

describe("statistics", () => {
  it("count a connection the same in both families, with and without an ip callback", () => {
    const talk = (client: string, server: string): Iterable<Frame> => {
      const begun = conversation({ client, server }).handshake();
      for (let segments = 0; segments < 50; segments++) begun.send("client", "abc").send("server", "de").ack("client");
      return closed(begun);
    };
    const expected = {
      ipPackets: 156,
      tcpSegments: 156,
      tcpInvalid: 0,
      tcpDuplicates: 0,
      tcpOutOfOrder: 0,
      streams: 1,
      closed: 1,
    };
    for (const [client, server] of [
      ["10.0.0.1:1", "10.0.0.2:2"],
      ["[2001:db8::1]:1", "[2001:db8::2]:2"],
    ] as const) {
      expect(counted(talk(client, server)), client).to.include(expected);
      expect(
        counted(talk(client, server), (nids) => nids.registerIp(() => undefined)),
        `${client}, ip callback`,
      ).to.include(expected);
    }
  });

  it("count frames and their bytes", () => {
    const frames = [
      frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8 })),
      frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "abc" })),
    ];
    expect(counted(frames)).to.include({ frames: 2, bytes: 14 + 28 + 14 + 31, ipPackets: 2, udpDatagrams: 1 });
  });

  it("count what is dropped, by where", () => {
    const talk = established();
    talk.segment("client", { data: "bad", checksum: "bad", stray: true });
    talk.segment("client", { data: "short", dataOffset: 4, stray: true });
    talk.segment("client", { data: "far", seq: 100_000, stray: true });
    talk.segment("client", { data: "late", seq: 4 }).segment("client", { data: "late", seq: -4 });
    talk.segment("client", { data: "firstlast", seq: -8 }).segment("client", { data: "first", absoluteSeq: 1001 });
    const bad = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x", checksum: "bad" }));
    const badHeader = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }, { ipv4: { checksum: "bad" } }));
    expect(counted([...talk.frames, bad, badHeader])).to.include({
      ...{ tcpInvalid: 2, tcpOutOfWindow: 1, tcpOutOfOrder: 2, tcpDuplicates: 1 },
      ...{ udpInvalid: 1, ipInvalid: 1 },
    });
  });

  it("count fragments", () => {
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789abcdef" }));
    const [lost = whole] = fragmentFrame(whole, [8], 99);
    expect(counted([...fragmentFrame(whole, [8, 16]), lost])).to.include({
      ...{ fragments: 4, datagramsReassembled: 1, datagramsGivenUp: 1, udpDatagrams: 1 },
    });
  });

  it("count gaps and their bytes, wanted or not", () => {
    const talk = established().segment("client", { data: "late", seq: 7 });
    expect(counted(talk)).to.include({ gaps: 1, gapBytes: 7, captureLossBytes: 0 });
  });

  it("count what the receiver acknowledged and the capture missed", () => {
    const talk = established().segment("client", { data: "late", seq: 7 }).ack("server");
    expect(counted(talk)).to.include({ gaps: 1, gapBytes: 7, captureLossBytes: 7 });
  });

  it("count streams by how they began and ended", () => {
    const reset = established(2).reset("client");
    const midstream = conversation({ client: "10.0.0.1:3", server: "10.0.0.2:80" }).send("client", "x");
    const reused = established(4).segment("client", { flags: "S", absoluteSeq: 77 });
    const frames = [...closed(established(1)), ...reset, ...midstream, ...reused];
    expect(counted(frames)).to.include({
      streams: 4,
      midstream: 1,
      closed: 1,
      reset: 1,
      timedOut: 1,
      exiting: 1,
      evicted: 0,
    });
  });

  it("are a copy that does not change", () => {
    const nids = smallNids();
    const before = nids.statistics();
    nids.process(established().batch());
    expect(before.frames).to.equal(0);
    expect(nids.statistics().frames).to.equal(3);
  });

  it("are right at any moment, also inside a callback", () => {
    const nids = smallNids();
    const frames: number[] = [];
    nids.registerTcp(following(() => void frames.push(nids.statistics().frames)));
    nids.process(established().send("client", "a").send("client", "b").batch());
    expect(frames).to.deep.equal([3, 4, 5]);
  });

  it("are reported every so many seconds of packet time, and at exit", () => {
    const nids = smallNids({ statisticsIntervalSeconds: 10 });
    const reports: number[] = [];
    nids.on("statistics", ({ frames }) => void reports.push(frames));
    const tick = (seconds: number): Frame =>
      frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8 }), { time: String(1000 + seconds) });
    nids.process(capture([[0, 5, 9, 10, 15, 40, 41].map(tick)]).batch());
    nids.exit();
    expect(reports).to.deep.equal([4, 6, 7]);
  });
});

describe("alerts", () => {
  function alertsOf(frames: Iterable<Frame>): Alert[] {
    const nids = smallNids();
    const alerts: Alert[] = [];
    nids.on("alert", (alert) => void alerts.push(alert));
    nids.process(capture([frames]).batch());
    return alerts;
  }

  it("say what, about whom and when", () => {
    for (const [source, destination] of [
      ["10.0.0.1", "10.0.0.2"],
      ["2001:db8::1", "2001:db8::2"],
    ] as const) {
      const text = (address: string): string => (address.includes(":") ? `[${address}]` : address);
      const talk = conversation({
        client: `${text(source)}:1`,
        server: `${text(destination)}:2`,
        start: "50.000000007",
      });
      const [alert, ...more] = alertsOf(talk.segment("client", { checksum: "bad" }));
      expect(more).to.deep.equal([]);
      expect(alert).to.include({
        ...{ code: "tcp-checksum", severity: "notice", text: "wrong TCP checksum", detail: undefined },
        ...{ seconds: 50, nanoseconds: 7, source, destination },
      });
    }
  });

  it("name no addresses where the header is not whole", () => {
    const broken = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}, { ipv4: { headerLength: 3 } }));
    expect(alertsOf([broken])[0]).to.include({ code: "ip-header", source: undefined, destination: undefined });
  });

  it("are counted whether somebody listens or not", () => {
    const talk = established().segment("client", { checksum: "bad" }).segment("client", { checksum: "bad" });
    expect(counted(talk).alerts).to.equal(2);
  });

  it("are described in the catalogue", () => {
    for (const [code, { severity, source, text }] of Object.entries(alertCatalogue)) {
      expect(code).to.match(/^[a-z]+(-[a-z]+)+$/);
      expect(severity).to.be.oneOf(["info", "notice", "warning"]);
      expect(
        [source, text].every((each) => each.length > 0),
        code,
      ).to.equal(true);
    }
  });
});
