/**
 * A program that watches a device through an engine and prints what happens, a line of JSON each: what the tests of live
 * captures run on a host of theirs. Standard input closed ends it.
 *
 *     node watch.js '{"device":"c0","options":{"backend":"tcpdump"}}'
 */
import { CaptureError, LiveSource } from "@tsnids/capture";
import type { LiveOptions, LiveStatistics } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";
import type { NidsParams } from "@tsnids/nids";
import { Download } from "./download.js";

/** What it is told. */
export interface WatchTask {
  readonly device: string;
  readonly options?: Pick<LiveOptions, "backend" | "filter" | "isolated" | "bufferSize" | "queueSize" | "snapLength">;
  readonly params?: Partial<NidsParams>;
  /** Milliseconds of work for each piece of data. */
  readonly work?: number;
}

/** What it prints. */
export type WatchLine =
  | { readonly event: "open" | "alive" }
  | { readonly event: "warning"; readonly code: string }
  | { readonly event: "error"; readonly code: string; readonly message: string }
  /** A connection ended; `sha256` is of what the client received, without the header of HTTP. */
  | {
      readonly event: "stream";
      readonly state: string;
      readonly reason: string;
      readonly bytes: number;
      readonly header: number;
      readonly sha256: string;
      readonly gaps: readonly (readonly [offset: number, length: number])[];
    }
  | { readonly event: "end"; readonly live: LiveStatistics; readonly counters: Readonly<Record<string, number>> };

const { device, options, params, work = 0 } = JSON.parse(process.argv[2] ?? "") as WatchTask;
const stop = new AbortController();
process.stdin.on("end", () => stop.abort()).resume();

const nids = new Nids(params);
nids.registerTcp((stream, attachment) => {
  if (stream.state === TcpState.JUST_ESTABLISHED) {
    stream.client.collect++;
    attachment.param = new Download();
    return;
  }
  const download = attachment.param as Download;
  if (stream.state === TcpState.DATA) {
    download.take(stream.client.data, stream.client.gapLength);
    for (const until = Date.now() + work; Date.now() < until;) continue;
    return;
  }
  print({ event: "stream", state: stream.state, reason: String(stream.endReason), ...download.result() });
});

const live = new LiveSource(device, { ...options, signal: stop.signal });
live.on("open", () => print({ event: "open" }));
live.on("warning", ({ code }) => print({ event: "warning", code }));
live.on("error", (error) => print({ event: "error", code: error.code, message: error.message }));
try {
  await nids.run(live);
} catch (error) {
  if (!(error instanceof CaptureError)) throw error;
  await new Promise(setImmediate);
  print({ event: "alive" });
}
print({ event: "end", live: live.statistics, counters: { ...nids.statistics() } });
process.stdin.destroy();

function print(line: WatchLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
