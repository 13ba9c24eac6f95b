// The engine's kernel.
import { compileKernel } from "./compile.js";

const folder = new URL(".", import.meta.url);
await compileKernel(folder, new URL("../src/memory/kernel.generated.ts", folder));
