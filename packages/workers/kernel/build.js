// The kernel that spreads frames: over memory that threads share.
import { compileKernel } from "../../nids/kernel/compile.js";

const folder = new URL(".", import.meta.url);
const shared = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];
await compileKernel(folder, new URL("../src/kernel.generated.ts", folder), shared);
