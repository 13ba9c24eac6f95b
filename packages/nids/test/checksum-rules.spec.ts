/** The parameter `checksumRules`: exceptions from `checksums` by the network of the source. */
import type { ChecksumMode, ChecksumRule } from "@tsnids/nids";
import type { Frame } from "@tsnids/testkit";
import { capture, conversation, frame, icmpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";

/** A datagram with a wrong checksum that carries its own source. */
function damaged(source: string, ip: "good" | "bad" = "good"): Frame {
  const [from, to] = source.includes(":") ? [`[${source}]:1`, "[2001:db8:ffff::1]:2"] : [`${source}:1`, "192.0.2.1:2"];
  return frame(udpPacket(from, to, { data: source, checksum: "bad" }, { ipv4: { checksum: ip } }));
}

/** Which of the damaged datagrams of these sources are taken. */
function taken(sources: readonly string[], checksumRules: readonly ChecksumRule[], checksums: ChecksumMode): string[] {
  const nids = smallNids({ checksums, checksumRules });
  const heard: string[] = [];
  nids.registerUdp(({ data }) => void heard.push(text(data)));
  nids.process(capture([sources.map((source) => damaged(source))]).batch());
  return heard;
}

describe("checksum rules", () => {
  const trust = (network: string): ChecksumRule => ({ network, verify: false });
  const doubt = (network: string): ChecksumRule => ({ network, verify: true });

  it("excuse sources of a network, of either family", () => {
    const sources = ["10.1.2.3", "10.2.0.1", "2001:db8:1::9", "2001:db8:2::9"];
    expect(taken(sources, [trust("10.1.0.0/16"), trust("2001:db8:1::/48")], "verify")).to.deep.equal([
      "10.1.2.3",
      "2001:db8:1::9",
    ]);
  });

  it("match to the bit, whatever the host bits of the rule", () => {
    const sources = ["10.0.0.127", "10.0.0.128", "10.0.0.191", "10.0.0.192"];
    expect(taken(sources, [trust("10.0.0.130/26")], "verify")).to.deep.equal(["10.0.0.128", "10.0.0.191"]);
    expect(taken(sources, [trust("0.0.0.0/0")], "verify")).to.deep.equal(sources);
    expect(taken(sources, [trust("10.0.0.192")], "verify")).to.deep.equal(["10.0.0.192"]);
    expect(taken(sources, [trust("::/0")], "verify")).to.deep.equal([]);
  });

  it("are asked in their order: the first match decides", () => {
    const rules = [doubt("10.1.0.0/16"), trust("10.0.0.0/8")];
    expect(taken(["10.1.2.3", "10.2.0.1"], rules, "verify")).to.deep.equal(["10.2.0.1"]);
    expect(taken(["10.1.2.3", "10.2.0.1"], rules.toReversed(), "verify")).to.deep.equal(["10.1.2.3", "10.2.0.1"]);
  });

  it("can demand what the mode does not", () => {
    expect(taken(["10.1.2.3", "10.2.0.1"], [doubt("10.1.0.0/16")], "ignore")).to.deep.equal(["10.2.0.1"]);
    // In auto mode, a source all of whose checksums are wrong counts as offloading.
    const sources = ["10.1.2.3", "10.2.0.1", "10.1.2.3", "10.2.0.1"];
    expect(taken(sources, [doubt("10.1.0.0/16")], "auto")).to.deep.equal(["10.2.0.1", "10.2.0.1"]);
  });

  it("leave what auto learns to the others", () => {
    const nids = smallNids({ checksums: "auto", checksumRules: [trust("10.1.0.0/16")] });
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    nids.process(capture([new Array<Frame>(50).fill(damaged("10.1.2.3"))]).batch());
    expect(alerts).to.deep.equal([]);
  });

  it("are about the IP header, too", () => {
    const nids = smallNids({ checksumRules: [trust("10.1.0.0/16")] });
    const heard: string[] = [];
    nids.registerUdp(({ data }) => void heard.push(text(data)));
    nids.process(capture([[damaged("10.1.2.3", "bad"), damaged("10.2.0.1", "bad")]]).batch());
    expect(heard).to.deep.equal(["10.1.2.3"]);
  });

  it("are not about ICMP", () => {
    const nids = smallNids({ checksums: "ignore", checksumRules: [trust("0.0.0.0/0"), trust("::/0")] });
    let heard = 0;
    nids.registerIcmp(() => heard++);
    const echo = (from: string, to: string, type: number): Frame =>
      frame(icmpPacket(from, to, { type, data: "ping", checksum: "bad" }));
    nids.process(capture([echo("10.0.0.1", "10.0.0.2", 8), echo("2001:db8::1", "2001:db8::2", 128)]).batch());
    expect(heard).to.equal(0);
    expect(nids.statistics().icmpInvalid).to.equal(2);
  });

  for (const [checksums, rules, isTaken] of [
    ["verify", [trust("10.0.0.1")], true],
    ["verify", [trust("10.0.0.2")], false],
    ["ignore", [doubt("10.0.0.1")], false],
    ["ignore", [doubt("10.0.0.2")], true],
  ] as const) {
    it(`hold for segments in order, many at a time: ${checksums}, ${JSON.stringify(rules)}`, () => {
      const nids = smallNids({ checksums, checksumRules: rules });
      const heard: string[] = [];
      nids.registerTcp(
        following(({ server: { countNew, data } }) => {
          if (countNew > 0) heard.push(text(data));
        }),
      );
      const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" }).handshake();
      talk.send("client", "good1").segment("client", { data: "bad1", checksum: "bad", stray: !isTaken });
      const batch = talk.send("client", "good2").batch();
      const all = batch.length;
      batch.length = 3;
      nids.process(batch); // the handshake opens the express lane, and what follows is looked at in one go
      batch.length = all;
      nids.process(batch, 3);
      expect(heard.join(" ")).to.equal(isTaken ? "good1 bad1 good2" : "good1 good2");
    });
  }
});
