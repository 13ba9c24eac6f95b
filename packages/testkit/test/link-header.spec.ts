/** Link headers byte by byte, in front of a one-byte packet of either family. */
import { LinkType } from "@tsnids/pcap";
import { frame, ipPacket, octets, TestkitError, type FrameOptions } from "@tsnids/testkit";
import { expect } from "chai";
import { compact, hex } from "./hex.js";

const ipv4 = ipPacket("10.0.0.1", "10.0.0.2", 253, octets("x"));
const ipv6 = ipPacket("2001:db8::1", "2001:db8::2", 253, octets("x"));

const macs4 = "02000a000002 02000a000001";
const macs6 = "020000000002 020000000001";
const snap = "aaaa03 000000";

/** The header of a data frame between addresses that end with 1 and 2, and the type behind it. */
function wireless(address: string, type: string): string {
  return `8802 0000 ${address}2 ${address}1 ${address}1 1000 0000 ${snap} ${type}`;
}

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
    ["802.3", { llc: true }, `${macs4} 001d ${snap} 0800`, `${macs6} 0031 ${snap} 86dd`],
    ["MPLS", { mpls: [100, 16] }, `${macs4} 8847 00064040 00010140`, `${macs6} 8847 00064040 00010140`],
    ["PPPoE", { pppoe: 7 }, `${macs4} 8864 1100 0007 0017 0021`, `${macs6} 8864 1100 0007 002b 0057`],
    [
      "all of them",
      { vlan: [5], pppoe: 7, mpls: [100] },
      `${macs4} 8100 0005 8864 1100 0007 001b 0281 00064140`,
      `${macs6} 8100 0005 8864 1100 0007 002f 0281 00064140`,
    ],
    ["PPP", { link: LinkType.PPP }, "ff03 0021", "ff03 0057"],
    ["PPP in HDLC, with a label", { link: LinkType.PPP_HDLC, mpls: [100] }, "ff03 0281 00064140", "ff03 0281 00064140"],
    ["PPP with direction", { link: LinkType.PPP_WITH_DIR }, "01 ff03 0021", "01 ff03 0057"],
    ["PPPoE alone", { link: LinkType.PPP_ETHER, pppoe: 7 }, "1100 0007 0017 0021", "1100 0007 002b 0057"],
    ["Cisco HDLC", { link: LinkType.C_HDLC }, "0f00 0800", "0f00 86dd"],
    ["Cisco HDLC with direction", { link: LinkType.C_HDLC_WITH_DIR }, "01 0f00 0800", "01 0f00 86dd"],
    ["MPLS alone", { link: LinkType.MPLS }, "00064140", "00064140"],
    ["SLIP", { link: LinkType.SLIP }, `0140 ${"00".repeat(14)}`, `0140 ${"00".repeat(14)}`],
    ["RFC 1483", { link: LinkType.ATM_RFC1483 }, `${snap} 0800`, `${snap} 86dd`],
    ["FDDI", { link: LinkType.FDDI }, `50 ${macs4} ${snap} 0800`, `50 ${macs6} ${snap} 86dd`],
    [
      "Token Ring",
      { link: LinkType.IEEE802_5 },
      `1040 02000a000002 82000a000001 0690 0011 0020 ${snap} 0800`,
      `1040 020000000002 820000000001 0690 0011 0020 ${snap} 86dd`,
    ],
    ["802.11", { link: LinkType.IEEE802_11 }, wireless("02000a00000", "0800"), wireless("02000000000", "86dd")],
    [
      "radiotap",
      { link: LinkType.IEEE802_11_RADIOTAP },
      `0000 0900 02000000 00 ${wireless("02000a00000", "0800")}`,
      `0000 0900 02000000 00 ${wireless("02000000000", "86dd")}`,
    ],
    [
      "Prism",
      { link: LinkType.IEEE802_11_PRISM },
      `44000000 90000000 ${"00".repeat(136)} ${wireless("02000a00000", "0800")}`,
      `44000000 90000000 ${"00".repeat(136)} ${wireless("02000000000", "86dd")}`,
    ],
    [
      "AVS",
      { link: LinkType.IEEE802_11_AVS },
      `80211001 00000040 ${"00".repeat(56)} ${wireless("02000a00000", "0800")}`,
      `80211001 00000040 ${"00".repeat(56)} ${wireless("02000000000", "86dd")}`,
    ],
    [
      "PPI",
      { link: LinkType.PPI },
      `0000 0800 69000000 ${wireless("02000a00000", "0800")}`,
      `0000 0800 69000000 ${wireless("02000000000", "86dd")}`,
    ],
    [
      "NFLOG",
      { link: LinkType.NFLOG },
      "02000000 0800 0100 08000100 0600 0a00 78000000 1900 0900",
      "0a000000 0800 0100 86dd0100 0600 0a00 78000000 2d00 0900",
    ],
    ["IPoIB", { link: LinkType.IPOIB }, `${"00".repeat(40)} 0800 0000`, `${"00".repeat(40)} 86dd 0000`],
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
    for (const [link, options] of [
      ...([
        [LinkType.RAW, { vlan: [1] }],
        [LinkType.RAW, { mpls: [100] }],
        [LinkType.NULL, { pppoe: 1 }],
      ] as const),
      ...([
        [LinkType.PPP, { vlan: [1] }],
        [LinkType.C_HDLC, { pppoe: 1 }],
        [LinkType.IEEE802_11, { vlan: [1] }],
      ] as const),
      ...([[LinkType.ETHERNET, { llc: true, vlan: [1] }]] as const),
    ]) {
      expect(() => frame(ipv4, { link, ...options }), `${link} ${JSON.stringify(options)}`)
        .to.throw(TestkitError)
        .with.property("code", "bad-link");
    }
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
