/** Fragments: the fields of each, and that they glue back to the packet. */
import {
  concat,
  ExtensionHeaderNumber,
  extensionHeader,
  fragmentAt,
  fragmentPieces,
  internetChecksum,
  ipPacket,
  octets,
  paddingOptions,
  TestkitError,
} from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { hex } from "./hex.js";

interface Fragment {
  readonly offset: number;
  readonly more: boolean;
  readonly identification: number;
  readonly payload: Uint8Array;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

/** Reads a fragment back; in IPv6 the fragment header begins at `fragmentHeaderAt`. */
function read(packet: Uint8Array, fragmentHeaderAt = 40): Fragment {
  if (packet[0]! >>> 4 === 6) {
    expect(word(packet, 4)).to.equal(packet.length - 40);
    return {
      offset: word(packet, fragmentHeaderAt + 2) & 0xfff8,
      more: (packet[fragmentHeaderAt + 3]! & 1) === 1,
      identification: word(packet, fragmentHeaderAt + 4) * 65536 + word(packet, fragmentHeaderAt + 6),
      payload: packet.subarray(fragmentHeaderAt + 8),
    };
  }
  const headerLength = (packet[0]! & 15) * 4;
  expect(word(packet, 2)).to.equal(packet.length);
  expect(internetChecksum(packet.subarray(0, headerLength))).to.equal(0);
  return {
    offset: (word(packet, 6) & 0x1fff) * 8,
    more: (word(packet, 6) & 0x2000) !== 0,
    identification: word(packet, 4),
    payload: packet.subarray(headerLength),
  };
}

const payload = Uint8Array.from({ length: 30 }, (_, index) => index);
const ipv4 = ipPacket("10.0.0.1", "10.0.0.2", 17, payload, { ipv4: { identification: 77, dontFragment: true } });
const ipv6 = ipPacket("::1", "::2", 17, payload);

describe("fragmentAt", () => {
  it("cuts an IPv4 packet", () => {
    const fragments = fragmentAt(ipv4, [8, 24]).map((fragment) => read(fragment));
    expect(fragments).to.deep.equal([
      { offset: 0, more: true, identification: 77, payload: payload.subarray(0, 8) },
      { offset: 8, more: true, identification: 77, payload: payload.subarray(8, 24) },
      { offset: 24, more: false, identification: 77, payload: payload.subarray(24) },
    ]);
  });

  it("cuts an IPv6 packet", () => {
    const fragments = fragmentAt(ipv6, [16], 0xdead_beef);
    expect(fragments.map((fragment) => [fragment[6], fragment[40]])).to.deep.equal([
      [44, 17],
      [44, 17],
    ]);
    expect(fragments.map((fragment) => read(fragment))).to.deep.equal([
      { offset: 0, more: true, identification: 0xdead_beef, payload: payload.subarray(0, 16) },
      { offset: 16, more: false, identification: 0xdead_beef, payload: payload.subarray(16) },
    ]);
  });

  it("cuts an IPv4 fragment as a router does: behind its offset, with more to follow where more follow", () => {
    const [first, last] = fragmentAt(ipv4, [16]);
    const again = [first!, last!].flatMap((fragment) => fragmentAt(fragment, [8]).map((piece) => read(piece)));
    expect(again.map(({ offset, more }) => [offset, more])).to.deep.equal([
      [0, true],
      [8, true],
      [16, true],
      [24, false],
    ]);
    expect(hex(concat(...again.map((piece) => piece.payload)))).to.equal(hex(payload));
    expect(read(fragmentPieces(first!, [{ start: 0, end: 16, more: false }])[0]!).more).to.be.false;
  });

  it("gives the pieces of an IPv6 fragment a second fragment header", () => {
    const again = fragmentAt(fragmentAt(ipv6, [16])[1]!, [8]).map((fragment) => read(fragment));
    expect(again.map(({ offset, more }) => [offset, more])).to.deep.equal([
      [0, true],
      [8, false],
    ]);
    expect(hex(again[1]!.payload)).to.equal(hex(payload.subarray(16)));
  });

  it("keeps hop-by-hop and routing headers in front of the fragment header, destination options behind it", () => {
    const packet = ipPacket("::1", "::2", 17, payload, {
      ipv6: {
        extensions: [
          paddingOptions(ExtensionHeaderNumber.HOP_BY_HOP),
          extensionHeader(ExtensionHeaderNumber.ROUTING, new Uint8Array(6)),
          paddingOptions(ExtensionHeaderNumber.DESTINATION_OPTIONS),
        ],
      },
    });
    const [first, second] = fragmentAt(packet, [8]);
    expect([first![6], first![40], first![48], first![56]]).to.deep.equal([0, 43, 44, 60]);
    expect(hex(concat(read(first!, 56).payload, read(second!, 56).payload))).to.equal(hex(packet.subarray(56)));
  });

  it("repeats only the IPv4 options with the copied bit", () => {
    const options = octets([0x01, 0x07, 0x03, 0x04, 0x94, 0x04, 0x00, 0x00]);
    const packet = ipPacket("10.0.0.1", "10.0.0.2", 17, payload, { ipv4: { options } });
    const [first, second] = fragmentAt(packet, [8]);
    expect(hex(first!.subarray(20, 28))).to.equal(hex(options));
    expect(second![0]).to.equal(0x46);
    expect(hex(second!.subarray(20, 24))).to.equal("94040000");
  });

  it("gives fragments that glue back to the packet", () => {
    const cuts = fc.uniqueArray(
      fc.integer({ min: 1, max: 60 }).map((unit) => unit * 8),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 500, maxLength: 600 }), cuts, fc.boolean(), (bytes, offsets, isIpv6) => {
        const [from, to] = isIpv6 ? ["::1", "::2"] : ["10.0.0.1", "10.0.0.2"];
        const fragments = fragmentAt(
          ipPacket(from, to, 17, bytes),
          offsets.toSorted((a, b) => a - b),
        ).map((one) => read(one));
        expect(fragments.length).to.equal(offsets.length + 1);
        expect(hex(concat(...fragments.map((fragment) => fragment.payload)))).to.equal(hex(bytes));
        expect(fragments.map(({ more }) => more)).to.deep.equal([...offsets.map(() => true), false]);
      }),
      { numRuns: 50 },
    );
  });

  for (const cuts of [[7], [8, 8], [24, 8], [32], [0]]) {
    it(`refuses cuts at ${cuts.join(", ")} of 30 bytes`, () => {
      expect(() => fragmentAt(ipv4, cuts))
        .to.throw(TestkitError)
        .with.property("code", "bad-fragment");
    });
  }
});

describe("fragmentPieces", () => {
  it("overlaps, leaves holes, and carries other bytes", () => {
    const pieces = [
      { start: 0, end: 16 },
      { start: 8, end: 24, data: "ATTACKS!ATTACKS!" },
      { start: 24, end: 30, more: true },
      { start: 64, end: 72, data: "far away" },
    ];
    expect(fragmentPieces(ipv4, pieces).map((fragment) => read(fragment))).to.deep.equal([
      { offset: 0, more: true, identification: 77, payload: payload.subarray(0, 16) },
      { offset: 8, more: true, identification: 77, payload: octets("ATTACKS!ATTACKS!") },
      { offset: 24, more: true, identification: 77, payload: payload.subarray(24) },
      { offset: 64, more: false, identification: 77, payload: octets("far away") },
    ]);
  });
});
