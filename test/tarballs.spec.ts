/**
 * What is packed for each package: all that its package.json and its README lead to, and no code besides.
 *
 *     exports, bin ─► module ─► what it imports, and loads by `new URL(…, import.meta.url)`
 *                        └────► its source map ─► the sources, unless the map holds them
 */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { repository } from "./suites.js";

/** What `npm pack --json` says of a package. */
interface Tarball {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

/** What is looked at of a package.json. */
interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly string[];
}

describe("the tarball", function () {
  this.timeout(120_000);
  let tarballs: readonly Tarball[];
  before(() => (tarballs = packed()));

  for (const name of readdirSync(join(repository, "packages"))) {
    const folder = join(repository, "packages", name);
    const paths = (): string[] =>
      tarballs.find((tarball) => tarball.name === `@tsnids/${name}`)?.files.map(({ path }) => path) ?? [];

    it(`of ${name} has all that its package.json leads to`, () => {
      const inTarball = paths();
      expect([...reachable(folder)].filter((path) => !inTarball.includes(path))).to.deep.equal([]);
    });

    it(`of ${name} has no module that nothing leads to`, () => {
      const needed = reachable(folder);
      const code = paths().filter((path) => /\.js(\.map)?$/.test(path));
      expect(code.filter((path) => !needed.has(path))).to.deep.equal([]);
    });

    it(`of ${name} has what its README leads to`, () => {
      const links = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/\]\(([^)#\s]+)/g)];
      const own = links.map(([, link]) => link ?? "").filter((link) => !link.startsWith("https://"));
      expect(own.filter((link) => !paths().includes(posix.normalize(link)))).to.deep.equal([]);
    });
  }
});

/** All packages, by one npm: its start takes longer than its work. */
function packed(): Tarball[] {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--workspaces"], {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output) as Tarball[];
}

/** Paths of the files in a package's folder that its package.json leads to. */
function reachable(folder: string): Set<string> {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const entries = [...Object.values(exports), bin].flatMap((entry) =>
    typeof entry === "string" ? entry : Object.values(entry),
  );
  const found = new Set<string>();
  const left = entries.map((entry) => posix.normalize(entry));
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (!/\.(js|ts|map)$/.test(path) || path.startsWith("src/")) continue;
    const text = readFileSync(join(folder, path), "utf8");
    for (const next of path.endsWith(".map") ? sourcesOf(text) : referencesOf(text, path.endsWith(".d.ts"))) {
      left.push(posix.join(posix.dirname(path), next));
    }
  }
  return found;
}

/** What a module or declaration refers to by a path of its own, relative to itself. */
function referencesOf(text: string, isDeclaration: boolean): string[] {
  const imported = ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => (isDeclaration ? name.replace(/\.js$/, ".d.ts") : name));
  const loaded = [...text.matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)].map(([, path]) => path ?? "");
  const map = /^\/\/# sourceMappingURL=(\S+)/m.exec(text)?.[1];
  return [...imported, ...loaded, ...(map === undefined ? [] : [map])];
}

function sourcesOf(text: string): readonly string[] {
  const { sources, sourcesContent } = JSON.parse(text) as SourceMap;
  return sourcesContent === undefined ? sources : [];
}
