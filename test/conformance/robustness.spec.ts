/**
 * Whatever a capture of the public corpus holds, with everything listened to: the engine neither throws nor
 * hangs, and only a CaptureError ends the reading. So it is for captures damaged on purpose; their changes are
 * drawn with a fixed seed.
 */
import { CaptureError, FileSource } from "@tsnids/capture";
import type { NidsParams } from "@tsnids/nids";
import { expect } from "chai";
import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { readCaptures } from "./consensus.js";
import { EverythingHeard } from "./hear-everything.js";

/** Milliseconds in which any of these captures, none larger than a few megabytes, must be done. */
const timeLimit = 10_000;

/** Of each capture so many damaged ones are made, of its first so many bytes. */
const damagedOfEach = 6;
const damagedBytes = 65_536;

/** Limits so small that damage reaches them, and memory so little that an engine is made quickly. */
const tinyLimits: Partial<NidsParams> = {
  ...{
    checksums: "ignore",
    maxStreams: 16,
    maxReassemblyBytes: 65_536,
    maxFragmentBytes: 65_536,
    maxQueuedBytes: 4000,
  },
  ...{ maxQueuedSegments: 5, maxFragmentsPerDatagram: 6, maxFragmentedDatagrams: 3, maxScopes: 4 },
};

/** A change: what is done, where (as a share of the file), and with what. */
type Change = readonly [kind: "flip" | "fill" | "move" | "cut", where: number, value: number];

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.tuple(
    fc.constantFrom("flip" as const, "flip" as const, "fill" as const, "move" as const, "cut" as const),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.nat({ max: 255 }),
  ),
  { minLength: 1, maxLength: 20, size: "max" },
);

/** The file with the changes: bits that are others, runs of equal bytes, bytes elsewhere, an end that is missing. */
function damaged(file: Uint8Array, list: readonly Change[]): Uint8Array {
  const bytes = Uint8Array.from(file);
  let end = bytes.length;
  for (const [kind, where, value] of list) {
    const at = Math.floor(where * bytes.length);
    if (kind === "flip") bytes[at] = (bytes[at] as number) ^ (value | 1);
    else if (kind === "fill") bytes.fill(value % 2 === 0 ? 0 : 0xff, at, at + 1 + (value >>> 4));
    else if (kind === "move") bytes.copyWithin(at, Math.max(0, at - value), Math.max(0, at - value) + 40);
    else if (value > 200) end = Math.min(end, at);
  }
  return bytes.subarray(0, end);
}

describeNeeding(["../shared"], "an engine that hears everything in the public corpus", function () {
  this.timeout(180_000);

  const captures = readCaptures(corpusFolder);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-conformance-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What is wrong with how a capture was processed; undefined where nothing is. */
  async function complaint(path: string, heard: EverythingHeard): Promise<string | undefined> {
    const started = performance.now();
    try {
      await heard.nids.run(new FileSource(path));
    } catch (error) {
      if (!(error instanceof CaptureError)) return error instanceof Error ? error.stack : String(error);
    }
    const { streams, closed, reset, timedOut, exiting } = heard.nids.statistics();
    if (streams !== closed + reset + timedOut + exiting) return "streams without an end";
    const taken = Math.round(performance.now() - started);
    return taken > timeLimit ? `took ${taken} ms` : undefined;
  }

  it("fails and hangs at none", async () => {
    const complaints: string[] = [];
    let total = 0;
    for (const { file } of captures) {
      const heard = new EverythingHeard();
      const said = await complaint(join(corpusFolder, "pcaps", file), heard);
      if (said !== undefined) complaints.push(`${file}: ${said}`);
      total += heard.total;
    }
    expect(complaints).to.deep.equal([]);
    expect(total).to.be.above(10_000_000);
  });

  it("fails and hangs at none that is damaged, compressed ones among them", async () => {
    const complaints: string[] = [];
    const path = join(folder, "damaged");
    for (const [index, { file }] of captures.entries()) {
      const whole = readFileSync(join(corpusFolder, "pcaps", file)).subarray(0, damagedBytes);
      for (const [turn, list] of fc.sample(changes, { seed: index, numRuns: damagedOfEach }).entries()) {
        const bytes = turn === 0 ? damaged(gzipSync(whole), list) : damaged(whole, list);
        writeFileSync(path, bytes);
        const said = await complaint(path, new EverythingHeard(tinyLimits));
        if (said !== undefined) complaints.push(`${file} with ${JSON.stringify(list)}: ${said}`);
      }
    }
    expect(complaints).to.deep.equal([]);
  });
});
