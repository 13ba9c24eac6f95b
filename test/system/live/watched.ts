/** The program watch.ts, started on a host: its lines as they come, waited for with a limit. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Host, Network } from "./network.js";
import type { WatchLine, WatchTask } from "./watch.js";

const program = fileURLToPath(new URL("watch.js", import.meta.url));

/** Milliseconds a line may take to come. */
const limit = 60_000;

/** The lines of one event. */
export type LineOf<Event extends WatchLine["event"]> = Extract<WatchLine, { event: Event }>;

/** A running watch. */
export class Watched {
  /** What was printed so far. */
  readonly lines: WatchLine[] = [];
  readonly #child: ChildProcess;
  #errors = "";
  #hasEnded = false;
  #onLine: () => void = () => undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    const lines = createInterface({ input: child.stdout! });
    lines.on("line", (line) => {
      this.lines.push(JSON.parse(line) as WatchLine);
      this.#onLine();
    });
    lines.on("close", () => {
      this.#hasEnded = true;
      this.#onLine();
    });
  }

  /** Starts it and waits until it captures, or has failed to. */
  static async start(network: Network, host: Host, task: WatchTask): Promise<Watched> {
    const watched = new Watched(network.start(host, process.execPath, program, JSON.stringify(task)));
    await watched.#until(() => watched.lines.length > 0);
    return watched;
  }

  /** Waits for the first line of an event. */
  async event<Event extends WatchLine["event"]>(event: Event): Promise<LineOf<Event>> {
    const find = (): LineOf<Event> | undefined =>
      this.lines.find((line): line is LineOf<Event> => line.event === event);
    await this.#until(() => find() !== undefined);
    return find()!;
  }

  /** Tells it to end and waits for its last line. */
  async stop(): Promise<LineOf<"end">> {
    this.#child.stdin?.end();
    const end = await this.event("end");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return end;
  }

  async #until(isThere: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const tooLong = setTimeout(() => this.#fail(reject, `nothing in ${limit} ms`), limit);
      this.#onLine = () => {
        if (!isThere() && !this.#hasEnded) return;
        clearTimeout(tooLong);
        if (isThere()) resolve();
        else this.#fail(reject, "it has ended");
      };
      this.#onLine();
    });
  }

  #fail(reject: (error: Error) => void, what: string): void {
    reject(new Error(`watch: ${what}; printed ${JSON.stringify(this.lines)} ${this.#errors}`));
  }
}
