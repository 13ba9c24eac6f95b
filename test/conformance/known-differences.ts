/** The list in known.md: what is meant to differ from other tools. Its tables begin with the capture and what differs in it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../suites.js";

/** "file what" of each row. */
export function knownDifferences(): ReadonlySet<string> {
  const text = readFileSync(join(repository, "test/conformance/known.md"), "utf8");
  const rows = text.matchAll(/^\| `([^`]+)` *\| `([^`]+)` *\|/gm);
  return new Set(Array.from(rows, ([, file, what]) => `${file} ${what}`.replaceAll("\\|", "|")));
}
