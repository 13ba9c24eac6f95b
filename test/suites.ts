/**
 * Which suites there are, found by where their files lie:
 *
 *     packages/X/test/**\/*.spec.ts   →  suite X, compiled to packages/X/dist-test
 *     examples/test/*.spec.js         →  suite "examples", run as it is
 *     test/*.spec.ts                  →  suite "repository", compiled to dist-test
 *     test/ROOM/**\/*.spec.ts         →  suite ROOM (system, …), compiled to dist-test/ROOM
 *
 * The list starts from the sources, so that a compiled file whose source is gone is not run.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of the repository. */
export const repository: string = fileURLToPath(new URL("..", import.meta.url));

/** Spec files that are run together, in a process of their own. */
export interface Suite {
  readonly name: string;
  /** Files to run, as absolute paths. */
  readonly specs: readonly string[];
}

/** Every suite of the repository, in the order of running. */
export function findSuites(): Suite[] {
  const packages = foldersOf("packages").map((name) =>
    suite(name, `packages/${name}/test`, `packages/${name}/dist-test`, true),
  );
  const rooms = foldersOf("test").map((name) => suite(name, `test/${name}`, `dist-test/${name}`, true));
  return [
    ...packages,
    suite("examples", "examples/test", "examples/test", true),
    suite("repository", "test", "dist-test", false),
    ...rooms,
  ];
}

function suite(name: string, sources: string, compiled: string, recursive: boolean): Suite {
  if (!existsSync(join(repository, sources))) return { name, specs: [] };
  const specs = readdirSync(join(repository, sources), { recursive, encoding: "utf8" })
    .filter((file) => /\.spec\.[jt]s$/.test(file))
    .sort()
    .map((file) => join(repository, compiled, file.replace(/ts$/, "js")));
  return { name, specs };
}

function foldersOf(parent: string): string[] {
  return readdirSync(join(repository, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
