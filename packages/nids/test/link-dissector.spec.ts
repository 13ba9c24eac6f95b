// Where the headers before a packet lie, for those who look at one frame.

import { HeaderType, LinkDissector } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import { concat, frame, octets, udpPacket, writableLinkTypes } from "@tsnids/testkit";
import { expect } from "chai";

const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" });
const dissector = new LinkDissector();

describe("LinkDissector", () => {
  it("lists the headers from the outside in, and says what comes next", () => {
    const { bytes, networkOffset } = frame(packet, { vlan: [{ id: 5 }, { id: 6 }], mpls: [100] });
    expect(dissector.dissect(bytes, LinkType.ETHERNET)).to.deep.equal({
      headers: [
        { type: undefined, start: 0, end: 14 },
        { type: HeaderType.SERVICE_VLAN, start: 14, end: 18 },
        { type: HeaderType.VLAN, start: 18, end: 22 },
        { type: HeaderType.MPLS, start: 22, end: 26 },
      ],
      next: HeaderType.IPV4,
      start: networkOffset,
      end: bytes.length,
    });
  });

  it("finds the packet behind every link header there is", () => {
    for (const link of writableLinkTypes) {
      const { bytes, networkOffset } = frame(packet, { link });
      const found = dissector.dissect(bytes, link);
      expect([link, found?.start, found?.next]).to.deep.equal([link, networkOffset, HeaderType.IPV4]);
    }
  });

  it("names what it cannot take off", () => {
    const ethernet = octets([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6]);
    expect(dissector.dissect(concat(ethernet, octets("arp")), LinkType.ETHERNET)).to.include({
      next: 0x0806,
      start: 14,
    });
    expect(dissector.dissect(new Uint8Array(20), LinkType.RAW)).to.include({ next: HeaderType.NONE, start: 0 });
    expect(dissector.dissect(ethernet.subarray(0, 9), LinkType.ETHERNET)?.headers).to.deep.equal([
      { type: undefined, start: 0, end: 14 },
    ]);
    expect(dissector.dissect(ethernet, LinkType.USER0)).to.equal(undefined);
  });
});
