/**
 * Ethernet below MPLS labels (RFC 4448), with a control word and without: no field says which, nor that it is Ethernet
 * and no IP packet. Addresses of cards begin with anything.
 */
import type { Encapsulation } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import { capture, concat, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids, text } from "./following.js";
import { sideBySide, streamsOf, thereAndBack, type Way } from "./ways.js";

/** Bytes from hexadecimal. */
function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replaceAll(" ", "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

const label = "00064140";
const words = { none: "", empty: "00000000", counting: "00000007" };
/** Tags and types before an IPv4 packet. */
const tagged = { plain: "0800", vlan: "8100 0005 0800", service: "88a8 0007 8100 0005 0800", old: "9100 0005 0800" };
const others = { vnTag: "8926 80010000 0800", snap: "0030 aaaa03 000000 0800" };

/** From card to card, below a label. */
function below(word: string, destination: string, source: string, types: string): Way {
  const header = hex(`${word} ${destination} ${source} ${types}`);
  return { link: LinkType.MPLS, mpls: [100], wrap: (packet) => concat(header, packet) };
}

const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "four" });

/** What is heard of a packet below a label, and what it is in. */
function heardBelow(header: string, given = packet): string {
  const bytes = concat(hex(`${label} ${header}`), given);
  const nids = smallNids();
  const heard: string[] = [];
  const wrapped = (all: readonly Encapsulation[]): string => all.map(({ kind, id }) => `${kind} ${id}`).join(" ");
  nids.registerUdp(({ data, encapsulation }) => void heard.push(`${text(data)} in ${wrapped(encapsulation)}`));
  nids.on("alert", ({ code }) => void heard.push(code));
  const only = { ...frame(given), linkType: LinkType.MPLS, bytes, originalLength: bytes.length };
  nids.process(capture([only]).batch());
  return heard.join();
}

describe("Ethernet below labels", () => {
  const cards = ["001122334455", "0cfa9b010203", "4805 00001234", "450000300001", "6805ca120001", "98fa9b010203"];
  for (const [word, digits] of Object.entries(words)) {
    for (const card of cards) {
      it(`to ${card.replace(" ", "")}, control word: ${word}`, () => {
        for (const [name, types] of Object.entries({ ...tagged, ...others })) {
          const vlans = name === "service" ? " vlan 7 vlan 5" : name === "vlan" || name === "old" ? " vlan 5" : "";
          const heard = heardBelow(`${digits} ${card} 98fa9b010203 ${types}`);
          expect(heard, `${name} to ${card}`).to.equal(`four in mpls 100${vlans}`);
        }
      });
    }
  }

  it("keeps both directions of a connection together, whatever their cards are", () => {
    for (const server of cards) {
      for (const word of Object.values(words)) {
        const there = below(word, server, "98fa9b010203", tagged.vlan);
        const back = below(word, "98fa9b010203", server, tagged.vlan);
        expect(streamsOf(thereAndBack(there, back)), server).to.deep.equal(["thereback"]);
      }
    }
  });

  it("keeps the same addresses in two VLANs apart", () => {
    const [five, six] = ["0005", "0006"].map((vlan) => below("", cards[0] ?? "", cards[1] ?? "", `8100 ${vlan} 0800`));
    expect(streamsOf(sideBySide(five as Way, six as Way))).to.deep.equal(["one", "two"]);
  });

  it("of what is not IP is silent", () => {
    const arp = hex("0001 0800 0604 0001 02000a000001 0a000001 000000000000 0a000002");
    for (const card of cards) {
      for (const word of Object.values(words)) {
        expect(heardBelow(`${word} ${card} 98fa9b010203 0806`, arp), card).to.equal("");
        expect(heardBelow(`${word} ${card} 98fa9b010203 8100 0005 0806`, arp), card).to.equal("");
      }
    }
  });

  it("may have any number of tags", () => {
    const nids = smallNids();
    const bytes = concat(hex(`${label} 001122334455 98fa9b010203`), hex("8100 0005".repeat(50_000)), packet);
    const only = { ...frame(packet), linkType: LinkType.MPLS, bytes, originalLength: bytes.length };
    nids.process(capture([only]).batch());
    expect(nids.statistics()).to.include({ framesNotIp: 1 });
  });
});

describe("IP below labels", () => {
  it("is not taken for Ethernet by its addresses", () => {
    for (const source of ["8.0.69.0", "129.0.8.0", "136.71.1.1", "134.221.96.1", "0.48.170.170"]) {
      const from = udpPacket(`${source}:1`, "3.0.0.0:2", { data: "four" });
      expect(heardBelow("", from), source).to.equal("four in mpls 100");
    }
    for (const source of [
      "2001:db8:800:4500::1",
      "2001:db8:8100:5:800::1",
      "2001:db8:86dd:6000::1",
      "2001:db8:8847::1",
    ]) {
      const from = udpPacket(`[${source}]:1`, "[2001:db8::2]:2", { data: "six" });
      expect(heardBelow("", from), source).to.equal("six in mpls 100");
    }
  });

  it("with a damaged header is said to be that", () => {
    const damaged = packet.slice();
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    expect(heardBelow("", damaged)).to.equal("ip-header");
  });
});
