/**
 * docs/differences-from-libnids.md: every difference has a row, a section and a test, and the differential suite
 * names no other.
 */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { differences } from "./differential/differences.js";
import { repository } from "./suites.js";

const page = readFileSync(join(repository, "docs/differences-from-libnids.md"), "utf8");
const rows = [...page.matchAll(/^\| (D\d+) \|/gm)].map(([, number]) => number as string);

/** The sections of the page, by number. */
const sections = new Map(
  page
    .split(/^## /m)
    .filter((text) => /^D\d+:/.test(text))
    .map((text) => [text.slice(0, text.indexOf(":")), text]),
);

describe("docs/differences-from-libnids.md", () => {
  it("numbers its differences without a hole", () => {
    expect(rows).to.deep.equal(rows.map((_, index) => `D${index + 1}`));
    expect([...sections.keys()]).to.deep.equal(rows);
  });

  for (const [number, section] of sections) {
    it(`${number} names tests that there are`, () => {
      const tests = [...section.matchAll(/^Test: \[[^\]]+\]\(\.\.\/([^)]+)\) "(.+)"$/gm)];
      expect(tests).to.not.be.empty;
      for (const [, file = "", title = ""] of tests) {
        const begins = file.endsWith(".md") ? `## ${title}\n` : `it("${title}"`;
        expect(readFileSync(join(repository, file), "utf8"), file).to.include(begins);
      }
    });
  }

  it("has every difference that a capture needs", () => {
    expect(rows).to.include.members(Object.values(differences).flat());
  });
});
