/** The Internet checksum: RFC 1071's own example, values worked out by hand, and what must hold for all bytes. */
import { internetChecksum, octets, pseudoHeader, TestkitError } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { compact, hex } from "./hex.js";

describe("internetChecksum", () => {
  it("gives the sum of RFC 1071 §3", () => {
    expect(internetChecksum(octets([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]))).to.equal(0x220d);
  });

  it("pads an odd byte on its right", () => {
    expect(internetChecksum(octets([0x12]))).to.equal(~0x1200 & 0xffff);
  });

  it("is 0xffff for no bytes", () => {
    expect(internetChecksum(new Uint8Array(0))).to.equal(0xffff);
  });

  it("is 0 over data that holds its own checksum", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const checksum = internetChecksum(octets([0, 0, ...bytes]));
        expect(internetChecksum(octets([checksum >>> 8, checksum & 0xff, ...bytes]))).to.equal(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe("pseudoHeader", () => {
  it("has 12 bytes for IPv4", () => {
    const addresses = { source: octets([10, 0, 0, 1]), destination: octets([10, 0, 0, 2]) };
    expect(hex(pseudoHeader(addresses, 6, 20))).to.equal("0a0000010a00000200060014");
  });

  it("has 40 bytes for IPv6", () => {
    const addresses = { source: new Uint8Array(16).fill(1), destination: new Uint8Array(16).fill(2) };
    const expected = `${"01".repeat(16)} ${"02".repeat(16)} 00012345 000000 3a`;
    expect(hex(pseudoHeader(addresses, 58, 0x12345))).to.equal(compact(expected));
  });

  it("refuses addresses of two families", () => {
    expect(() => pseudoHeader({ source: new Uint8Array(4), destination: new Uint8Array(16) }, 6, 20))
      .to.throw(TestkitError)
      .with.property("code", "mixed-families");
  });
});
