/**
 * The engine beside libnids itself: nids-events prints what libnids' own callbacks would print, and the golden logs are those of
 * the real library. With libnids' choices set, on traffic of real programs, the two must not differ in anything.
 */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";

const program = join(repository, "test/differential/nids-events");
const oracle = join(corpusFolder, "../libnids/oracle");

/** A capture, and the arguments its golden log was made with. */
interface Vector {
  readonly name: string;
  readonly args: readonly string[];
}

/** Crafted captures whose logs are equal. It only ever rises; the others show where the engine is meant to differ, or still does. */
const EQUAL_BEFORE = 78;

describeNeeding(["../shared", "tcpdump"], "libnids and the engine, event for event", function () {
  this.timeout(180_000);

  const real = vectors("real");
  const crafted = vectors("vectors");

  for (const vector of real) {
    it(`real traffic: ${vector.name} ${vector.args.join(" ")}`, () => {
      expect(played("real", vector)).to.deep.equal(golden("real", vector));
    });
  }

  it(`at least ${EQUAL_BEFORE} of ${crafted.length} crafted captures are equal`, () => {
    const differing = crafted.filter((vector) => played("vectors", vector).join() !== golden("vectors", vector).join());
    const names = differing.map(({ name }) => name).join(" ");
    expect(crafted.length - differing.length, `these differ: ${names}`).to.be.at.least(EQUAL_BEFORE);
  });
});

function vectors(folder: string): readonly Vector[] {
  return JSON.parse(readFileSync(join(oracle, folder, "manifest.json"), "utf8")) as Vector[];
}

function played(folder: string, { name, args }: Vector): string[] {
  const options = { encoding: "utf8", stdio: "pipe", maxBuffer: 64 * 1024 * 1024 } as const;
  try {
    return execFileSync(program, [...args, join(oracle, folder, `${name}.pcap`)], options).split("\n");
  } catch (error) {
    // A capture that cannot be opened ends with another exit code, and its log says so.
    return (error as { stdout: string }).stdout.split("\n");
  }
}

function golden(folder: string, { name }: Vector): string[] {
  return readFileSync(join(oracle, folder, `${name}.jsonl`), "utf8").split("\n");
}
