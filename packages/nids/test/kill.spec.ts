/**
 * kill(): four RST segments, as libnids sends them. What follows them where no strategy is named: kill-rails.spec.ts.
 *
 *     1 client → server   next(client)         3 client → server   1 + half the server's window
 *     2 server → client   next(server)         4 server → client   2 + half the client's window
 */
import type { TcpStream } from "@tsnids/nids";
import { CallbackError, NidsError, TcpState } from "@tsnids/nids";
import type { Conversation, Frame } from "@tsnids/testkit";
import { capture, conversation, frame, internetChecksum, segmentChecksum, windowScale } from "@tsnids/testkit";
import { LinkType } from "@tsnids/pcap";
import { expect } from "chai";
import { established, following, smallNids } from "./following.js";

interface Injected {
  readonly bytes: Uint8Array;
  readonly interfaceIndex: number;
}

/** What is injected when a callback kills the stream in this state. */
function killedFrames(talk: Iterable<Frame>, when: TcpState): Injected[] {
  const injected: Injected[] = [];
  const injector = {
    inject: (bytes: Uint8Array, interfaceIndex: number) => void injected.push({ bytes, interfaceIndex }),
  };
  const nids = smallNids({ injector });
  nids.registerTcp(following((stream) => (stream.state === when ? stream.kill({ strategy: "libnids" }) : undefined)));
  nids.process(capture([talk]).batch());
  return injected;
}

/** The fields of an injected segment; `link` bytes lie before its IP header. */
function fieldsOf({ bytes }: Injected, link = 14): Record<string, number | string> {
  const packet = bytes.subarray(link);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const isIpv4 = view.getUint8(0) >>> 4 === 4;
  const tcp = isIpv4 ? 20 : 40;
  const segment = packet.slice(tcp);
  const [source, destination] = isIpv4
    ? [packet.slice(12, 16), packet.slice(16, 20)]
    : [packet.slice(8, 24), packet.slice(24, 40)];
  const checksum = view.getUint16(tcp + 16);
  segment.fill(0, 16, 18);
  return {
    ports: `${view.getUint16(tcp)} > ${view.getUint16(tcp + 2)}`,
    from: source.join("."),
    sequence: view.getUint32(tcp + 4),
    ack: view.getUint32(tcp + 8),
    flags: view.getUint16(tcp + 12) & 0xfff,
    window: view.getUint16(tcp + 14),
    urgent: view.getUint16(tcp + 18),
    length: packet.length,
    headerSum: isIpv4 ? internetChecksum(packet.slice(0, 20)) : 0,
    checksumError: checksum ^ segmentChecksum({ source, destination }, 6, segment),
  };
}

const common = { ack: 0, flags: 4, window: 32000, urgent: 0, headerSum: 0, checksumError: 0 };
const c2s = { ...common, ports: "40000 > 80" };
const s2c = { ...common, ports: "80 > 40000" };

/** 3 bytes of the client and 5 of the server; the last windows are 5000 and 8001. */
function talked(client: string, server: string): Conversation {
  return conversation({ client, server, clientIsn: 1000, serverIsn: 5000 })
    .handshake()
    .send("client", "abc", { window: 5000 })
    .send("server", "01234", { window: 8001 });
}

describe("kill", () => {
  it("sends four IPv4 segments with the numbers expected now and half a window on", () => {
    let state: TcpStream | undefined;
    const injected: Injected[] = [];
    const nids = smallNids({
      injector: { inject: (bytes, interfaceIndex) => void injected.push({ bytes, interfaceIndex }) },
    });
    nids.registerTcp(following((stream) => void (state = stream)));
    nids.process(talked("10.0.0.1:40000", "10.0.0.2:80").batch());
    state?.kill();
    const [client, server] = ["10.0.0.1", "10.0.0.2"];
    expect(injected.map((each) => fieldsOf(each))).to.deep.equal([
      { ...c2s, from: client, sequence: 1004, length: 40 },
      { ...s2c, from: server, sequence: 5006, length: 40 },
      { ...c2s, from: client, sequence: 1004 + 4000, length: 40 },
      { ...s2c, from: server, sequence: 5006 + 2500, length: 40 },
    ]);
    const header = [...(injected[0]?.bytes.subarray(14, 26) ?? [])];
    expect(header.slice(0, 10), "no options, tos 0, id 12345, no flags, ttl 64, TCP").to.deep.equal([
      ...[0x45, 0, 0, 40, 12345 >>> 8, 12345 & 0xff, 0, 0, 64, 6],
    ]);
  });

  it("sends four IPv6 segments", () => {
    const injected = killedFrames(talked("[2001:db8::1]:40000", "[2001:db8::2]:80"), TcpState.DATA).slice(4);
    const [client, server] = [`32.1.13.184${".0".repeat(11)}.1`, `32.1.13.184${".0".repeat(11)}.2`];
    expect(injected.map((each) => fieldsOf(each))).to.deep.equal([
      { ...c2s, from: client, sequence: 1004, length: 60 },
      { ...s2c, from: server, sequence: 5006, length: 60 },
      { ...c2s, from: client, sequence: 1004 + 4000, length: 60 },
      { ...s2c, from: server, sequence: 5006 + 2500, length: 60 },
    ]);
    expect(injected[0]?.bytes.subarray(14 + 4, 14 + 8)).to.deep.equal(Uint8Array.of(0, 20, 6, 64));
  });

  it("puts the stream's own link header in front, turned for the other direction", () => {
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", vlan: [7] }).handshake();
    const [first, second] = killedFrames(talk, TcpState.JUST_ESTABLISHED);
    const [mac1, mac2, tag] = [
      [2, 0, 10, 0, 0, 1],
      [2, 0, 10, 0, 0, 2],
      [0x81, 0, 0, 7, 8, 0],
    ];
    expect([...(first?.bytes.subarray(0, 18) ?? [])]).to.deep.equal([...mac2, ...mac1, ...tag]);
    expect([...(second?.bytes.subarray(0, 18) ?? [])]).to.deep.equal([...mac1, ...mac2, ...tag]);
    expect(first?.interfaceIndex).to.equal(0);
  });

  it("turns a plain Ethernet header, too, where only one direction was seen", () => {
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).send("client", "abc");
    const links = killedFrames(talk, TcpState.DATA).map(({ bytes }) => [...bytes.subarray(0, 14)]);
    const [client, server] = [
      [2, 0, 10, 0, 0, 1],
      [2, 0, 10, 0, 0, 2],
    ];
    expect(links[0]).to.deep.equal([...server, ...client, 8, 0]);
    expect(links[1]).to.deep.equal([...client, ...server, 8, 0]);
  });

  it("sends bare packets on a link without header", () => {
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", link: LinkType.RAW }).handshake();
    const frames = killedFrames(talk, TcpState.JUST_ESTABLISHED);
    expect(frames.map((each) => fieldsOf(each, 0)["checksumError"])).to.deep.equal([0, 0, 0, 0]);
    expect(frames[0]?.bytes.length).to.equal(40);
  });

  it("knows the link header also where the stream began with a fragmented packet", () => {
    const first = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
      .segment("client", { data: "a long first segment of a stream" })
      .capture()
      .fragment(0, [24]);
    const frames = killedFrames(first, TcpState.JUST_ESTABLISHED);
    expect(frames.map(({ bytes }) => bytes.length)).to.deep.equal([54, 54, 54, 54]);
  });

  it("takes half of the window as it stands in the header, not scaled", () => {
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" });
    talk.segment("client", { flags: "S", options: [windowScale(4)], window: 20_000 });
    talk.segment("server", { flags: "SA", options: [windowScale(7)], window: 30_000 }).ack("client", { window: 1000 });
    const sequences = killedFrames(talk, TcpState.JUST_ESTABLISHED).map((each) => fieldsOf(each)["sequence"]);
    expect(sequences).to.deep.equal([1001, 5001, 1001 + 15_000, 5001 + 10_000]);
  });

  it("counts urgent bytes and gaps as the hosts do", () => {
    const talk = established().segment("client", { data: "aXb", flags: "UA", urgentPointer: 2 });
    const last = killedFrames(talk, TcpState.DATA).slice(-4);
    expect(fieldsOf(last[0] as Injected)["sequence"]).to.equal(1004);
  });

  it("does not end the stream: the captured RST does", () => {
    const injected: Injected[] = [];
    const nids = smallNids({
      injector: { inject: (bytes, interfaceIndex) => void injected.push({ bytes, interfaceIndex }) },
    });
    const states: string[] = [];
    nids.registerTcp(
      following((stream) => {
        states.push(stream.state);
        if (stream.state === TcpState.DATA) stream.kill();
      }),
    );
    nids.process(established().send("client", "x").batch());
    expect(states).to.deep.equal(["JUST_ESTABLISHED", "DATA"]);
    const first = injected[0]?.bytes ?? new Uint8Array(0);
    nids.process(capture([frame(first.subarray(14))]).batch());
    expect(states).to.deep.equal(["JUST_ESTABLISHED", "DATA", "RESET"]);
  });

  it("needs an injector", () => {
    const nids = smallNids();
    nids.registerTcp(following((stream) => stream.kill()));
    expect(() => nids.process(established().batch()))
      .to.throw(CallbackError)
      .with.nested.property("cause.code", "no-injector");
  });

  it("needs a stream that has not ended", () => {
    let ended: TcpStream | undefined;
    const nids = smallNids({ injector: { inject: () => undefined } });
    nids.registerTcp(following((stream) => void (ended = stream)));
    nids.process(established().reset("client").batch());
    expect(() => ended?.kill())
      .to.throw(NidsError)
      .with.property("code", "stream-ended");
  });
});
