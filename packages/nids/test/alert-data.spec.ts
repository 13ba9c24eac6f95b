/** What an alert says of the packet it is about. */
import type { Alert, NidsParams } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import type { Frame } from "@tsnids/testkit";
import { capture, cutFrame, fragmentFrame, frame, tcpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { established, following, smallNids } from "./following.js";

/** The alerts of some frames, with the bytes of their packets copied. */
function alertsOf(frames: Iterable<Frame>, params: Partial<NidsParams> = {}): Alert[] {
  const nids = smallNids(params);
  nids.registerTcp(following(() => undefined));
  const alerts: Alert[] = [];
  nids.on("alert", (alert) => void alerts.push({ ...alert, packet: alert.packet?.slice() }));
  nids.process(capture([frames]).batch());
  return alerts;
}

describe("an alert", () => {
  it("about a TCP segment has its ports, its length and its bytes, without padding", () => {
    const packet = tcpPacket("10.0.0.1:1025", "10.0.0.2:80", { seq: 1, flags: "S", checksum: "bad" });
    const [alert] = alertsOf([frame(packet, { padTo: 80 })]);
    expect(alert).to.include({ code: "tcp-checksum", sourcePort: 1025, destinationPort: 80, totalLength: 40 });
    expect(alert?.packet).to.deep.equal(packet);
  });

  it("about one in IPv6 as well", () => {
    const packet = tcpPacket("[2001:db8::1]:1025", "[2001:db8::2]:80", { seq: 1, flags: "S", checksum: "bad" });
    const [alert] = alertsOf([frame(packet)]);
    expect(alert).to.include({ source: "2001:db8::1", sourcePort: 1025, destinationPort: 80, totalLength: 60 });
    expect(alert?.packet).to.deep.equal(packet);
  });

  it("about a wrong IP header has the packet as it was captured", () => {
    const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }, { ipv4: { checksum: "bad" } });
    const [whole, short] = alertsOf([frame(packet), cutFrame(frame(packet), 14 + 12)]);
    expect(whole).to.include({ code: "ip-header", source: "10.0.0.1", totalLength: 29 });
    expect(whole?.packet).to.deep.equal(packet);
    expect(short).to.include({ code: "ip-header", source: undefined, totalLength: undefined, sourcePort: undefined });
    expect(short?.packet).to.deep.equal(packet.slice(0, 12));
  });

  it("about a wrong length has no ports, even where the packet before it had", () => {
    const good = tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, flags: "S" });
    const lie = tcpPacket("10.0.0.1:3", "10.0.0.2:4", { seq: 1, flags: "S" }, { ipv4: { totalLength: 12 } });
    const [alert] = alertsOf([frame(good), frame(lie)]);
    expect(alert).to.include({ code: "ip-header", source: "10.0.0.1", sourcePort: undefined, totalLength: 12 });
    expect(alert?.packet).to.deep.equal(lie);
  });

  it("about a fragment has no ports, even where the one before it had", () => {
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: new Uint8Array(64) }));
    const pieces = [
      { start: 0, end: 32 },
      { start: 24, end: 48 },
    ];
    const [alert] = alertsOf([whole, ...fragmentFrame(whole, pieces)]);
    expect(alert).to.include({ code: "fragment-overlap", sourcePort: undefined, totalLength: 44 });
  });

  it("about a datagram that became too long has the headers of its first fragment", () => {
    // The first fragment alone has options: 40 bytes of them make the datagram longer than 65,535 bytes.
    const options = new Uint8Array(40).fill(1);
    const whole = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: new Uint8Array(65_400) }, { ipv4: { options } });
    const fragments = (last: number): Frame[] =>
      fragmentFrame(frame(whole), [
        { start: 0, end: 32_000 },
        { start: 32_000, end: 64_000 },
        { start: 64_000, end: 65_408, data: new Uint8Array(last), more: false },
      ]);
    expect(alertsOf(fragments(65_535 - 60 - 64_000), { checksums: "ignore" })).to.deep.equal([]);
    const [alert, ...more] = alertsOf(fragments(65_535 - 60 - 64_000 + 1), { checksums: "ignore" });
    expect(more).to.deep.equal([]);
    expect(alert).to.include({ code: "fragment-oversize", source: "10.0.0.1", totalLength: 60 + 32_000 });
    expect(alert?.packet?.length).to.equal(60);
    expect(alert?.packet?.subarray(20)).to.deep.equal(options);
  });

  it("about fragments beyond the end of their datagram has these headers as well", () => {
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: new Uint8Array(56) }));
    const pieces = [
      { start: 0, end: 8 },
      { start: 32, end: 64, more: true },
      { start: 8, end: 32, more: false },
    ];
    const [alert] = alertsOf(fragmentFrame(whole, pieces));
    expect(alert).to.include({ code: "fragment-beyond-end", totalLength: 28 });
    expect(alert?.packet?.length).to.equal(20);
  });

  it("about the capture has no packet", () => {
    const unknown = { ...frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {})), linkType: LinkType.USB_LINUX };
    const [alert] = alertsOf([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {})), unknown]);
    expect(alert).to.include({ code: "link-unknown", source: undefined, totalLength: undefined });
    expect(alert?.packet).to.equal(undefined);
  });

  it("that time brings about has no packet", () => {
    // Data behind a FIN that waits for a hole; the hole is given up when time has passed.
    const talk = established().segment("client", { seq: 20, data: "behind" });
    talk.segment("client", { absoluteSeq: 1006, flags: "FA" }).segment("server", { absoluteAck: 1007 });
    const later = frame(udpPacket("10.0.0.8:1", "10.0.0.9:2", {}), { time: "1000000020" });
    const alerts = alertsOf(capture([talk, [later]]));
    expect(alerts.map(({ code }) => code)).to.deep.equal(["tcp-data-after-fin"]);
    expect(alerts[0]).to.include({
      source: undefined,
      sourcePort: undefined,
      totalLength: undefined,
      packet: undefined,
    });
  });

  it("lends its bytes until the listener returns", () => {
    const nids = smallNids({ poisonAfterCallback: true });
    const kept: Uint8Array[] = [];
    nids.on("alert", ({ packet }) => {
      if (packet !== undefined) kept.push(packet);
    });
    nids.process(capture([frame(tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, checksum: "bad" }))]).batch());
    expect([...new Set(kept[0])]).to.deep.equal([0xdb]);
  });
});
