// What a module that runs in the workers is: its default export is a function that registers callbacks with the
// worker's engine.
//
//     import { TcpState } from "@tsnids/nids";
//
//     export default function setup(nids, { report }) {
//       let bytes = 0;
//       nids.registerTcp((stream) => { … report(`${stream}`); … });
//       return () => bytes;
//     }

import type { Nids } from "@tsnids/nids";

/** What a worker's module is given besides the engine. */
export interface WorkerContext {
  /** Which worker it is: 0 to `workers` - 1. */
  readonly index: number;
  /** How many there are. */
  readonly workers: number;
  /** The option `workerData`: a copy. */
  readonly data: unknown;
  /**
   * Hands a value to `onReport` of the thread that began the run. The value is copied (structured clone); throws
   * DataCloneError for what cannot be. What one worker reports arrives in its order, also behind its result, as long as
   * its thread lives.
   */
  readonly report: (value: unknown) => void;
}

/**
 * The default export of a worker's module. Called once in each worker, before the first frame. Where it returns a
 * function, or a promise of one, that is called after the engine has exited, and what it returns or resolves to is the
 * worker's result.
 */
export type WorkerSetup = (nids: Nids, context: WorkerContext) => unknown;
