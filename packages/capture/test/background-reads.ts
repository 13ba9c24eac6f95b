// Reads in the background as a test wants them: late, short, or failing as a broken disk does. It stands in for
// fs.read, through which FileSource reads ahead, and lets all else be done by the real one.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** What the system says of a read: an error, or a number of bytes below those asked for. */
export type Answer = Error | number | undefined;

type Callback = (error: Error | null, count: number) => void;

export class BackgroundReads {
  /** Position in the file of each read, in the order in which they were begun. */
  readonly positions: number[] = [];
  /** Reads that were begun and not answered, at most. */
  most = 0;
  /** What to answer to a read at a position; default: what the real one does. */
  answer: (position: number) => Answer = () => undefined;
  #isHolding = false;
  #held: (() => void)[] = [];
  #underway = 0;

  /** Stands in during each test of the enclosing suite. */
  constructor() {
    const real = fs.read;
    beforeEach(() => {
      this.positions.length = 0;
      this.most = 0;
      this.answer = () => undefined;
      this.#isHolding = false;
      const standIn = (
        file: number,
        target: Uint8Array,
        at: number,
        length: number,
        position: number,
        done: Callback,
      ) =>
        this.#begin(position, (whenAnswered) => {
          const answer = this.answer(position);
          const given = typeof answer === "number" ? answer : length;
          real(file, target, at, given, position, (error: Error | null, count: number) => {
            whenAnswered();
            if (answer instanceof Error) done(answer, 0);
            else done(error, count);
          });
        });
      fs.read = standIn as unknown as typeof fs.read;
      syncBuiltinESMExports();
    });
    afterEach(() => {
      fs.read = real;
      syncBuiltinESMExports();
    });
  }

  /** Reads are begun, but nothing comes of them until `release`. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Lets all go on that were held. */
  release(): void {
    this.#isHolding = false;
    for (const go of this.#held.splice(0)) go();
  }

  #begin(position: number, go: (whenAnswered: () => void) => void): void {
    this.positions.push(position);
    this.most = Math.max(this.most, ++this.#underway);
    const start = (): void => go(() => this.#underway--);
    if (this.#isHolding) this.#held.push(start);
    else start();
  }
}

/** An error as the system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as if the disk were broken, read`), { code, syscall: "read" });
}
