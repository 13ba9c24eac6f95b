/**
 * The code of README.md, of the packages' README.md, of docs/guides and of the pages about migrating does what a reader
 * expects: it compiles and runs.
 */
import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findCodeBlocks, readCodeBlocks, run, typeCheck } from "./code-blocks.js";
import { repository } from "./suites.js";

describe("code in the documents", function () {
  this.timeout(60_000);

  const blocks = documents().flatMap(readCodeBlocks);

  it("compiles", () => {
    expect(typeCheck(blocks)).to.deep.equal([]);
  });

  for (const block of blocks.filter(({ runs }) => runs)) {
    it(`runs: ${block.place}`, () => {
      run(block);
    });
  }

  it("of README.md prints the streams of a capture", () => {
    const program = readCodeBlocks("README.md").find(({ runs }) => runs);
    expect(program, "a program in README.md").to.not.equal(undefined);
    expect(program && run(program)).to.match(/GET \/index\.html HTTP\/1\.1/);
  });

  it("of the guide to folders records the stream it chooses", () => {
    const program = readCodeBlocks("docs/guides/folders.md").find(({ runs }) => runs);
    expect(program && run(program)).to.match(/^[1-9][0-9]* frames in .*not-found\.pcapng$/m);
  });
});

describe("the reading of code blocks", () => {
  const fence = "```";
  const text = `# Title\n\n${fence}ts\nconst a: number = 1;\n${fence}\n\n${fence}sh\nls\n${fence}\n${fence}ts no-run\nf();\n${fence}\n`;
  const [program, excerpt] = findCodeBlocks("x.md", text);

  it("finds programs and excerpts with their places, and no other languages", () => {
    expect(findCodeBlocks("x.md", text)).to.deep.equal([
      { place: "x.md:3", language: "ts", runs: true, code: "const a: number = 1;\n" },
      { place: "x.md:10", language: "ts", runs: false, code: "f();\n" },
    ]);
  });

  it("reports what does not compile, with its place", function () {
    this.timeout(20_000);
    expect(typeCheck(program && excerpt ? [program, excerpt] : [])).to.deep.equal(["x.md:10+1: Cannot find name 'f'."]);
  });

  it("reports a program that fails", () => {
    const failing = { place: "x.md:1", language: "js", runs: true, code: "throw new Error('as told');" } as const;
    expect(() => run(failing)).to.throw(/x\.md:1 ended with exit code 1:[^]*as told/);
  });
});

/** README.md, that of every package, the guides and the pages about migrating; those that exist, relative to the repository. */
function documents(): string[] {
  const packages = readdirSync(join(repository, "packages")).map((name) => `packages/${name}/README.md`);
  const guides = existsSync(join(repository, "docs/guides")) ? readdirSync(join(repository, "docs/guides")) : [];
  return [
    "README.md",
    ...packages.filter((file) => existsSync(join(repository, file))),
    ...guides.filter((file) => file.endsWith(".md")).map((file) => `docs/guides/${file}`),
    ...["docs/migrating-from-libnids.md", "docs/migrating-from-pynids.md"],
  ];
}
