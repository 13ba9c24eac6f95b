/** Link types by their LINKTYPE number, VLAN tags, and what is not decoded. */
import { LinkType, linkTypeName } from "@tsnids/pcap";
import type { Frame, FrameOptions } from "@tsnids/testkit";
import { capture, conversation, cutFrame, frame, icmpPacket, udpPacket, writableLinkTypes } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";

const packets = {
  ipv4: udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "four" }),
  ipv6: udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "six" }),
};

/** Link types that carry either family. */
const bothFamilies = writableLinkTypes.filter((link) => link !== LinkType.IPV4 && link !== LinkType.IPV6);

function heardOf(frames: readonly Frame[]): string[] {
  const nids = smallNids();
  const heard: string[] = [];
  nids.registerUdp(({ data }) => void heard.push(text(data)));
  nids.on("alert", ({ code, detail }) => void heard.push(`alert ${code} ${detail ?? ""}`));
  nids.process(capture([frames]).batch());
  return heard;
}

describe("link types", () => {
  for (const [name, options] of Object.entries<FrameOptions>({
    ETHERNET: {},
    "ETHERNET with padding": { padTo: 100 },
    "ETHERNET with one tag": { vlan: [5] },
    "ETHERNET with two tags": { vlan: [100, 5] },
    "ETHERNET with tags of the old kind": { vlan: [{ id: 100, tagProtocol: 0x9100 }, 5] },
    "ETHERNET with many tags": { vlan: [1, 2, 3, 4, 5, 6] },
    LINUX_SLL: { link: LinkType.LINUX_SLL },
    "LINUX_SLL with a tag": { link: LinkType.LINUX_SLL, vlan: [5] },
    "ETHERNET with a length": { llc: true },
    "ETHERNET with a label": { mpls: [100] },
    "ETHERNET with many labels": { mpls: [100, 101, 102, 103, 104, 0] },
    "ETHERNET with a session": { pppoe: 7 },
    "ETHERNET with a tag, a session and a label": { vlan: [5], pppoe: 7, mpls: [100] },
    "LINUX_SLL with a label": { link: LinkType.LINUX_SLL, mpls: [100] },
    ...Object.fromEntries(bothFamilies.map((link) => [linkTypeName(link), { link }])),
  })) {
    it(name, () => {
      expect(heardOf([frame(packets.ipv4, options), frame(packets.ipv6, options)])).to.deep.equal(["four", "six"]);
    });
  }

  it("no byte of any link header is needed twice: every prefix of a frame is silent, or said to be cut", () => {
    for (const link of bothFamilies) {
      const whole = frame(packets.ipv4, { link });
      for (let length = 0; length < whole.networkOffset + 20; length++) {
        expect(["", "alert ip-header "], `${linkTypeName(link)}, ${length} bytes`).to.include(
          heardOf([cutFrame(whole, length)]).join(),
        );
      }
    }
  });

  it("IPV4 and IPV6", () => {
    expect(heardOf([frame(packets.ipv4, { link: LinkType.IPV4 })])).to.deep.equal(["four"]);
    expect(heardOf([frame(packets.ipv6, { link: LinkType.IPV6 })])).to.deep.equal(["six"]);
  });

  it("of several interfaces in one batch", () => {
    const links = [LinkType.ETHERNET, LinkType.RAW, LinkType.NULL, LinkType.ETHERNET, LinkType.LINUX_SLL];
    const frames = links.flatMap((link) => [frame(packets.ipv4, { link }), frame(packets.ipv6, { link })]);
    expect(heardOf(frames)).to.deep.equal(links.flatMap(() => ["four", "six"]));
  });

  it("that change in the middle of a connection do not disturb it", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(following((stream) => void heard.push(text(stream.server.data))));
    const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" }).handshake();
    for (const byte of "abcdef") talk.send("client", byte);
    const frames = talk.frames.map((each, index) =>
      index % 2 === 0 ? each : { ...frame(each.bytes.subarray(14), { link: LinkType.RAW }), time: each.time },
    );
    nids.process(capture([frames]).batch());
    expect(heard.join("")).to.equal("abcdef");
  });

  it("that are not decoded are counted, and named once", () => {
    const nids = smallNids();
    const alerts: unknown[] = [];
    nids.on("alert", ({ code, detail }) => void alerts.push([code, detail]));
    const batch = capture([frame(packets.ipv4), frame(packets.ipv4), frame(packets.ipv4)]).batch();
    batch.interfaces = [{ linkType: LinkType.USER0, snapLength: 0 }];
    nids.process(batch);
    nids.process(batch);
    expect(alerts).to.deep.equal([["link-unknown", "link type 147, USER0"]]);
    expect(nids.statistics()).to.include({ frames: 6, framesUnknownLink: 6, framesNotIp: 0 });
  });
});

describe("frames without an IP packet", () => {
  const silent = (bytes: readonly number[], link: number = LinkType.ETHERNET): Frame => ({
    ...frame(packets.ipv4),
    bytes: Uint8Array.from(bytes),
    originalLength: bytes.length,
    linkType: link,
  });

  it("are counted and nothing else", () => {
    const arp = silent([...new Array<number>(12).fill(1), 0x08, 0x06, ...new Array<number>(28).fill(0)]);
    const length = silent([...new Array<number>(12).fill(1), 0, 46, ...new Array<number>(46).fill(0)]);
    const frames = [arp, length, silent([]), silent([1]), silent([], LinkType.RAW), silent([0x50], LinkType.RAW)];
    const more = [silent([2, 0, 0, 0], LinkType.NULL), silent(new Array<number>(15).fill(0), LinkType.LINUX_SLL)];
    const nids = smallNids();
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    nids.process(capture([frames, more]).batch());
    expect(alerts).to.deep.equal([]);
    expect(nids.statistics()).to.include({ frames: 8, framesNotIp: 8, ipInvalid: 0 });
  });

  it("may end anywhere in their tags", () => {
    const tagged = frame(packets.ipv4, { vlan: [1, 2] });
    for (let length = 0; length < 22; length++)
      expect(heardOf([cutFrame(tagged, length)]), `${length}`).to.deep.equal([]);
  });

  it("include IP packets of other protocols only for ip callbacks", () => {
    expect(heardOf([frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8 }))])).to.deep.equal([]);
  });
});

describe("maxScopes", () => {
  it("tells so many VLANs apart; an alert says where that ends", () => {
    const nids = smallNids({ maxScopes: 2 });
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    for (const vlan of [1, 2, 1, 2]) nids.process(capture([frame(packets.ipv4, { vlan: [vlan] })]).batch());
    expect(alerts).to.deep.equal([]);
    for (const vlan of [3, 4, 3]) nids.process(capture([frame(packets.ipv4, { vlan: [vlan] })]).batch());
    expect([...new Set(alerts)]).to.deep.equal(["scope-limit"]);
  });
});
