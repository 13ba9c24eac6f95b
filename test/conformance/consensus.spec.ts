/**
 * The engine on the public corpus: nothing in it makes the engine or the reader fail in an unexpected way, and the streams
 * of its captures, whatever their link types and tunnels, are those that other reassemblers agree on.
 */
import { CaptureError } from "@tsnids/capture";
import { expect } from "chai";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { isFound, readCaptures, readConsensus, type Direction } from "./consensus.js";
import { describe as describeDirection, nameOf } from "./consensus.js";
import { followCapture, type Followed } from "./follow-capture.js";
import { knownDifferences } from "./known-differences.js";

/** Directions of all captures that were found when this was last changed, and the least share of all. They only ever rise. */
const FOUND_BEFORE = 1254;
const LEAST_SHARE = 0.98;

describeNeeding(["../shared"], "the public corpus", function () {
  this.timeout(120_000);

  const captures = readCaptures(corpusFolder);
  const rows = readConsensus(corpusFolder);
  const followed = new Map<string, Followed>();

  before(async () => {
    for (const { file } of captures) followed.set(file, await followCapture(join(corpusFolder, "pcaps", file)));
  });

  it("has captures, and directions that reassemblers agree on", () => {
    expect(captures).to.have.lengthOf.above(300);
    expect(rows).to.have.lengthOf.above(1000);
  });

  it("stops no capture with anything but a CaptureError", () => {
    const unexpected = [...followed]
      .filter(([, { error }]) => error !== undefined && !(error instanceof CaptureError))
      .map(([file, { error }]) => `${file}: ${error instanceof Error ? error.stack : String(error)}`);
    expect(unexpected).to.deep.equal([]);
  });

  const differing = (): typeof rows => rows.filter((row) => !isFound(row, followed.get(row.file)?.directions ?? []));

  it(`of ${rows.length} directions, at least ${FOUND_BEFORE} are as others see them`, () => {
    const missing = differing();
    const list = missing.map((row) => `  ${row.file} ${describeDirection(row)}`).join("\n");
    expect(rows.length - missing.length, `these are not:\n${list}\n`).to.be.at.least(FOUND_BEFORE);
    expect(FOUND_BEFORE / rows.length).to.be.at.least(LEAST_SHARE);
  });

  it("differs exactly where known.md says so", () => {
    const known = Array.from(knownDifferences()).filter((name) => /#\d+ (c2s|s2c)$/.test(name));
    expect(differing().map((row) => `${row.file} ${nameOf(row)}`)).to.have.members(known);
  });
});

describe("the comparison of directions", () => {
  const row: Direction = {
    ...{ client: "10.0.0.1|1024", server: "10.0.0.2|80", nth: 0, dir: "c2s" },
    ...{ bytes: 8, sha256: "5b", gaps: [[4, 2]] },
  };

  it("finds a direction that is the same in all respects, among others", () => {
    expect(isFound(row, [{ ...row, dir: "s2c", bytes: 9 }, { ...row }])).to.equal(true);
  });

  it("does not find one that differs in any", () => {
    const others: Partial<Direction>[] = [
      ...[{ client: "10.0.0.1|1025" }, { server: "10.0.0.2|81" }, { nth: 1 }, { dir: "s2c" }],
      ...[{ bytes: 9 }, { sha256: "5c" }, { gaps: [] }],
    ];
    for (const other of others) expect(isFound(row, [{ ...row, ...other }]), JSON.stringify(other)).to.equal(false);
  });

  it("finds nothing twice", () => {
    expect(isFound(row, [row, row])).to.equal(false);
  });

  it("expects no listing of a direction without data", () => {
    const empty = { ...row, bytes: 0, gaps: [] };
    expect(isFound(empty, [])).to.equal(true);
    expect(isFound(empty, [row])).to.equal(false);
  });
});
