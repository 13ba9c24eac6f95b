// Compiles index.ts and what it imports (AssemblyScript) to WebAssembly with SIMD and writes it as a TypeScript module,
// so that the engine carries its kernel with it: no file to find, nothing to fetch, in Node and in a browser alike.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const options = ["--runtime", "stub", "--enable", "simd", "-O3", "--noAssert", "--importMemory", "--noExportMemory"];
const outcome = await asc.main(["index.ts", "--baseDir", here, "--outFile", "kernel.wasm", ...options], {
  writeFile: (name, contents) => {
    if (!name.endsWith(".wasm")) return;
    const bytes = Array.from(contents).join(",");
    const text = `// Made from kernel/*.ts by kernel/build.js.\nexport const kernelModule: Uint8Array<ArrayBuffer> = new Uint8Array([${bytes}]);\n`;
    writeFileSync(new URL("../src/checksum/kernel.generated.ts", import.meta.url), text);
  },
});
if (outcome.error) {
  console.error(`${outcome.stderr.toString()}\n${outcome.error.message}`);
  process.exitCode = 1;
}
