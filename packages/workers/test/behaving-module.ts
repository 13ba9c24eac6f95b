/** A module for workers that does as `workerData` says. */
import type { Nids } from "@tsnids/nids";
import type { WorkerContext } from "@tsnids/workers";

/** What it is to do. */
export interface Behaviour {
  readonly setup?: "throws" | "throws nothing of use" | "exits";
  readonly callback?: "throws" | "throws nothing of use" | "exits" | "waits" | "reports" | "reports a function";
  readonly result?: "throws" | "a function" | "later";
  /** What a callback waits for. */
  readonly gate?: SharedArrayBuffer;
}

export default function setup(nids: Nids, { index, workers, data, report }: WorkerContext): () => unknown {
  const { setup, callback, result, gate } = data as Behaviour;
  if (setup === "throws") throw new RangeError("no setup today");
  if (setup === "throws nothing of use") throw Object.create(null) as Error;
  if (setup === "exits") process.exit(5);
  nids.registerTcp((stream) => {
    if (callback === "throws") throw new RangeError("no callback today");
    if (callback === "throws nothing of use") throw Object.create(null) as Error;
    if (callback === "exits") process.exit(6);
    if (callback === "waits" && gate !== undefined) Atomics.wait(new Int32Array(gate), 0, 0);
    if (callback === "reports a function") report(() => undefined);
    stream.client.collect++;
    if (callback === "reports")
      report({ stream: stream.toString(), state: stream.state, data: stream.client.data.slice() });
  });
  return () => {
    if (result === "throws") throw new RangeError("no result today");
    if (result === "a function") return () => undefined;
    return result === "later" ? Promise.resolve(`${index} of ${workers}`) : undefined;
  };
}
