/** The program killer.ts, started on a host or the bridge between them: told what to do, and its lines waited for with a limit. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { devices } from "./hosts.js";
import type { Host, Hosts } from "./hosts.js";
import type { KillCommand, KillerSetup, KillLine, KillTask } from "./killer.js";

const program = fileURLToPath(new URL("killer.js", import.meta.url));

/** Milliseconds a line may take to come; the last one waits for the grace of what was killed. */
const limit = 10_000;

/** The lines of one event. */
type LineOf<Event extends KillLine["event"]> = Extract<KillLine, { event: Event }>;

/** A running killer. */
export class Killing {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
  }

  /** Starts it and waits until it watches. */
  static async start(hosts: Hosts, host: Host, backend: KillerSetup["backend"]): Promise<Killing> {
    const setup: KillerSetup = { device: devices[host], backend };
    const killing = new Killing(hosts.start(host, process.execPath, program, JSON.stringify(setup)));
    await killing.next("watching");
    return killing;
  }

  /** Tells it what to kill from now on. */
  async tell(task: KillTask): Promise<void> {
    this.#say(task);
    await this.next("told");
  }

  /** Has it kill the connection that was made last. */
  killNow(): void {
    this.#say("now");
  }

  /** The next line, which has to be of this event. */
  async next<Event extends KillLine["event"]>(event: Event): Promise<LineOf<Event>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error(`no "${event}" in ${limit} ms`)), limit);
    });
    const next = await Promise.race([this.#lines.next(), late]);
    clearTimeout(timer);
    if (next.done === true) throw this.#error(`it has ended without "${event}"`);
    const line = JSON.parse(next.value) as KillLine;
    if (line.event !== event) throw this.#error(`"${event}" expected, it said ${next.value}`);
    return line as LineOf<Event>;
  }

  /** Has it end: what became of the streams it has killed. */
  async end(): Promise<LineOf<"end">> {
    this.#child.stdin?.end();
    const end = await this.next("end");
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    return end;
  }

  /** Ends it, whatever it is at. */
  stop(): void {
    this.#child.kill();
  }

  #say(command: KillCommand): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #error(what: string): Error {
    return new Error(`killer: ${what}; ${this.#errors}`);
  }
}
