/** Conversations: what the segments say when a test says nothing, and when it does. */
import {
  conversation,
  type Conversation,
  type Data,
  type Frame,
  maximumSegmentSize,
  type Side,
  TestkitError,
} from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { compact, hex } from "./hex.js";

const ends = { client: "10.0.0.1:40000", server: "10.0.0.2:80" } as const;

/** Source port, sequence number, acknowledgment, flag byte and data of a frame on Ethernet. */
function fields({ bytes, networkOffset }: Frame): [number, number, number, number, string] {
  const isIpv6 = bytes[networkOffset]! >>> 4 === 6;
  const view = new DataView(bytes.buffer, bytes.byteOffset + networkOffset + (isIpv6 ? 40 : 20));
  const data = bytes.subarray(view.byteOffset - bytes.byteOffset + (view.getUint8(12) >>> 4) * 4);
  return [view.getUint16(0), view.getUint32(4), view.getUint32(8), view.getUint8(13), String.fromCharCode(...data)];
}

function lines(talk: Conversation): unknown[] {
  return talk.frames.map(fields);
}

describe("conversation", () => {
  it("builds a whole exchange", () => {
    const talk = conversation({ ...ends, clientIsn: 1000, serverIsn: 5000 })
      .handshake()
      .send("client", "GET /\r\n")
      .ack("server")
      .send("server", "200 OK")
      .fin("client")
      .ack("server")
      .fin("server", { data: "bye" })
      .ack("client");
    expect(lines(talk)).to.deep.equal([
      [40000, 1000, 0, 0x02, ""],
      [80, 5000, 1001, 0x12, ""],
      [40000, 1001, 5001, 0x10, ""],
      [40000, 1001, 5001, 0x18, "GET /\r\n"],
      [80, 5001, 1008, 0x10, ""],
      [80, 5001, 1008, 0x18, "200 OK"],
      [40000, 1008, 5007, 0x11, ""],
      [80, 5007, 1009, 0x10, ""],
      [80, 5007, 1009, 0x11, "bye"],
      [40000, 1009, 5011, 0x10, ""],
    ]);
  });

  it("makes exactly this first frame", () => {
    const [syn] = conversation(ends).handshake().frames;
    expect(hex(syn!.bytes)).to.equal(
      compact(`02000a000002 02000a000001 0800
               4500 0028 0001 0000 4006 66cd 0a000001 0a000002
               9c40 0050 000003e8 00000000 5002 ffff fb67 0000`),
    );
  });

  it("runs over IPv6 and VLANs", () => {
    const talk = conversation({ client: "[2001:db8::1]:40000", server: "[2001:db8::2]:80", vlan: [5, 6] });
    const [frame] = talk.send("client", "x").frames;
    expect(frame!.networkOffset).to.equal(22);
    expect(fields(frame!)).to.deep.equal([40000, 1001, 5001, 0x18, "x"]);
  });

  it("goes on over a hole, and stays for bytes sent again", () => {
    const talk = conversation(ends)
      .segment("client", { seq: 10, data: "late" })
      .segment("client", { seq: -14, data: "0123456789" })
      .send("client", "on");
    expect(lines(talk)).to.deep.equal([
      [40000, 1011, 5001, 0x18, "late"],
      [40000, 1001, 5001, 0x18, "0123456789"],
      [40000, 1015, 5001, 0x18, "on"],
    ]);
  });

  it("does not count stray segments and resets", () => {
    const talk = conversation(ends)
      .segment("client", { data: "forged", stray: true })
      .reset("server", { seq: 100, data: "x" });
    expect(talk.nextSeq("client")).to.equal(1001);
    expect(talk.nextSeq("server")).to.equal(5001);
  });

  it("repeats a SYN with the same number and begins anew with another", () => {
    const talk = conversation(ends).handshake().send("client", "abc").segment("client", { flags: "S" });
    expect(talk.nextSeq("client")).to.equal(1004);
    talk.segment("client", { flags: "S", absoluteSeq: 9 });
    expect(talk.nextSeq("client")).to.equal(10);
  });

  it("writes absolute numbers and header fields as they are given", () => {
    const talk = conversation(ends).segment("server", {
      absoluteSeq: 7,
      absoluteAck: 8,
      flags: "UR",
      window: 9,
      urgentPointer: 3,
      options: [maximumSegmentSize(536)],
      dataOffset: 4,
      checksum: 0x1234,
    });
    expect(hex(talk.frames[0]!.bytes.subarray(34))).to.equal(
      compact("0050 9c40 00000007 00000008 4024 0009 1234 0003 02040218"),
    );
  });

  it("splits long data into segments", () => {
    const talk = conversation({ ...ends, segmentSize: 4 }).send("server", "0123456789");
    expect(lines(talk)).to.deep.equal([
      [80, 5001, 1001, 0x18, "0123"],
      [80, 5005, 1001, 0x18, "4567"],
      [80, 5009, 1001, 0x18, "89"],
    ]);
  });

  for (const [options, message] of [
    ...[2 ** 32, -1, 1.5, NaN].map((isn) => [{ clientIsn: isn }, /^clientIsn: .* does not fit 32 bits/]),
    [{ serverIsn: NaN }, /^serverIsn: /],
    ...[0, 1.5, NaN].map((size) => [{ segmentSize: size }, /^segmentSize: .* give a whole number, 1 at least/]),
  ] as [object, RegExp][]) {
    it(`refuses ${Object.entries(options).join(" ")}`, () => {
      expect(() => conversation({ ...ends, ...options })).to.throw(TestkitError, message);
    });
  }

  it("refuses what JavaScript lets pass: a side, tags and data that are none", () => {
    const side = "cleint" as Side;
    const vlan = 5 as unknown as readonly number[];
    const data = undefined as unknown as Data;
    expect(() => conversation(ends).send(side, "x")).to.throw(TestkitError, /^side: "cleint" is neither/);
    expect(() => conversation(ends).nextSeq(side)).to.throw(TestkitError, /^side: /);
    expect(() => conversation({ ...ends, vlan }).handshake()).to.throw(TestkitError, /^vlan: a list is wanted/);
    expect(() => conversation(ends).send("client", data)).to.throw(TestkitError, /^data: undefined is neither/);
  });

  it("keeps sequence numbers on the circle of 2^32", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 8 }),
        (before, sizes) => {
          const isn = 2 ** 32 - before;
          const talk = conversation({ ...ends, clientIsn: isn }).handshake();
          for (const size of sizes) talk.send("client", new Uint8Array(size));
          const sent = sizes.reduce((sum, size) => sum + size, 1);
          expect(talk.nextSeq("client")).to.equal((isn + sent) % 2 ** 32);
          const [, , ack] = fields(talk.ack("server").frames.at(-1)!);
          expect(ack).to.equal((isn + sent) % 2 ** 32);
        },
      ),
    );
  });

  it("gives each packet its own time", () => {
    const talk = conversation({ ...ends, start: "1.999", step: "0.0005" })
      .handshake()
      .wait("1")
      .ack("client")
      .at("7.000000001")
      .ack("server")
      .segment("client", { time: "9" })
      .ack("server");
    expect(talk.frames.map(({ time }) => [time.seconds, time.nanoseconds])).to.deep.equal([
      [1, 999_000_000],
      [1, 999_500_000],
      [2, 0],
      [3, 500_000],
      [7, 1],
      [9, 0],
      [9, 500_000],
    ]);
  });
});
