// What the reading thread and the workers say to each other. Frames are not in messages, but in blocks of shared
// memory; a message passes a block on.
//
//   reading thread                               worker
//        │ ── (workerData: WorkerStart) ─────────► │  imports the module, sets up
//        │ ◄──────────────────────────── ready ─── │
//        │ ── frames: block 3 ───────────────────► │  copies them into its engine
//        │ ◄──────────────────────────── free 3 ── │  and processes them
//        │ ◄──────────── report, alert, settled ── │
//        │ ── end ───────────────────────────────► │  exits
//        │ ◄───────────────────── done or failed ─ │

import type { MessagePort } from "node:worker_threads";
import type { Alert, AlertCode, NidsParams, StatisticsSnapshot } from "@tsnids/nids";
import { isObject } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";
import type { ParameterErrorCode, WorkerErrorCode } from "./errors.js";
import type { ThrownCopy } from "./thrown-copy.js";

/** What a worker begins with. */
export interface WorkerStart {
  readonly index: number;
  readonly workers: number;
  readonly seed: number;
  readonly params: Partial<NidsParams>;
  /** URL of the module. */
  readonly module: string;
  readonly data: unknown;
  readonly memory: SharedArrayBuffer;
  /** Where in the memory its blocks begin. */
  readonly blocks: readonly number[];
  readonly wantsAlerts: boolean;
}

/** To a worker. */
export type MessageToWorker =
  | {
      readonly type: "frames";
      /** Which block, and how many entries it has. */
      readonly block: number;
      readonly entries: number;
      /** The number of the list that the interfaces of these frames are in. */
      readonly list: number;
      /** What has come to it since the frames of it before. */
      readonly added: readonly CaptureInterface[];
    }
  /** No frames of the list with this number come any more. */
  | { readonly type: "forget"; readonly list: number }
  | { readonly type: "silence"; readonly until: number; readonly nanoseconds: number }
  | { readonly type: "end" };

/** From a worker. */
export type MessageFromWorker =
  | { readonly type: "ready" }
  /** The worker needs a block no more. */
  | { readonly type: "free"; readonly block: number }
  /** What the sieve is told: an interface of the list with this number is no longer on trial. */
  | { readonly type: "settled"; readonly list: number; readonly interfaceIndex: number }
  | { readonly type: "report"; readonly value: unknown }
  | { readonly type: "alert"; readonly alert: Alert }
  | {
      readonly type: "done";
      readonly statistics: StatisticsSnapshot;
      readonly alerts: { readonly [code in AlertCode]?: number };
      readonly result: unknown;
    }
  | {
      readonly type: "failed";
      readonly code: WorkerErrorCode | ParameterErrorCode;
      readonly message: string;
      readonly stream: string | undefined;
      readonly cause: ThrownCopy | undefined;
    };

/** Posts a message of a worker's. The module may post what it likes on the same port, so it says whose it is. */
export function postFromWorker(port: MessagePort, message: MessageFromWorker): void {
  port.postMessage({ tsnids: message });
}

/** The message that was posted so; undefined for what the module posted itself. */
export function messageFromWorker(posted: unknown): MessageFromWorker | undefined {
  return isObject(posted) ? (posted["tsnids"] as MessageFromWorker | undefined) : undefined;
}
