// Compiles a kernel (AssemblyScript) to WebAssembly with SIMD and writes it as a TypeScript module, so that a package
// carries its kernel with it: no file to find, nothing to fetch, in Node and in a browser alike.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const usual = ["--runtime", "stub", "--enable", "simd", "-O3", "--noAssert", "--importMemory", "--noExportMemory"];

/**
 * @param {URL} folder where index.ts is, which exports what the kernel does
 * @param {URL} target the module that is written
 * @param {string[]} [options] of the compiler, behind the usual ones
 */
export async function compileKernel(folder, target, options = []) {
  const files = ["index.ts", "--baseDir", fileURLToPath(folder), "--outFile", "kernel.wasm"];
  const outcome = await asc.main([...files, ...usual, ...options], {
    writeFile: (name, contents) => {
      if (!name.endsWith(".wasm")) return;
      const bytes = Array.from(contents).join(",");
      const text = `// Made from kernel/*.ts by kernel/build.js.\nexport const kernelModule: Uint8Array<ArrayBuffer> = new Uint8Array([${bytes}]);\n`;
      writeFileSync(target, text);
    },
  });
  if (outcome.error) {
    console.error(`${outcome.stderr.toString()}\n${outcome.error.message}`);
    process.exitCode = 1;
  }
}
