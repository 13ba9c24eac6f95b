/** Addresses as text: dotted decimal, and RFC 5952 for IPv6. */
import { formatAddress, formatEndpoint, parseAddress } from "@tsnids/nids";
import { expect } from "chai";
import fc from "fast-check";

describe("formatAddress and parseAddress", () => {
  for (const [text, groups] of [
    ["::", "0 0 0 0 0 0 0 0"],
    ["::1", "0 0 0 0 0 0 0 1"],
    ["1::", "1 0 0 0 0 0 0 0"],
    ["2001:db8::1", "2001 db8 0 0 0 0 0 1"],
    ["2001:db8:0:1:1:1:1:1", "2001 db8 0 1 1 1 1 1"],
    ["2001:0:0:1::1", "2001 0 0 1 0 0 0 1"],
    ["2001:db8::1:0:0:1", "2001 db8 0 0 1 0 0 1"],
    ["fe80::a:bcd", "fe80 0 0 0 0 0 a bcd"],
    ["1:2:3:4:5:6:7:8", "1 2 3 4 5 6 7 8"],
    ["0:1:2:3:4:5:6:0", "0 1 2 3 4 5 6 0"],
    ["::ffff:192.0.2.1", "0 0 0 0 0 ffff c000 201"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff ffff ffff ffff ffff ffff ffff ffff"],
  ] as const) {
    it(text, () => {
      const bytes = Uint8Array.from(
        groups.split(" ").flatMap((group) => [parseInt(group, 16) >>> 8, parseInt(group, 16) & 0xff]),
      );
      expect(formatAddress(bytes)).to.equal(text);
      expect(parseAddress(text)).to.deep.equal(bytes);
    });
  }

  it("read other spellings of the same address", () => {
    for (const text of ["2001:DB8::1", "2001:0db8:0000:0::0001", "2001:db8:0:0:0:0:0:1", "2001:db8::0.0.0.1"]) {
      expect(formatAddress(parseAddress(text) ?? new Uint8Array(4)), text).to.equal("2001:db8::1");
    }
  });

  it("IPv4", () => {
    expect(formatAddress(Uint8Array.of(192, 0, 2, 255))).to.equal("192.0.2.255");
    expect(parseAddress("192.0.2.255")).to.deep.equal(Uint8Array.of(192, 0, 2, 255));
  });

  it("refuse what is no address", () => {
    const wrong = [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "256.1.1.1",
      "1.2.3.-4",
      "a.b.c.d",
      "010.1.1.1",
      "1.2.3.00",
      " 1.2.3.4",
      "example.org",
    ];
    const wrong6 = [
      ":",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "12345::",
      "g::",
      "1:2:3:4:5:6:7::8:9",
      "::1.2.3",
      "::1.2.3.04",
      "1.2.3.4::",
      "fe80::1%eth0",
      "1:2:3:4::5:6:7:8",
    ];
    for (const text of [...wrong, ...wrong6]) expect(parseAddress(text), text).to.equal(undefined);
  });

  it("are each other's inverse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.array(fc.nat(15)), (random, zeros) => {
        const bytes = random.map((byte, index) => (zeros.includes(index) ? 0 : byte));
        expect(parseAddress(formatAddress(bytes))).to.deep.equal(bytes);
      }),
    );
  });
});

describe("formatEndpoint", () => {
  it("puts an IPv6 address in brackets", () => {
    expect(formatEndpoint("192.0.2.1", 80)).to.equal("192.0.2.1:80");
    expect(formatEndpoint("2001:db8::1", 65535)).to.equal("[2001:db8::1]:65535");
  });
});
