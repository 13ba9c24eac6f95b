/** What is published with every package: its license, its package.json, and what its types need. */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./suites.js";

/** What is looked at of a package.json. */
interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly publishConfig?: unknown;
  readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
}

const license = readFileSync(join(repository, "LICENSE"), "utf8");

/** Packages whose types name what Node has: its streams and events, AbortSignal, URL. */
const withNodeTypes = ["capture", "sniff", "workers"];

describe("packages", () => {
  for (const name of readdirSync(join(repository, "packages"))) {
    it(`${name} can be published as it is`, () => {
      const read = (file: string): string => readFileSync(join(repository, "packages", name, file), "utf8");
      const manifest = JSON.parse(read("package.json")) as Manifest;
      expect(read("LICENSE")).to.equal(license);
      expect(manifest.exports["./package.json"]).to.equal("./package.json");
      expect(manifest.publishConfig).to.deep.equal({ access: "public" });
      expect("@types/node" in (manifest.peerDependenciesMeta ?? {})).to.equal(withNodeTypes.includes(name));
    });
  }
});
