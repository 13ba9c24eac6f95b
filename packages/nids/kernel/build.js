// The engine's kernel.
import { compileKernel } from "./compile.js";

const folder = new URL(".", import.meta.url);
await compileKernel(folder, new URL("../src/checksum/kernel.generated.ts", folder));
