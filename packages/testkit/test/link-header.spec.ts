/** Link headers byte by byte, in front of a one-byte packet of either family. */
import { LinkType } from "@tsnids/pcap";
import { frame, ipPacket, octets, TestkitError, type FrameOptions } from "@tsnids/testkit";
import { expect } from "chai";
import { compact, hex } from "./hex.js";

const ipv4 = ipPacket("10.0.0.1", "10.0.0.2", 253, octets("x"));
const ipv6 = ipPacket("2001:db8::1", "2001:db8::2", 253, octets("x"));

/** The bytes in front of the packet. */
function header(packet: Uint8Array, options: FrameOptions): string {
  const { bytes, networkOffset } = frame(packet, options);
  expect(hex(bytes.subarray(networkOffset))).to.equal(hex(packet));
  return hex(bytes.subarray(0, networkOffset));
}

describe("link headers", () => {
  const known: readonly (readonly [name: string, options: FrameOptions, ipv4: string, ipv6: string])[] = [
    ["Ethernet", {}, "02000a000002 02000a000001 0800", "020000000002 020000000001 86dd"],
    ["802.1Q", { vlan: [5] }, "02000a000002 02000a000001 8100 0005 0800", "020000000002 020000000001 8100 0005 86dd"],
    [
      "802.1ad around 802.1Q",
      { vlan: [100, { id: 7, priority: 5 }] },
      "02000a000002 02000a000001 88a8 0064 8100 a007 0800",
      "020000000002 020000000001 88a8 0064 8100 a007 86dd",
    ],
    [
      "Linux SLL",
      { link: LinkType.LINUX_SLL },
      "0000 0001 0006 02000a000001 0000 0800",
      "0000 0001 0006 020000000001 0000 86dd",
    ],
    [
      "Linux SLL2",
      { link: LinkType.LINUX_SLL2 },
      "0800 0000 00000001 0001 00 06 02000a000001 0000",
      "86dd 0000 00000001 0001 00 06 020000000001 0000",
    ],
    [
      "Linux SLL2 with a tag",
      { link: LinkType.LINUX_SLL2, vlan: [9] },
      "8100 0000 00000001 0001 00 06 02000a000001 0000 0009 0800",
      "8100 0000 00000001 0001 00 06 020000000001 0000 0009 86dd",
    ],
    ["NULL", { link: LinkType.NULL }, "02000000", "1e000000"],
    ["LOOP", { link: LinkType.LOOP }, "00000002", "00000018"],
    ["RAW", { link: LinkType.RAW }, "", ""],
  ];
  for (const [name, options, before4, before6] of known) {
    it(`of ${name}`, () => {
      expect(header(ipv4, options)).to.equal(compact(before4));
      expect(header(ipv6, options)).to.equal(compact(before6));
    });
  }

  it("are refused for link types without one, and tags where there is no room", () => {
    expect(() => frame(ipv4, { link: LinkType.USER0 }))
      .to.throw(TestkitError)
      .with.property("code", "bad-link");
    expect(() => frame(ipv4, { link: LinkType.RAW, vlan: [1] }))
      .to.throw(TestkitError)
      .with.property("code", "bad-link");
  });
});

describe("frame", () => {
  it("pads short packets as Ethernet does", () => {
    const { bytes, originalLength } = frame(ipv4, { padTo: 60 });
    expect(bytes.length).to.equal(60);
    expect(originalLength).to.equal(60);
    expect(hex(bytes.subarray(14 + ipv4.length))).to.equal("00".repeat(60 - 14 - ipv4.length));
  });
});
