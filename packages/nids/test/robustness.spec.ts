/**
 * Whatever comes in, the engine neither throws nor loses count. EventRecorder checks the callback contract for every
 * notification on the way. Every frame ends in exactly one place:
 *
 *     frames + further packets in frames + datagrams put together + packets in tunnels
 *         = not IP + unknown link + IP packets + invalid IP packets
 */
import { Nids } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import type { Capture, Frame } from "@tsnids/testkit";
import {
  capture,
  concat,
  conversation,
  frame,
  timestamps,
  tunnelPacket,
  udpPacket,
  windowScale,
  writableLinkTypes,
  writableTunnels,
} from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { EventRecorder } from "./event-recorder.js";

const links = [...writableLinkTypes, LinkType.USER0];
const clients = [1, 2, 3].map((number) => ({
  number,
  clientAddress: "10.0.0.1",
  clientPort: 39_999 + number,
  serverAddress: "10.0.0.2",
  serverPort: 80,
}));

/** Processes frames in an engine with tiny limits and checks its counters. */
function survive(frames: Capture): void {
  const nids = new Nids({
    ...{
      checksums: "ignore",
      maxStreams: 3,
      maxReassemblyBytes: 16_384,
      maxFragmentBytes: 16_384,
      maxQueuedBytes: 4000,
    },
    ...{
      maxQueuedSegments: 5,
      maxFragmentsPerDatagram: 6,
      maxFragmentedDatagrams: 3,
      maxScopes: 4,
      idleTimeoutMs: 3000,
    },
    ...{ holeGraceMs: 5, holeGraceSegments: 3, lingerMs: 1000 },
  });
  new EventRecorder(nids, clients);
  nids.process(frames.batch());
  nids.exit();
  const all = nids.statistics();
  expect(all.frames).to.equal(frames.length);
  expect(all.frames + all.aggregated + all.datagramsReassembled + all.tunnelled).to.equal(
    all.framesNotIp + all.framesUnknownLink + all.ipPackets + all.ipInvalid,
  );
  expect(all.streams).to.equal(all.closed + all.reset + all.timedOut + all.exiting);
}

/** Datagrams on every kind of link, and in every kind of tunnel: what is changed in them afterwards is mostly a header. */
const wrapped: readonly Frame[] = [
  ...writableLinkTypes.flatMap((link) =>
    ["10.0.0.1:1 10.0.0.2:2", "[2001:db8::1]:1 [2001:db8::2]:2"].map((pair) => {
      const [from = "", to = ""] = pair.split(" ");
      return frame(udpPacket(from, to, { data: "payload" }), { link });
    }),
  ),
  ...writableTunnels.flatMap((kind) =>
    ["192.0.2.1 192.0.2.2", "2001:db8:9::1 2001:db8:9::2"].map((pair) => {
      const [source = "", destination = ""] = pair.split(" ");
      const packet = udpPacket("[2001:0:1::1]:1", "[2001:db8::2]:2", { data: "payload" });
      return frame(packet, { wrap: (inner) => tunnelPacket(kind, inner, { source, destination }) });
    }),
  ),
  ...[{ mpls: [100, 200] }, { pppoe: 1 }, { vlan: [5, 6], pppoe: 1, mpls: [100] }, { llc: true }].map((options) =>
    frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "payload" }), options),
  ),
];

/** Three connections with everything in them that takes the long way. */
const lively: readonly Frame[] = [
  ...[1, 2, 3].flatMap((number) => {
    const options = { client: `10.0.0.1:${39_999 + number}`, server: "10.0.0.2:80", vlan: number === 3 ? [7] : [] };
    const talk = conversation(options).handshake([timestamps(1, 0), windowScale(number)]);
    talk.send("client", "GET / HTTP/1.0\r\n\r\n").ack("server").segment("server", { seq: 100, data: "late" });
    talk
      .segment("server", { seq: -104, data: new Uint8Array(100).fill(65), flags: "PUA", urgentPointer: 50 })
      .ack("client");
    talk.segment("client", { seq: 3000, data: new Uint8Array(2500) }).ack("server");
    return [...talk.fin("client").fin("server").ack("client")];
  }),
  frame(udpPacket("10.0.0.1:40000", "10.0.0.2:80", { data: new Uint8Array(100) })),
];
const ordered = capture([lively]);
const large = ordered.frames.findIndex(({ bytes }) => bytes.length > 1000);
const livelyWithFragments = ordered.fragment(large, [8, 16, 64]).fragment(0, [16]);

describe("robustness", () => {
  it("random bytes on every kind of link", () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(...links), fc.uint8Array({ maxLength: 120 })), { maxLength: 20 });
    fc.assert(
      fc.property(frames, (random) => {
        const base = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}));
        survive(
          capture([random.map(([linkType, bytes]) => ({ ...base, linkType, bytes, originalLength: bytes.length }))]),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("every link header and tunnel with bytes changed and cut off, and random bytes behind any part of it", () => {
    const change = fc.tuple(fc.nat(), fc.nat(), fc.nat(255), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const frames = changes.map(([which, where, value, behind]) => {
          const chosen = wrapped[which % wrapped.length] as Frame;
          const bytes = chosen.bytes.slice();
          bytes[where % bytes.length] = value;
          const kept = value % 3 === 0 ? concat(bytes.subarray(0, where % (bytes.length + 1)), behind) : bytes;
          return { ...chosen, bytes: kept, originalLength: Math.max(kept.length, value % 5 === 0 ? 1500 : 0) };
        });
        survive(capture([frames]));
      }),
      { numRuns: 3000 },
    );
  }).timeout(60_000);

  it("tags and labels without an end", () => {
    for (const word of [
      [0x81, 0x00, 0x00, 0x05],
      [0x81, 0x00, 0xe0, 0x00],
      [0x88, 0x47, 0x00, 0x06],
      [0x00, 0x06, 0x40, 0x40],
    ]) {
      const base = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}));
      const bytes = concat(base.bytes.subarray(0, 12), Uint8Array.from(new Array<number[]>(50_000).fill(word).flat()));
      const endless = { ...base, bytes, originalLength: bytes.length };
      survive(capture([[endless, { ...endless, linkType: LinkType.MPLS, bytes: bytes.slice(12) }]]));
    }
  });

  it("random IP packets behind a right link header", () => {
    const packet = fc.tuple(
      fc.constantFrom(0x45, 0x46, 0x4f, 0x60),
      fc.constantFrom(6, 17, 44, 0, 43),
      fc.uint8Array({ minLength: 60, maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), (random) => {
        const frames = random.map(([first, protocol, bytes]) => {
          const isIpv4 = first >>> 4 === 4;
          bytes[0] = first;
          bytes[isIpv4 ? 9 : 6] = protocol;
          new DataView(bytes.buffer, bytes.byteOffset).setUint16(isIpv4 ? 2 : 4, bytes.length - (isIpv4 ? 0 : 40));
          if (isIpv4) bytes[6] = (bytes[6] ?? 0) & 0x3f;
          return frame(bytes);
        });
        survive(capture([frames]));
      }),
      { numRuns: 1000 },
    );
  });

  it("conversations with bytes changed, frames cut, lost, doubled and exchanged", () => {
    const change = fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(255));
    const changes = fc.array(fc.tuple(fc.constantFrom("byte", "cut", "drop", "double", "swap", "later"), change), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(changes, (random) => {
        let frames = [...livelyWithFragments];
        for (const [kind, [first, second, value]] of random) {
          const index = first % frames.length;
          const chosen = frames[index] as Frame;
          const other = frames[second % frames.length] as Frame;
          if (kind === "byte") {
            const bytes = chosen.bytes.slice();
            bytes[second % bytes.length] = value;
            frames[index] = { ...chosen, bytes };
          } else if (kind === "cut")
            frames[index] = { ...chosen, bytes: chosen.bytes.slice(0, second % (chosen.bytes.length + 1)) };
          else if (kind === "drop" && frames.length > 1) frames = frames.toSpliced(index, 1);
          else if (kind === "double") frames = frames.toSpliced(second % frames.length, 0, chosen);
          else if (kind === "swap") [frames[index], frames[second % frames.length]] = [other, chosen];
          else if (kind === "later")
            frames[index] = { ...chosen, time: { ...chosen.time, seconds: chosen.time.seconds + (value % 16) } };
          frames = frames.filter(({ bytes }) => bytes.length > 0);
          if (frames.length === 0) frames = [...lively];
        }
        survive(capture([{ [Symbol.iterator]: () => frames[Symbol.iterator]() }]));
      }),
      { numRuns: 2000 },
    );
  }).timeout(60_000);

  it("times at the ends of what a file can say", () => {
    const base = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
      .handshake()
      .send("client", "x").frames;
    for (const seconds of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40]) {
      const frames = base.map((each) => ({ ...each, time: { ...each.time, seconds } }));
      const nids = new Nids({ maxStreams: 4, maxReassemblyBytes: 4096, maxFragmentBytes: 4096, checksums: "verify" });
      const { lines } = new EventRecorder(nids, clients);
      const batch = capture([frames]).batch();
      batch.length = 3;
      nids.process(batch);
      batch.length = 4;
      batch.seconds[3] = seconds + 1;
      nids.process(batch, 3);
      nids.exit();
      expect(lines, String(seconds)).to.deep.equal(["open C>S handshake", 'data C>S 0 "x"', "exiting"]);
    }
  });
});
