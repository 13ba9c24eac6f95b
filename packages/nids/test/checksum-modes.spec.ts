/** The parameter `checksums`, and what `auto` learns from the first packets of an interface. */
import type { ChecksumMode } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import type { Frame } from "@tsnids/testkit";
import { Capture, capture, conversation, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { ChunkedSource } from "./chunked-source.js";
import { following, smallNids, text } from "./following.js";

function datagrams(count: number, checksum: "good" | "bad", link: number = LinkType.ETHERNET): Frame[] {
  const one = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: checksum, checksum }), { link });
  return new Array<Frame>(count).fill(one);
}

/** How many good and bad datagrams were taken, and the alerts. */
function taken(
  frames: readonly Frame[],
  checksums: ChecksumMode = "auto",
): { good: number; bad: number; alerts: string[] } {
  const nids = smallNids({ checksums });
  const seen = { good: 0, bad: 0, alerts: [] as string[] };
  nids.registerUdp(({ data }) => {
    seen[text(data) as "good" | "bad"]++;
  });
  nids.on("alert", ({ code }) => void seen.alerts.push(code));
  nids.process(capture([frames]).batch());
  return seen;
}

describe("checksums", () => {
  const mixed = [...datagrams(5, "good"), ...datagrams(5, "bad"), ...datagrams(5, "good")];

  it("verify: wrong ones are dropped, however many", () => {
    expect(taken(mixed, "verify")).to.deep.equal({ good: 10, bad: 0, alerts: [] });
    expect(taken(datagrams(2000, "bad"), "verify")).to.deep.equal({ good: 0, bad: 0, alerts: [] });
  });

  it("ignore: all are taken", () => {
    expect(taken(mixed, "ignore")).to.deep.equal({ good: 10, bad: 5, alerts: [] });
  });

  it("auto: where all are wrong from the start, none is lost, and alerts say so", () => {
    const { bad, alerts } = taken(datagrams(2000, "bad"));
    expect(bad).to.equal(2000);
    expect(alerts).to.have.length.within(1, 2).and.to.include("checksum-offload"); // of the source, of the interface
  });

  it("auto: up to a tenth of wrong ones are dropped", () => {
    const tens = Array.from({ length: 100 }, () => [...datagrams(9, "good"), ...datagrams(1, "bad")]).flat();
    expect(taken(tens)).to.deep.equal({ good: 900, bad: 0, alerts: [] });
  });

  it("auto: more than a tenth are taken for unfinished ones", () => {
    const { bad, alerts } = taken([...datagrams(500, "good"), ...datagrams(100, "bad")]);
    expect(alerts).to.deep.equal(["checksum-offload"]);
    expect(bad).to.equal(100 - 55); // the 56th wrong one of 556 is more than a tenth
  });

  it("auto: the wrong ones of one source say nothing about another", () => {
    const other = frame(udpPacket("10.0.0.9:1", "10.0.0.2:2", { data: "bad", checksum: "bad" }));
    const frames = [...datagrams(100, "good"), ...new Array<Frame>(20).fill(other), ...datagrams(5, "bad")];
    expect(taken(frames)).to.deep.equal({ good: 100, bad: 20, alerts: ["checksum-offload"] });
  });

  it("auto: after 1000 packets nothing changes any more", () => {
    expect(taken([...datagrams(1000, "good"), ...datagrams(500, "bad")])).to.deep.equal({
      good: 1000,
      bad: 0,
      alerts: [],
    });
  });

  it("auto: each interface for itself", () => {
    const [ethernet, raw] = [LinkType.ETHERNET, LinkType.RAW];
    const rounds = Array.from({ length: 20 }, () => [
      ...datagrams(1, "bad", raw),
      ...datagrams(20, "good", ethernet),
    ]).flat();
    const seen = taken([...rounds, ...datagrams(1, "bad", ethernet)]);
    expect(seen).to.deep.equal({ good: 400, bad: 20, alerts: ["checksum-offload"] });
  });

  it("auto: a capture with other interfaces begins anew", () => {
    const nids = smallNids({ checksums: "auto" });
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    nids.process(capture([datagrams(1, "bad")]).batch());
    nids.process(capture([datagrams(1, "bad")]).batch());
    expect(alerts).to.deep.equal(["checksum-offload", "checksum-offload"]);
  });

  it("auto: sources read by turns each have their trial, and it ends", async () => {
    const nids = smallNids({ checksums: "auto" });
    let bad = 0;
    nids.registerUdp(({ data }) => void (bad += Number(text(data) === "bad")));
    const [honest, forging] = [datagrams(1100, "good"), [...datagrams(1000, "good"), ...datagrams(100, "bad")]].map(
      (frames) => new ChunkedSource(capture([frames]), 50),
    ) as [ChunkedSource, ChunkedSource];
    while ((await nids.next(honest)) && (await nids.next(forging)));
    expect(bad).to.equal(0);
    expect(nids.alertCounts()).to.deep.equal({});
    expect(nids.isSettled(0)).to.equal(true);
    nids.exit();
    expect(nids.isSettled(0)).to.equal(false);
  });

  it("auto: what one interface may not believe is not taken because another one may", () => {
    // Two Ethernet taps. The second one's host leaves checksums to its card; those on the first one are all right.
    const nids = smallNids({ checksums: "auto" });
    const heard: string[] = [];
    nids.registerTcp(following((stream) => void heard.push(text(stream.server.data))));
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).handshake();
    talk.send("client", "a").segment("client", { data: "evil", checksum: "bad", stray: true }).send("client", "b");
    const first = [...datagrams(1100, "good"), ...talk.frames.slice(0, 3)];
    const second = datagrams(1200, "bad");
    const batch = new Capture([...first, ...second, ...talk.frames.slice(3)]).batch();
    const tap = { linkType: LinkType.ETHERNET, snapLength: 0 };
    batch.interfaces = [tap, tap];
    const [begin, end] = [first.length, first.length + second.length];
    batch.interfaceIndex.fill(1, begin, end);
    // The second part begins with the second tap's last frame, so that frames of both are looked at in one go.
    const all = batch.length;
    batch.length = end - 1;
    nids.process(batch);
    batch.length = all;
    nids.process(batch, end - 1);
    expect(heard.join("")).to.equal("ab");
  });
});
