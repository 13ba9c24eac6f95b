/**
 * Filters beside tcpdump, frame by frame: every expression on Ethernet, on each other link type its share of them, and
 * random expressions. With FILTER_DIFFERENTIAL=full, every expression on every link type and every frame of the corpus.
 */
import { expect } from "chai";
import fc from "fast-check";
import { LinkType } from "@tsnids/pcap";
import { join } from "node:path";
import { filterableLinkTypes } from "../../../packages/filter/dist/link/table.js";
import { corpusFolder, describeNeeding } from "../../left-out.js";
import { expressions } from "./expressions.js";
import { randomExpression } from "./random-expression.js";
import { changed, readSamples, type Change, type Sample } from "./sample.js";
import { difference } from "./tcpdump.js";

const isFull = process.env["FILTER_DIFFERENTIAL"] === "full";
const framesPerFile = isFull ? Infinity : 40;
const randomRuns = isFull ? 5000 : 250;

/** tcpdump runs at once. */
const parallel = 3;

/** A comparison of numbers that are not in the frame, with something behind it: "0 = 1 or tcp", "len > 60 and tcp". */
const withoutHeader =
  /(^|[(!]|&&|\|\||\b(and|or|not)\b)[\s-]*(len|0x[0-9a-f]+|\d+)([\s+*/%&|^()-]|<<|>>|len|0x[0-9a-f]+|\d+)*[=<>].*(and|or|&&|\|\|)/;

/** Bytes from the beginning of the frame, with something behind them: "ether[0] = 0 and tcp". */
const linkBytes = /\b(ether|link|wlan|fddi|tr|ppp|slip|radio)\s*\[.*(and|or|&&|\|\|)/;

/** 802.11 behind a header about the radio. */
const radios = [LinkType.IEEE802_11_RADIOTAP, LinkType.IEEE802_11_PRISM, LinkType.IEEE802_11_AVS, LinkType.PPI];

/** Where the length of the link header differs from frame to frame. */
const wireless = [LinkType.IEEE802_11, ...radios];

/** Where they differ, and why: libpcap is wrong, or has less. Without a link type: in all of them. */
const known: readonly { readonly linkType?: number; readonly expression: RegExp; readonly reason: string }[] = [
  {
    expression: /^(?=.*(and|or|&&|\|\|)).*\[[^\]a-z]*-[^\]a-z]*\]/,
    reason:
      "an index below nought is behind the end of the frame where libpcap's optimizer has folded it, else before its header",
  },
  {
    linkType: LinkType.PPP_HDLC,
    expression: /mpls/,
    reason: "libpcap knows MPLS in PPP, but not in the link type of PPP with HDLC framing, which is the same",
  },
  { linkType: LinkType.PPP_PPPD, expression: /mpls/, reason: "the same for the link type of pppd" },
  {
    linkType: LinkType.PPI,
    expression: /vlan|radio|\b(type|subtype|dir) /,
    reason: "libpcap looks for IP in 802.11 behind PPI, but refuses what it knows of 802.11 behind radiotap",
  },
  ...radios.map((linkType) => ({
    linkType,
    expression: /pppoes/,
    reason: "libpcap has not worked out where the 802.11 header begins, unless an earlier primitive needed that",
  })),
  ...wireless.flatMap((linkType) => [
    { linkType, expression: /protochain/, reason: "libpcap refuses it where the length of the link header differs" },
    { linkType, expression: /geneve/, reason: "libpcap forgets to work out the length of the 802.11 header" },
    { linkType, expression: withoutHeader, reason: "libpcap overwrites the length of the 802.11 header with a number" },
    { linkType, expression: linkBytes, reason: "the same" },
  ]),
];

describeNeeding(["../shared", "tcpdump"], "filters and tcpdump", function () {
  this.timeout(isFull ? 7_200_000 : 300_000);

  let samples: readonly Sample[] = [];
  before(() => {
    const all = readSamples(join(corpusFolder, "pcaps"), framesPerFile);
    const { IEEE802_11, IEEE802_11_AVS, IEEE802_11_PRISM, PPP_HDLC, PPP_PPPD } = LinkType;
    const behind =
      (radio: readonly number[]): Change =>
      (bytes) =>
        Buffer.concat([Buffer.from(radio), bytes]);
    const prism = new Array<number>(144).fill(0);
    const avs = [0x80, 0x21, 0x10, 0x02, 0, 0, 0, 64, ...new Array<number>(56).fill(7)];
    samples = [
      ...all,
      changed(all, IEEE802_11, IEEE802_11_PRISM, behind(prism)),
      changed(all, IEEE802_11, IEEE802_11_AVS, behind(avs)),
      changed(all, PPP_HDLC, PPP_PPPD, (bytes, index) => Uint8Array.of(index % 3, ...bytes.subarray(1))),
    ];
  });

  it(`has ${expressions.length} expressions, and frames of every kind of link`, () => {
    expect(expressions).to.have.lengthOf.above(300);
    expect(samples).to.have.lengthOf.above(12);
    expect(samples.flatMap(({ frames }) => frames)).to.have.lengthOf.above(4000);
  });

  it("keep the same frames", async () => {
    const trials = samples.flatMap((sample, nth) =>
      expressions
        .filter((_, index) => isFull || sample.linkType === LinkType.ETHERNET || index % 5 === nth % 5)
        .map((expression) => ({ sample, expression })),
    );
    const differing: string[] = [];
    const queue = trials.values();
    const work = async (): Promise<void> => {
      for (const { sample, expression } of queue) {
        const found = await difference(sample, expression, "every frame");
        if (found !== undefined && !isKnown(sample.linkType, expression, found)) differing.push(found);
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    expect(differing.join("\n")).to.equal("");
  });

  it("keep the same frames for random expressions", async () => {
    // A frame too short for what libpcap's optimizer found needless to look at may be kept or not.
    await fc.assert(
      fc.asyncProperty(randomExpression, fc.nat(), async (expression, nth) => {
        const ethernet = samples.find(({ linkType }) => linkType === LinkType.ETHERNET)!;
        const sample = nth % 3 === 0 ? samples[nth % samples.length]! : ethernet;
        const found = await difference(sample, expression, "but what the optimizer changes");
        if (found !== undefined && !isKnown(sample.linkType, expression, found)) throw new Error(found);
      }),
      { numRuns: randomRuns },
    );
  });
});

function isKnown(linkType: number, expression: string, found: string): boolean {
  // Of the link types that we do not look into, libpcap looks into some.
  if (!filterableLinkTypes.includes(linkType) && found.includes("only ours refuses it")) return true;
  return known.some((each) => (each.linkType ?? linkType) === linkType && each.expression.test(expression));
}
