/** Addresses and endpoints as text. */
import { parseAddress, parseEndpoint, TestkitError } from "@tsnids/testkit";
import { expect } from "chai";
import { hex } from "./hex.js";

describe("parseAddress", () => {
  const good: readonly (readonly [text: string, bytes: string])[] = [
    ["10.0.0.255", "0a0000ff"],
    ["::", "00".repeat(16)],
    ["::1", `${"00".repeat(15)}01`],
    ["2001:db8::1", `20010db8${"00".repeat(11)}01`],
    ["fe80::", `fe80${"00".repeat(14)}`],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["::ffff:192.0.2.1", `${"00".repeat(10)}ffffc0000201`],
  ];
  for (const [text, bytes] of good) {
    it(`reads ${text}`, () => {
      expect(hex(parseAddress(text))).to.equal(bytes);
    });
  }

  for (const text of [
    "",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.x",
    "1::2::3",
    "1:2:3",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "1:2:3:4:5:6:7::8",
  ]) {
    it(`refuses "${text}"`, () => {
      expect(() => parseAddress(text))
        .to.throw(TestkitError)
        .with.property("code", "bad-address");
    });
  }
});

describe("parseEndpoint", () => {
  it("reads both families", () => {
    expect(parseEndpoint("10.0.0.1:80")).to.deep.equal({ address: parseAddress("10.0.0.1"), port: 80 });
    expect(parseEndpoint("[::1]:65535")).to.deep.equal({ address: parseAddress("::1"), port: 65535 });
  });

  for (const text of ["10.0.0.1", "10.0.0.1:65536", "::1:80", "[::1]", "[::1]:", ":80"]) {
    it(`refuses "${text}"`, () => {
      expect(() => parseEndpoint(text))
        .to.throw(TestkitError)
        .with.property("code", "bad-address");
    });
  }
});
