/**
 * The UDP datagrams of the public corpus, and the datagrams put together from its fragments, beside what at least two
 * other tools made of them. What differs for good is in known.md.
 */
import { expect } from "chai";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { readCaptures } from "./consensus.js";
import { DatagramOracle } from "./datagram-consensus.js";
import { followDatagrams, type Datagrams } from "./follow-datagrams.js";
import { knownDifferences } from "./known-differences.js";

/** UDP flows of all captures that were found when this was last changed. It only ever rises. */
const UDP_FOUND_BEFORE = 754;

describeNeeding(["../shared"], "datagrams of the public corpus", function () {
  this.timeout(120_000);

  const captures = readCaptures(corpusFolder);
  const oracles = captures.map(({ file }) => new DatagramOracle(corpusFolder, file));
  const udpRows = oracles.flatMap((oracle) => oracle.udpRows());
  const fragmentedRows = oracles.flatMap((oracle) => oracle.fragmentedRows());
  const followed = new Map<string, Datagrams>();

  before(async () => {
    for (const { file } of captures) followed.set(file, await followDatagrams(join(corpusFolder, "pcaps", file)));
  });

  const isFound = (row: (typeof udpRows)[number]): boolean => {
    const { file, ...expected } = row;
    return followed.get(file)?.udp.some((flow) => JSON.stringify(flow) === JSON.stringify(expected)) === true;
  };

  it("has flows and fragments that other tools agree on", () => {
    expect(udpRows).to.have.lengthOf.above(700);
    expect(fragmentedRows).to.have.lengthOf.above(25);
  });

  it(`of ${udpRows.length} UDP flows, at least ${UDP_FOUND_BEFORE} are as others see them, the rest as known.md says`, () => {
    const missing = udpRows.filter((row) => !isFound(row)).map(({ file, flow }) => `${file} ${flow}`);
    expect(missing).to.have.members(Array.from(knownDifferences()).filter((name) => name.includes(">")));
    expect(udpRows.length - missing.length).to.be.at.least(UDP_FOUND_BEFORE);
  });

  it("all datagrams from fragments are as others see them, but for those in known.md", () => {
    const missing = fragmentedRows.filter(({ file, bytes, sha256 }) => {
      return followed.get(file)?.fragmented.some((each) => each.bytes === bytes && each.sha256 === sha256) !== true;
    });
    const known = Array.from(knownDifferences()).filter((name) => name.endsWith(" bytes"));
    expect(missing.map(({ file, bytes }) => `${file} ${bytes} bytes`)).to.have.members(known);
  });
});
