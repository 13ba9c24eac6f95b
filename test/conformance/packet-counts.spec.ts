/** How many packets there are in each capture of the public corpus (INDEX.tsv), whatever its format, damaged ones included. */
import { FileSource } from "@tsnids/capture";
import { expect } from "chai";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { readCaptures } from "./consensus.js";
import { knownDifferences } from "./known-differences.js";

describeNeeding(["../shared"], "packets in the captures of the public corpus", function () {
  this.timeout(60_000);

  const captures = readCaptures(corpusFolder);
  const counts = new Map<string, number>();

  before(async () => {
    for (const { file } of captures) counts.set(file, await countPackets(join(corpusFolder, "pcaps", file)));
  });

  it("are as many as its index says, but for those in known.md", () => {
    const differing = captures
      .filter(({ file, packets }) => counts.get(file) !== packets)
      .map(({ file, packets }) => `${file} ${packets} packets`);
    const known = Array.from(knownDifferences()).filter((name) => name.endsWith(" packets"));
    expect(differing).to.have.members(known);
  });
});

/** Frames up to the end, or to where the file is damaged. */
async function countPackets(path: string): Promise<number> {
  let packets = 0;
  try {
    for await (const batch of new FileSource(path).batches()) packets += batch.length;
  } catch {
    // That only a CaptureError ends the reading is another test's matter.
  }
  return packets;
}
