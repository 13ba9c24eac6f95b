/**
 * What each link header can also look like: forms that no builder writes, and those that lead nowhere. Frames are given
 * byte by byte, with an IP packet behind them.
 */
import { LinkType } from "@tsnids/pcap";
import { capture, concat, defaultStart, time, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids, text } from "./following.js";

const ipv4 = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "four" });
const ipv6 = udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "six" });

/** Bytes from hexadecimal with spaces. */
function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replaceAll(" ", "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** What is heard of one frame: the header in hexadecimal, the packet behind it. */
function heardBehind(linkType: number, header: string, packet: Uint8Array = ipv4, trailer = ""): string {
  const bytes = concat(hex(header), packet, hex(trailer));
  const only = { time: time(defaultStart), linkType, bytes, originalLength: bytes.length, networkOffset: 0 };
  const nids = smallNids();
  const heard: string[] = [];
  nids.registerUdp(({ data }) => void heard.push(text(data)));
  nids.on("alert", ({ code }) => void heard.push(code));
  nids.process(capture([only]).batch());
  return heard.join();
}

const macs = "02000a000002 02000a000001";
const snap = "aaaa03 000000";
const zeros = (bytes: number): string => "00".repeat(bytes);

describe("link headers in other forms", () => {
  const { ETHERNET, PPP, PPP_HDLC, PPP_PPPD, C_HDLC, LINUX_SLL, FDDI, IEEE802_5, NFLOG, MPLS } = LinkType;
  const { IEEE802_11, IEEE802_11_RADIOTAP, IEEE802_11_PRISM, PPI, LINUX_SLL2 } = LinkType;
  const wireless = `0802 0000 ${zeros(20)} ${snap} 0800`;

  const found: readonly (readonly [name: string, link: number, header: string, packet?: Uint8Array])[] = [
    ["LLC of IP itself", ETHERNET, `${macs} 0030 060603`],
    ["SNAP of a bridge tunnel (802.1H)", ETHERNET, `${macs} 0030 aaaa03 0000f8 0800`],
    ["a tag around a length", ETHERNET, `${macs} 8100 0005 0030 ${snap} 0800`],
    ["a tag with a priority only", ETHERNET, `${macs} 8100 e000 0800`],
    ["the other numbers of service tags", ETHERNET, `${macs} 9100 0001 9200 0002 8100 0003 86dd`, ipv6],
    ["Cisco's VN-Tag around a tag", ETHERNET, `${macs} 8926 80010000 8100 0005 0800`],
    ["E-Tag", ETHERNET, `${macs} 893f 000000010000 0800`],
    ["a service chain's header (NSH)", ETHERNET, `${macs} 894f 0fc2 0201 000003ff`],
    ["NSH with metadata, before Ethernet", ETHERNET, `${macs} 894f 0fc6 0103 000003ff ${zeros(16)} ${macs} 0800`],
    ["NSH in NSH, before IPv6", ETHERNET, `${macs} 894f 0fc2 0204 000003ff 0fc2 0202 000003fe`, ipv6],
    ["a backbone's frame", ETHERNET, `${macs} 88a8 0005 88e7 00000007 ${macs} 8100 0005 0800`],
    ["a label announced the other way (RFC 5332)", ETHERNET, `${macs} 8848 00064140`],
    ["explicit null", MPLS, "00000140"],
    ["entropy below its indicator", MPLS, "00064040 00007040 12345140"],
    ["Ethernet below labels, with a control word", MPLS, `00064140 00000000 ${macs} 0800`],
    ["Ethernet below labels, without", MPLS, `00064140 ${macs} 0800`],
    ["Ethernet below labels, to an address that begins with 4", MPLS, "00064140 42000a000002 02000a000001 0800"],
    ["PPP without address and control", PPP, "0021"],
    ["PPP with a compressed protocol", PPP, "ff03 21"],
    ["PPP with labels", PPP, "ff03 0281 00064140"],
    ["IPv6 in PPP", PPP, "ff03 57", ipv6],
    ["Cisco's HDLC on a PPP line", PPP_HDLC, "0f00 0800"],
    ["Cisco's HDLC to all", C_HDLC, "8f00 0800"],
    ["pppd's direction in place of the address", PPP_PPPD, "0103 0021"],
    ["802.2 in a cooked capture", LINUX_SLL, `0000 0001 0006 ${zeros(8)} 0004 ${snap} 0800`],
    ["a radio's frame in a cooked capture", LINUX_SLL, `0000 0323 ${zeros(12)} 0000 0800 00000000 ${wireless}`],
    ["the same in the second version", LINUX_SLL2, `0800 ${zeros(6)} 0323 ${zeros(10)} 0000 0800 00000000 ${wireless}`],
    ["FDDI, synchronous", FDDI, `d0 ${macs} ${snap} 0800`],
    ["Token Ring without a route", IEEE802_5, `1040 ${macs} ${snap} 0800`],
    ["NFLOG of a big-endian host", NFLOG, "02000000 0008 0001 08000100 0024 0009"],
    ["wireless, plain data", IEEE802_11, wireless],
    ["wireless, four addresses", IEEE802_11, `0803 0000 ${zeros(26)} ${snap} 0800`],
    ["wireless, four addresses and QoS", IEEE802_11, `8803 0000 ${zeros(28)} ${snap} 0800`],
    ["wireless, QoS and HT control", IEEE802_11, `8882 0000 ${zeros(26)} ${snap} 0800`],
    ["wireless, aggregated", IEEE802_11, `8802 0000 ${zeros(20)} 8000 ${macs} 0028 ${snap} 0800`],
    [
      "radiotap with two words and a time",
      IEEE802_11_RADIOTAP,
      `0000 1900 03000080 00000000 ${zeros(4)} ${zeros(9)} ${wireless}`,
    ],
    [
      "radiotap of a card that pads",
      IEEE802_11_RADIOTAP,
      `0000 0900 02000000 20 8802 0000 ${zeros(22)} 0000 ${snap} 0800`,
    ],
    ["AVS where Prism is announced", IEEE802_11_PRISM, `80211002 00000010 ${zeros(8)} ${wireless}`],
    ["PPI before Ethernet", PPI, `0000 0c00 01000000 ${zeros(4)} ${macs} 0800`],
    ["PPI before raw IP, by the system's number", PPI, "0000 0800 0c000000"],
  ];
  for (const [name, link, header, packet = ipv4] of found) {
    it(name, () => expect(heardBehind(link, header, packet)).to.equal(packet === ipv4 ? "four" : "six"));
  }
});

describe("aggregated wireless frames", () => {
  const aggregate = `8802 0000 ${zeros(20)} 8000`;
  const part = (packet: Uint8Array, type: string): Uint8Array =>
    concat(hex(`${macs} ${(packet.length + 8).toString(16).padStart(4, "0")} ${snap} ${type}`), packet);
  const filled = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array(-bytes.length & 3));

  it("hold several packets", () => {
    const all = concat(filled(part(ipv4, "0800")), filled(part(ipv6, "86dd")), part(ipv4, "0800"));
    expect(heardBehind(LinkType.IEEE802_11, aggregate, all)).to.equal("four,six,four");
  });

  it("hold some that are not IP, or are cut off", () => {
    const arp = part(Uint8Array.of(0, 1, 8, 0), "0806");
    expect(heardBehind(LinkType.IEEE802_11, aggregate, concat(filled(arp), part(ipv4, "0800")))).to.equal("four");
    const cut = part(ipv4, "0800").subarray(0, 30);
    expect(heardBehind(LinkType.IEEE802_11, aggregate, concat(filled(part(ipv6, "86dd")), cut))).to.equal(
      "six,ip-header",
    );
    expect(heardBehind(LinkType.IEEE802_11, aggregate, concat(filled(part(ipv6, "86dd")), Uint8Array.of(1)))).to.equal(
      "six",
    );
  });
});

describe("link headers that lead to no IP packet", () => {
  const { ETHERNET, PPP, PPP_ETHER, C_HDLC, LINUX_SLL, LINUX_SLL2, FDDI, IEEE802_5, NFLOG, MPLS } = LinkType;
  const { IEEE802_11, IEEE802_11_RADIOTAP, IEEE802_11_AVS, PPI } = LinkType;
  for (const [name, link, header] of [
    ["SNAP of another organisation", ETHERNET, `${macs} 0030 aaaa03 00000c 0800`],
    ["LLC of something else", ETHERNET, `${macs} 0030 424203`],
    ["a small number where SNAP has a type", ETHERNET, `${macs} 0030 ${snap} 0003`],
    ["ARP", ETHERNET, `${macs} 0806`],
    ["NSH shorter than itself", ETHERNET, `${macs} 894f 0fc1 0201 000003ff`],
    ["NSH longer than the frame", ETHERNET, `${macs} 894f 0fff 0201 000003ff`],
    ["NSH of another version", ETHERNET, `${macs} 894f 4fc2 0201 000003ff`],
    ["NSH before something unknown", ETHERNET, `${macs} 894f 0fc2 0207 000003ff`],
    ["PPPoE discovery", ETHERNET, `${macs} 8863 1109 0000 0004`],
    ["PPPoE of another version", PPP_ETHER, "2100 0001 0016 0021"],
    ["PPPoE with a code", PPP_ETHER, "11a7 0001 0016 0021"],
    ["a control word before something unknown", MPLS, "00064140 00000000"],
    ["an associated channel", MPLS, "00064140 10000007"],
    ["PPP's own protocols", PPP, "ff03 c021"],
    ["an empty PPP frame", PPP, "ff03"],
    ["Cisco's keepalive", C_HDLC, "8f00 8035"],
    ["netlink in a cooked capture", LINUX_SLL, `0004 0338 0000 ${zeros(8)} 0800`],
    ["netlink in the second version", LINUX_SLL2, `0800 0000 00000000 0338 00 00 ${zeros(8)}`],
    ["FDDI's station management", FDDI, `41 ${macs} ${snap} 0800`],
    ["Token Ring's medium access", IEEE802_5, `1000 ${macs} ${snap} 0800`],
    ["NFLOG without a packet", NFLOG, "02000000 0800 0100 08000100"],
    ["NFLOG with an attribute of no length", NFLOG, "02000000 0000 0900"],
    ["wireless management", IEEE802_11, `8000 0000 ${zeros(20)} ${snap} 0800`],
    ["wireless data without data", IEEE802_11, `4802 0000 ${zeros(20)} ${snap} 0800`],
    ["encrypted wireless data", IEEE802_11, `0842 0000 ${zeros(20)} ${snap} 0800`],
    ["the first fragment of wireless data", IEEE802_11, `0806 0000 ${zeros(20)} ${snap} 0800`],
    ["the last fragment of wireless data", IEEE802_11, `0802 0000 ${zeros(18)} 0100 ${snap} 0800`],
    ["radiotap longer than the frame", IEEE802_11_RADIOTAP, "0000 ffff 00000000"],
    ["radiotap shorter than itself", IEEE802_11_RADIOTAP, "0000 0400 00000000"],
    ["AVS without its magic number", IEEE802_11_AVS, `00000001 00000010 ${zeros(8)}`],
    ["AVS longer than the frame", IEEE802_11_AVS, `80211001 ffffffff ${zeros(8)}`],
    ["PPI of another version", PPI, "0100 0800 01000000"],
    ["PPI in PPI", PPI, "0000 0800 c0000000 0000 0800 0c000000"],
    ["PPI before something unknown", PPI, "0000 0800 93000000"],
  ] as const) {
    it(name, () => {
      expect(heardBehind(link, header, new Uint8Array(0))).to.equal("");
      expect(heardBehind(link, header)).to.equal("");
    });
  }
});
