// Lines for standard output, or for a file. They are gathered and written in large pieces, because a system call per
// line would cost more than the engine does. `flush` waits until the reader has taken them, so the replay is never
// ahead of a slow reader by more than a batch. At the end, however, when the engine exits, the lines of all open
// connections come at once and wait in memory: at most `maxStreams` of them. A reader that goes away (`| head`) is no
// error: from then on lines are dropped.

import { CommandError, ExitCode, systemReason } from "./exit-codes.js";

/** At most so many characters are gathered before they are written. */
const pieceLength = 1 << 16;

/** `process.stdout`; `isTTY` is undefined where it is no terminal. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Where results go. */
export class Output {
  readonly #stream: OutputStream;
  readonly #onEnd: () => void;
  readonly #name: string;
  #beforeWriting: () => void = () => undefined;
  #gathered = "";
  #lines = 0;
  /** Pieces that the reader has not taken yet. */
  #underway = 0;
  #failure: Error | undefined;

  /** `onEnd` is called when nothing more can be written; `name` is what errors call the stream. */
  constructor(stream: OutputStream, onEnd: () => void, name = "standard output") {
    this.#name = name;
    this.#stream = stream;
    this.#onEnd = onEnd;
    stream.on("error", (error: Error) => this.#fail(error));
  }

  /** True where the lines are shown on a terminal. */
  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** True before the first line. */
  get isEmpty(): boolean {
    return this.#lines === 0;
  }

  /** Lines added so far. */
  get lines(): number {
    return this.#lines;
  }

  /** True when nothing more can be written, for whatever reason. */
  get hasEnded(): boolean {
    return this.#failure !== undefined;
  }

  /** Has `action` called whenever lines are about to appear. */
  beforeWriting(action: () => void): void {
    this.#beforeWriting = action;
  }

  /** Adds a line. */
  line(text: string): void {
    this.#lines++;
    this.#gathered += `${text}\n`;
    if (this.#gathered.length >= pieceLength) this.#write();
  }

  /** Writes what was gathered and waits until all was taken. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#write(resolve);
    });
  }

  /** Throws CommandError when lines were lost, unless it was because nobody reads them. */
  check(): void {
    if (this.#failure === undefined || systemReason(this.#failure) === "EPIPE") return;
    const reason = systemReason(this.#failure);
    throw new CommandError(ExitCode.FAILED, `${this.#name}: cannot be written (${reason})`);
  }

  #write(written: () => void = () => undefined): void {
    const lines = this.#gathered;
    this.#gathered = "";
    if (this.hasEnded || (lines === "" && this.#underway === 0)) {
      written();
      return;
    }
    if (lines !== "") this.#beforeWriting();
    this.#underway++;
    // Where there is nothing new, an empty piece is written: it is taken behind those that are under way.
    this.#stream.write(lines, (error) => {
      this.#underway--;
      if (error) this.#fail(error);
      written();
    });
  }

  #fail(error: Error): void {
    if (this.hasEnded) return;
    this.#failure = error;
    this.#onEnd();
  }
}
