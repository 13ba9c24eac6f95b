// The catalogue of link types.

import { expect } from "chai";
import { canonicalLinkType, LinkType, linkTypeName } from "@tsnids/pcap";

describe("link types", () => {
  it("have the numbers of the registry", () => {
    const { NULL, ETHERNET, PPP, FDDI, RAW, C_HDLC, IEEE802_11, LOOP, LINUX_SLL, IEEE802_11_RADIOTAP, PPI } = LinkType;
    expect([
      NULL,
      ETHERNET,
      PPP,
      FDDI,
      RAW,
      C_HDLC,
      IEEE802_11,
      LOOP,
      LINUX_SLL,
      IEEE802_11_RADIOTAP,
      PPI,
    ]).to.deep.equal([0, 1, 9, 10, 101, 104, 105, 108, 113, 127, 192]);
    const { IEEE802_5, PPP_ETHER, IEEE802_11_PRISM, MPLS, IPV4, IPV6, NFLOG, IPOIB, LINUX_SLL2 } = LinkType;
    expect([IEEE802_5, PPP_ETHER, IEEE802_11_PRISM, MPLS, IPV4, IPV6, NFLOG, IPOIB, LINUX_SLL2]).to.deep.equal([
      6, 51, 119, 219, 228, 229, 239, 242, 276,
    ]);
  });

  it("have one name each, and names lead back to the number", () => {
    const numbers = Object.values(LinkType);
    expect(new Set(numbers).size).to.equal(numbers.length);
    for (const [name, number] of Object.entries(LinkType)) {
      expect(linkTypeName(number)).to.equal(name);
      expect(canonicalLinkType(number)).to.equal(number);
    }
  });

  it("are called by their number when nobody gave them a name", () => {
    expect(linkTypeName(8224)).to.equal("LINKTYPE 8224");
  });

  it("stand in for the DLT_ numbers found in files", () => {
    expect([11, 12, 14].map(canonicalLinkType).map(linkTypeName)).to.deep.equal(["ATM_RFC1483", "RAW", "RAW"]);
    expect(canonicalLinkType(8224)).to.equal(8224);
  });
});
