/**
 * The UDP datagrams of the public corpus, and the datagrams put together from its fragments, beside what at least two other tools
 * made of them. What differs for good is in known.md.
 */
import { expect } from "chai";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { isPlain, readCaptures } from "./consensus.js";
import { DatagramOracle } from "./datagram-consensus.js";
import { followDatagrams, type Datagrams } from "./follow-datagrams.js";
import { knownDifferences } from "./known-differences.js";

/** Rows of all captures, tunnels and rare link types too, that were found when this was last changed. It only ever rises. */
const UDP_FOUND_BEFORE = 448;

describeNeeding(["../shared"], "datagrams of the public corpus", function () {
  this.timeout(120_000);

  const captures = readCaptures(corpusFolder);
  const plain = new Set(captures.filter(isPlain).map(({ file }) => file));
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

  it("all UDP flows on plain Ethernet are as others see them", () => {
    const rows = udpRows.filter(({ file }) => plain.has(file));
    expect(rows).to.have.lengthOf.above(200);
    expect(rows.filter((row) => !isFound(row))).to.deep.equal([]);
  });

  it(`of ${udpRows.length} UDP flows in all captures, at least ${UDP_FOUND_BEFORE} are`, () => {
    const missing = udpRows.filter((row) => !isFound(row));
    const list = missing.map(({ file, flow }) => `  ${file} ${flow}`).join("\n");
    expect(udpRows.length - missing.length, `these are not:\n${list}\n`).to.be.at.least(UDP_FOUND_BEFORE);
  });

  it("all datagrams from fragments are as others see them, but for those in known.md", () => {
    const missing = fragmentedRows.filter(({ file, bytes, sha256 }) => {
      return followed.get(file)?.fragmented.some((each) => each.bytes === bytes && each.sha256 === sha256) !== true;
    });
    const known = Array.from(knownDifferences()).filter((name) => name.endsWith(" bytes"));
    const differing = missing.filter(({ file }) => plain.has(file)).map(({ file, bytes }) => `${file} ${bytes} bytes`);
    expect(differing).to.have.members(known);
  });
});
