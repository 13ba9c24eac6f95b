/**
 * A program that watches a device and kills connections on it, as a user would write it; what tests of kill() on real
 * hosts run on the bridge between them. It is told what to do by lines of JSON on standard input, and prints such
 * lines. When its input is closed it waits for what becomes of the streams it has killed, says so, and ends.
 *
 *     node killer.js '{"device":"br0","backend":"cap"}'
 */
import { LiveInjector, LiveSource } from "@tsnids/capture";
import type { BackendName } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";
import type { KillOptions, KillVerdict, TcpStream } from "@tsnids/nids";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** How it is started. */
export interface KillerSetup {
  readonly device: string;
  readonly backend: BackendName;
}

/** What it is told: which connections to kill from now on, or to kill the latest of them now. */
export type KillCommand = KillTask | "now";
export interface KillTask {
  /** The server's. */
  readonly port: number;
  /** Kills when the client has received so much; without it, when it is told to. */
  readonly bytes?: number;
  /** Those of kill(), if any. */
  readonly options?: KillOptions;
}

/** What it prints. */
export type KillLine =
  | { readonly event: "watching" | "told" }
  | {
      readonly event: "kill";
      readonly outcome: string;
      readonly frames: number;
      readonly encapsulation: readonly string[];
    }
  /** At the end: of each stream that was killed, whether it went silent. */
  | { readonly event: "end"; readonly verdicts: readonly (KillVerdict | undefined)[]; readonly framesInjected: number };

/** Milliseconds between two looks at what is still pending. */
const lookAgain = 100;

const { device, backend } = JSON.parse(process.argv[2] ?? "") as KillerSetup;
const stop = new AbortController();
const injector = await LiveInjector.open(device);
const live = new LiveSource(device, { backend, filter: "tcp or udp port 4789", signal: stop.signal });
const nids = new Nids({ injector });
const killed: TcpStream[] = [];
let task: KillTask | undefined;
let latest: TcpStream | undefined;

nids.registerTcp((stream) => {
  if (stream.serverPort !== task?.port) return;
  if (stream.state === TcpState.JUST_ESTABLISHED) {
    stream.client.collect++;
    latest = stream;
  } else if (stream.state === TcpState.DATA && stream === latest && stream.client.count >= (task.bytes ?? Infinity)) {
    kill(stream);
  }
});
live.on("open", () => print({ event: "watching" }));
const running = nids.run(live);

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as KillCommand;
  if (command !== "now") {
    task = command;
    print({ event: "told" });
  } else if (latest === undefined) {
    throw new Error("there is no connection to kill");
  } else {
    kill(latest);
  }
}
while (killed.some((stream) => stream.killed === "pending")) await pause(lookAgain);
const { framesInjected } = nids.statistics();
stop.abort();
await running;
await injector.close();
print({ event: "end", verdicts: killed.map((stream) => stream.killed), framesInjected });

function kill(stream: TcpStream): void {
  latest = undefined;
  const { outcome, frames } = stream.kill(task?.options);
  if (outcome === "sent") killed.push(stream);
  const encapsulation = stream.encapsulation.map(({ kind }) => kind);
  print({ event: "kill", outcome, frames: frames.length, encapsulation });
}

function print(line: KillLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
