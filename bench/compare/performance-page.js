// docs/performance.md: what is measured stands between markers and is written anew, the prose around them is kept.
//
//     <!-- measured: NAME -->  …  <!-- end -->

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../command/bench-error.js";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "performance.md");
const SECTIONS = ["machine", "summary", "cpu", "wall", "ways", "flows", "start-up", "workers"];
const BEGIN = "<!-- measured:";
const END = "<!-- end -->";

/** To be asked before anything is measured. @throws {BenchError} `page-markers` where a section has no place */
export function insistOnSections() {
  const page = readPage();
  for (const name of SECTIONS) place(page, name);
}

/** @param {Record<string, string>} texts by section @throws {BenchError} `page-markers` */
export function writeSections(texts) {
  writeFileSync(PAGE, withSections(readPage(), texts));
}

/** @param {string} page @param {Record<string, string>} texts by section @throws {BenchError} `page-markers` */
export function withSections(page, texts) {
  return Object.entries(texts).reduce(withSection, page);
}

function readPage() {
  return readFileSync(PAGE, "utf8");
}

/** The page with one section written anew. */
function withSection(page, [name, text]) {
  const { from, to } = place(page, name);
  return `${page.slice(0, from)}\n${text}\n${page.slice(to)}`;
}

/** Where a section lies between its markers. */
function place(page, name) {
  const begin = `${BEGIN} ${name} -->\n`;
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(END, from);
  // With the end of another section the prose up to there would be gone.
  if (page.includes(begin) && to >= 0 && !page.slice(from, to).includes(BEGIN)) return { from, to };
  throw new BenchError("page-markers", `docs/performance.md has no "${begin.trim()}" with "${END}" behind it`);
}
