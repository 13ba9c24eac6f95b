// Puts the modules of a package that every packet goes through into one, which is what the package exports. V8 reads what one module
// imports from another from memory each time, and checks it; a constant of the same module is compiled into the code. That
// is 5 to 15 % of the engine's time (docs/architecture.md). Source maps lead back to TypeScript.

import { readFileSync } from "node:fs";

/** Hands rollup the source maps that the compiler wrote. */
const compilersMaps = {
  name: "compilers-maps",
  /** @param {string} path */
  load: (path) => ({ code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) }),
};

export default ["pcap", "nids"].map((name) => ({
  input: `packages/${name}/dist/index.js`,
  output: { file: `packages/${name}/dist/${name}.js`, format: "es", sourcemap: true },
  external: /^(?![./])/,
  plugins: [compilersMaps],
}));
