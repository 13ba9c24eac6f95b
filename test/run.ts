/**
 * The root test runner, behind `npm test`: every suite in a process of its own, one after the other, then what was left
 * out, then the counts as the last line. `npm test -- nids system` runs only the suites named.
 *
 * A suite that dies, hangs, has no tests or was not compiled is a failure. With CI set, so is everything left out.
 */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./suite-process.js";
import { findSuites, type Suite } from "./suites.js";

/** A suite that runs longer is taken to hang, in milliseconds. */
const SUITE_LIMIT = 600_000;

const chosen = chooseSuites(process.argv.slice(2));
let passed = 0;
let failed = 0;
const leftOut: string[] = [];
for (const suite of chosen) {
  console.log(`\n── ${suite.name}`);
  const outcome = await run(suite);
  passed += outcome.passed;
  failed += outcome.failed;
  leftOut.push(...outcome.leftOut.map((title) => `${suite.name}: ${title}`));
}

const mayLeaveOut = (process.env["CI"] ?? "") === "";
if (leftOut.length > 0) {
  console.log(`\nLeft out${mayLeaveOut ? "" : ", which is a failure in CI"}:`);
  for (const title of leftOut) console.log(`  ${title}`);
  console.log("System programs and libraries come with: sudo npm run setup:system");
}
if (!mayLeaveOut) failed += leftOut.length;
console.log(
  `\n${passed} passed, ${failed} failed${mayLeaveOut && leftOut.length > 0 ? `, ${leftOut.length} skipped` : ""}`,
);
process.exitCode = failed === 0 ? 0 : 1;

function chooseSuites(names: readonly string[]): Suite[] {
  const all = findSuites();
  const unknown = names.filter((name) => !all.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(`no suite ${unknown.join(", ")}; there are: ${all.map((suite) => suite.name).join(", ")}`);
    process.exit(1);
  }
  return names.length === 0 ? all : all.filter((suite) => names.includes(suite.name));
}

async function run(suite: Suite): Promise<Outcome> {
  if (suite.specs.length === 0) return broken(suite, "it has no spec files");
  const missing = suite.specs.filter((file) => !existsSync(file));
  if (missing.length > 0) return broken(suite, `not compiled: ${missing.join(", ")}`);

  const child = fork(fileURLToPath(new URL("suite-process.js", import.meta.url)), [...suite.specs], {
    timeout: SUITE_LIMIT,
  });
  let outcome: Outcome | undefined;
  child.on("message", (message) => {
    outcome = message as Outcome;
  });
  const end = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  if (outcome === undefined) return broken(suite, `its process ended early (${end})`);
  if (outcome.passed + outcome.failed + outcome.leftOut.length === 0) return broken(suite, "it has no tests");
  if (end !== "exit code 0" && outcome.failed === 0) {
    const { failed } = broken(suite, `its tests passed, but its process ended with ${end}`);
    return { ...outcome, failed };
  }
  return outcome;
}

function broken(suite: Suite, reason: string): Outcome {
  console.error(`suite ${suite.name} failed: ${reason}`);
  return { passed: 0, failed: 1, leftOut: [] };
}
