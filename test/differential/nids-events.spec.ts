/**
 * The engine beside libnids itself: nids-events prints what libnids' own callbacks would print, and the golden logs are
 * those of the real library. With libnids' choices set, on traffic of real programs, the two must not differ in
 * anything; on crafted captures only where a difference with a number says so.
 */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";
import { differences } from "./differences.js";

const program = join(repository, "test/differential/nids-events");
const oracle = join(corpusFolder, "../libnids/oracle");

/** A capture, and the arguments its golden log was made with. */
interface Vector {
  readonly name: string;
  readonly args: readonly string[];
}

describeNeeding(["../shared", "tcpdump"], "libnids and the engine, event for event", function () {
  this.timeout(60_000);

  const crafted = vectors("vectors");

  for (const vector of vectors("real")) {
    it(`real traffic: ${vector.name} ${vector.args.join(" ")}`, () => {
      expect(played("real", vector)).to.deep.equal(golden("real", vector));
    });
  }

  for (const vector of crafted) {
    const numbers = differences[vector.name];
    const events = () => played("vectors", vector);
    if (numbers === undefined) {
      it(`crafted: ${vector.name} ${vector.args.join(" ")}`, () => {
        expect(events()).to.deep.equal(golden("vectors", vector));
      });
    } else {
      it(`crafted, and different (${numbers.join(", ")}): ${vector.name} ${vector.args.join(" ")}`, () => {
        expect(events(), "it no longer differs: take it out of the list").to.not.deep.equal(golden("vectors", vector));
      });
    }
  }

  it("every difference is of a capture that there is", () => {
    expect(crafted.map(({ name }) => name)).to.include.members(Object.keys(differences));
  });

  it("no more than a third of the crafted captures need one", () => {
    expect(Object.keys(differences).length).to.be.at.most(Math.floor(crafted.length / 3));
  });
});

function vectors(folder: string): readonly Vector[] {
  return JSON.parse(readFileSync(join(oracle, folder, "manifest.json"), "utf8")) as Vector[];
}

/** The lines for a vector. Run elsewhere, because the program must work from any directory. */
function played(folder: string, { name, args }: Vector): string[] {
  const { stdout, stderr, status } = spawnSync(program, [...args, join(oracle, folder, `${name}.pcap`)], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    cwd: tmpdir(),
  });
  // 2: the capture cannot be opened; its log says so, too.
  expect(status, stderr).to.be.oneOf([0, 2]);
  return stdout.split("\n");
}

function golden(folder: string, { name }: Vector): string[] {
  return readFileSync(join(oracle, folder, `${name}.jsonl`), "utf8").split("\n");
}
