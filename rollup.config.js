// Puts the modules of a package into one, which is what the package exports. For `pcap` and `nids`, which every packet goes through: V8
// reads what one module imports from another from memory each time, and checks it; a constant of the same module is compiled into
// the code. That is 5 to 15 % of the engine's time (docs/architecture.md). For the others, which the command loads: to find and read a
// module takes Node half a millisecond, and they are 150. Source maps lead back to TypeScript.

import { readFileSync } from "node:fs";

/** Hands rollup the source maps that the compiler wrote. */
const compilersMaps = {
  name: "compilers-maps",
  /** @param {string} path */
  load: (path) => ({ code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) }),
};

/** The module that is made for each package, and the one it begins with. */
const bundles = {
  pcap: ["pcap.js", "index.js"],
  nids: ["nids.js", "index.js"],
  capture: ["capture.js", "index.js"],
  filter: ["filter.js", "index.js"],
  sniff: ["sniff.js", "index.js"],
  cli: ["tsnids.js", "main.js"],
};

export default Object.entries(bundles).map(([name, [made, first]]) => ({
  input: `packages/${name}/dist/${first}`,
  output: { file: `packages/${name}/dist/${made}`, format: "es", sourcemap: true, inlineDynamicImports: true },
  external: /^(?![./])/,
  plugins: [compilersMaps],
}));
