// Puts the modules of a package into one, which is what the package exports. For `pcap` and `nids`, which every packet
// goes through: V8 reads what one module imports from another from memory each time, and checks it; a constant of the
// same module is compiled into the code (docs/architecture.md has what that saves). For the others, which the command
// loads: to find and read a module takes Node half a millisecond, and they are 150. Source maps lead back to TypeScript.

import { readFileSync } from "node:fs";

/** Hands rollup the source maps that the compiler wrote. */
const compilersMaps = {
  name: "compilers-maps",
  /** @param {string} path */
  load: (path) => ({ code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) }),
};

/** testkit is for tests: nobody waits for it. */
const packages = ["pcap", "nids", "capture", "filter", "sniff", "output", "workers", "cli"];

export default packages.map((name) => ({
  input: `packages/${name}/dist/index.js`,
  output: { file: `packages/${name}/dist/bundle.js`, format: "es", sourcemap: true, inlineDynamicImports: true },
  external: /^(?![./])/,
  plugins: [compilersMaps],
}));
