/**
 * The process that runs one suite: loads the spec files named on its command line into mocha, and sends what came out to
 * the runner that forked it (run.ts). A crash or an endless loop of one suite thereby leaves the others alone.
 */
import { readFileSync } from "node:fs";
import Mocha from "mocha";

/** What a suite came to; the message sent to the runner. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Full titles of pending tests: what was not run. */
  readonly leftOut: readonly string[];
}

const options = JSON.parse(readFileSync(new URL("../.mocharc.json", import.meta.url), "utf8")) as Mocha.MochaOptions;
const mocha = new Mocha({ ...options, reporter: "dot" });
for (const file of process.argv.slice(2)) mocha.addFile(file);
await mocha.loadFilesAsync();

let passed = 0;
const leftOut: string[] = [];
const runner = mocha.run((failed) => {
  process.exitCode = failed === 0 ? 0 : 1;
  process.send?.({ passed, failed, leftOut } satisfies Outcome);
  process.disconnect();
});
runner.on("pass", () => passed++);
runner.on("pending", (test) => leftOut.push(test.fullTitle()));
