// A bar on standard error that says how much of the input is read:
//
//     ━━━━━━━━━━━━━━━━──────────────  55 %  271 of 495 MB  3 s left  web.pcap
//
// It appears after half a second, so that a short capture shows none, only on a terminal and only where the size of all
// inputs is known. Results may go to the same terminal: whoever prints calls `clear` first, and the bar comes back below.
// (Progress-bar packages draw by their own timers and know nothing of lines printed elsewhere.)

import { printable } from "./lines/printable-text.js";

/** Milliseconds before the bar appears, and between two drawings. */
const patience = 500;
const interval = 100;

const barWidth = 30;
/** Columns of a terminal that does not say how many it has. */
const usualColumns = 80;
const eraseLine = "\r\u001b[K";

/** The terminal it is drawn on: `process.stderr`, or what stands for it in a test. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** An input whose reading is shown. */
export interface MeasuredInput {
  readonly path: string;
  /** Bytes; undefined where it is not known. */
  readonly size: number | undefined;
  readonly bytesRead: number;
}

/** The bar. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #inputs: readonly MeasuredInput[];
  readonly #total: number;
  readonly #started: number;
  #drawn = 0;
  #isShown = false;

  /** `now` is the time in milliseconds, from any beginning. */
  constructor(terminal: Terminal, inputs: readonly MeasuredInput[], now: number) {
    this.#terminal = terminal;
    this.#inputs = inputs;
    const isKnown = terminal.isTTY === true && inputs.every(({ size }) => size !== undefined);
    this.#total = isKnown ? inputs.reduce((sum, { size = 0 }) => sum + size, 0) : 0;
    this.#started = now;
  }

  /** Draws the bar where it is due. */
  update(now: number): void {
    if (this.#total === 0 || now - this.#started < patience) return;
    if (this.#isShown && now - this.#drawn < interval) return;
    this.#drawn = now;
    this.#isShown = true;
    this.#terminal.write(`${eraseLine}${this.#text(now).slice(0, (this.#terminal.columns || usualColumns) - 1)}`);
  }

  /** Takes the bar away, until the next update. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#terminal.write(eraseLine);
  }

  #text(now: number): string {
    const total = this.#total;
    // A file that grows may have more bytes read than it had; the bar shows no more than all.
    const read = Math.min(
      total,
      this.#inputs.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    );
    const filled = Math.floor((read / total) * barWidth);
    const bar = "━".repeat(filled) + "─".repeat(barWidth - filled);
    const percent = Math.floor((read / total) * 100);
    const left = read === 0 ? "" : `  ${Math.ceil((((total - read) / read) * (now - this.#started)) / 1000)} s left`;
    return `${bar}  ${percent} %  ${megabytes(read)} of ${megabytes(total)} MB${left}  ${this.#current()}`;
  }

  /** The last input of which anything was read. */
  #current(): string {
    const { path = "" } = this.#inputs.findLast(({ bytesRead }) => bytesRead > 0) ?? this.#inputs[0] ?? {};
    return printable(path.replace(/^.*[/\\]/s, ""));
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
