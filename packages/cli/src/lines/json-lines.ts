// What `tsnids run --json` prints: a JSON object per line, told apart by `type`. Times are given twice: as text with
// nanoseconds, and as two integers, because a number of JSON cannot hold nanoseconds since 1970.

import type { Alert, PacketTime } from "@tsnids/nids";
import type { Connection } from "../connection.js";
import { endpointKey } from "./endpoint-key.js";
import type { InputWarning } from "../inputs/frame-input.js";
import { speedOf } from "./summary.js";
import type { Summary } from "./summary.js";
import { durationBetween, durationText, timeText } from "./time-text.js";

/** A connection that has ended; with its Community ID where there is one. */
export function connectionJson(connection: Connection, communityId?: string): string {
  const { id, clientAddress, clientPort, serverAddress, serverPort, state, reason, origin, start, end, encapsulation } =
    connection;
  return JSON.stringify({
    type: "connection",
    id,
    client: endpointKey(clientAddress, clientPort),
    server: endpointKey(serverAddress, serverPort),
    state,
    reason,
    origin,
    midstream: origin !== "handshake",
    ...times("start", start),
    ...times("end", end),
    duration: durationText(durationBetween(start, end), 9),
    c2s: connection.c2s,
    s2c: connection.s2c,
    encapsulation: encapsulation.length > 0 ? encapsulation : undefined,
    communityId,
  });
}

/** An alert. */
export function alertJson(alert: Alert): string {
  const { code, severity, text, detail, source, destination } = alert;
  return JSON.stringify({ type: "alert", code, severity, text, detail, source, destination, ...times("time", alert) });
}

/** What the module of a worker has reported, or returned as its result. Throws TypeError as `jsonValue` does. */
export function workerJson(type: "report" | "result", value: unknown, worker: number): string {
  return jsonValue({ type, worker, value });
}

/** Any value as JSON; a bigint is text there. Throws TypeError for a value that contains itself. */
export function jsonValue(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}

/** A warning about a capture. */
export function warningJson(warning: InputWarning): string {
  const { code, message } = warning;
  const said = { type: "warning", code, message };
  if (!("capture" in warning)) return JSON.stringify(said);
  if (!("offset" in warning)) return JSON.stringify({ ...said, device: warning.capture });
  return JSON.stringify({ ...said, file: warning.capture, offset: warning.offset });
}

/** The end of a run: what was counted (all counters of the engine under `statistics`), and how fast. */
export function summaryJson(summary: Summary): string {
  const { statistics, alerts, seconds, filtered, unfilterable, live } = summary;
  return JSON.stringify({
    type: "summary",
    packets: statistics.frames,
    bytes: statistics.bytes,
    filtered,
    unfilterable,
    streams: statistics.streams,
    ended: {
      CLOSE: statistics.closed,
      RESET: statistics.reset,
      TIMED_OUT: statistics.timedOut,
      EXITING: statistics.exiting,
    },
    gaps: { count: statistics.gaps, bytes: statistics.gapBytes, acknowledged: statistics.captureLossBytes },
    alerts: { count: statistics.alerts, codes: alerts },
    seconds,
    ...speedOf(summary),
    live,
    statistics,
  });
}

/** start, startSeconds, startNanoseconds. */
function times(name: string, time: PacketTime): { readonly [key: string]: string | number } {
  return {
    [name]: timeText(time, 9),
    [`${name}Seconds`]: time.seconds,
    [`${name}Nanoseconds`]: time.nanoseconds,
  };
}
