// Puts the modules of a package into one, which is what the package exports. For `pcap` and `nids`, which every packet
// goes through: V8 reads what one module imports from another from memory each time, and checks it; a constant of the
// same module is compiled into the code. That is 5 to 15 % of the engine's time (docs/architecture.md). For the others,
// which the command loads: to find and read a module takes Node half a millisecond, and they are 150. Source maps lead
// back to TypeScript.

import { readFileSync } from "node:fs";

/** Hands rollup the source maps that the compiler wrote. */
const compilersMaps = {
  name: "compilers-maps",
  /** @param {string} path */
  load: (path) => ({ code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) }),
};

/** The packages, and the module that each begins with. */
const packages = {
  pcap: "index.js",
  nids: "index.js",
  capture: "index.js",
  filter: "index.js",
  sniff: "index.js",
  output: "index.js",
  workers: "index.js",
  cli: "main.js",
};

export default Object.entries(packages).map(([name, first]) => ({
  input: `packages/${name}/dist/${first}`,
  output: { file: `packages/${name}/dist/bundle.js`, format: "es", sourcemap: true, inlineDynamicImports: true },
  external: /^(?![./])/,
  plugins: [compilersMaps],
}));
