/** A thread without WebAssembly, in which the engine has to use the TypeScript twins of its kernel. */
import type { NidsParams } from "@tsnids/nids";
import { FrameBatch, LinkType } from "@tsnids/pcap";
import { parentPort, workerData } from "node:worker_threads";

Reflect.deleteProperty(globalThis, "WebAssembly");
// Only now: the engine looks for WebAssembly when it is loaded.
const { findingsOf, verdictsOf } = await import("./kernel-verdicts.js");

const { bytes, length, offset, capturedLength, originalLength, seconds, nanoseconds, params } = workerData as Pick<
  FrameBatch,
  "bytes" | "length" | "offset" | "capturedLength" | "originalLength" | "seconds" | "nanoseconds"
> & { readonly params: Partial<NidsParams> };
const batch = new FrameBatch(length);
batch.bytes = bytes;
batch.interfaces = [{ linkType: LinkType.ETHERNET, snapLength: 0 }];
for (let index = 0; index < length; index++) {
  batch.push(
    offset[index] ?? 0,
    capturedLength[index] ?? 0,
    originalLength[index] ?? 0,
    seconds[index] ?? 0,
    nanoseconds[index] ?? 0,
    0,
  );
}
parentPort?.postMessage({ ...verdictsOf(batch), findings: findingsOf(batch, false, params) });
