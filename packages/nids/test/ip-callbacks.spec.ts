/** What ip and ip fragment callbacks are shown, and the ip filter. */
import type { IpPacket } from "@tsnids/nids";
import { capture, cutFrame, frame, icmpPacket, ipv4Packet, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids, text } from "./following.js";

function shown(packet: IpPacket): Record<string, unknown> {
  const { family, protocol, source, destination, reassembled, seconds, nanoseconds } = packet;
  const lengths = [packet.bytes.length, packet.header.length, packet.payload.length];
  return { family, protocol, source, destination, reassembled, lengths, time: `${seconds}.${nanoseconds}` };
}

describe("ip callbacks", () => {
  it("are shown whole, valid datagrams of any protocol", () => {
    const nids = smallNids();
    const seen: unknown[] = [];
    nids.registerIp((packet) => void seen.push(shown(packet)));
    nids.process(
      capture([
        frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, data: "ping" }), { time: "7.000000009", padTo: 60 }),
        frame(icmpPacket("2001:db8::1", "2001:db8::2", { type: 128 }), { time: "8.5" }),
        frame(
          ipv4Packet({
            source: "10.0.0.1",
            destination: "10.0.0.2",
            protocol: 1,
            payload: new Uint8Array(9),
            checksum: "bad",
          }),
        ),
      ]).batch(),
    );
    expect(seen).to.deep.equal([
      {
        family: 4,
        protocol: 1,
        source: "10.0.0.1",
        destination: "10.0.0.2",
        reassembled: false,
        lengths: [32, 20, 12],
        time: "7.9",
      },
      {
        ...{ family: 6, protocol: 58, source: "2001:db8::1", destination: "2001:db8::2", reassembled: false },
        ...{ lengths: [48, 40, 8], time: "8.500000000" },
      },
    ]);
  });

  it("are shown a datagram once, when its last fragment has come, with a right length field", () => {
    const nids = smallNids();
    const seen: unknown[] = [];
    nids.registerIp((packet) => {
      const { reassembled, bytes, payload } = packet;
      const total = new DataView(bytes.buffer, bytes.byteOffset).getUint16(2);
      const fragmentWord = new DataView(bytes.buffer, bytes.byteOffset).getUint16(6);
      seen.push([reassembled, total, fragmentWord, bytes.length, text(payload.subarray(8))]);
    });
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789abcdef" }));
    nids.process(capture([whole]).fragment(0, [8, 16]).batch());
    expect(seen).to.deep.equal([[true, 44, 0, 44, "0123456789abcdef"]]);
  });

  it("are shown options as they were sent", () => {
    const sent = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0, 99, 99, 99, 99);
    const nids = smallNids();
    const seen: number[][] = [];
    nids.registerIp(({ header }) => void seen.push([...header.subarray(20)]));
    const addresses = { source: "10.0.0.1", destination: "10.0.0.2" };
    const packet = ipv4Packet({ ...addresses, protocol: 99, payload: new Uint8Array(8), options: sent });
    nids.process(capture([frame(packet)]).batch());
    expect(seen).to.deep.equal([[...sent]]);
  });

  it("no longer run when unregistered", () => {
    const nids = smallNids();
    let calls = 0;
    const count = (): void => {
      calls++;
    };
    nids.registerIp(count);
    nids.registerUdp(count);
    nids.registerIpFragment(count);
    const batch = capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }))]).batch();
    nids.process(batch);
    nids.unregisterIp(count);
    nids.unregisterUdp(count);
    nids.unregisterIpFragment(count);
    nids.process(batch);
    expect(calls).to.equal(3);
  });
});

describe("ip fragment callbacks", () => {
  it("are shown everything as captured, padding and nonsense included", () => {
    const nids = smallNids();
    const seen: unknown[] = [];
    nids.registerIpFragment(
      (packet) =>
        void seen.push([packet.family, packet.bytes.length, packet.protocol, packet.source, packet.payload.length]),
    );
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }), { padTo: 60 });
    nids.process(capture([whole, cutFrame(whole, 20)]).batch());
    expect(seen).to.deep.equal([
      [4, 46, 0, "", 0],
      [4, 6, 0, "", 0],
    ]);
  });
});

describe("ipFilter", () => {
  it("drops packets before anything is looked at", () => {
    const seen: number[] = [];
    const nids = smallNids({ ipFilter: (bytes) => (seen.push(bytes.length), (bytes[9] ?? 0) !== 17) });
    const heard: string[] = [];
    nids.registerUdp(() => heard.push("udp"));
    nids.registerIp(({ protocol }) => heard.push(`ip ${protocol}`));
    nids.registerIpFragment(() => heard.push("fragment"));
    nids.on("alert", ({ code }) => heard.push(code));
    const broken = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }, { ipv4: { checksum: "bad" } }));
    nids.process(capture([broken, frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8 }))]).batch());
    expect(heard).to.deep.equal(["fragment", "fragment", "ip 1"]);
    expect(seen).to.deep.equal([29, 28]);
    expect(nids.statistics()).to.include({ ipFiltered: 1, ipPackets: 1, ipInvalid: 0 });
  });

  it("keeps in-order segments of a running connection out, too", () => {
    let open = true;
    const nids = smallNids({ ipFilter: () => open });
    const frames = capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }))]);
    nids.process(frames.batch());
    open = false;
    nids.process(frames.batch());
    expect(nids.statistics().ipFiltered).to.equal(1);
  });
});
