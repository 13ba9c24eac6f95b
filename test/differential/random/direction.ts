/**
 * One direction of a conversation that is played. Positions are bytes of a direction, counted from 0 behind the SYN:
 *
 *     SYN │ 0 1 2 3 │ 4 5 6 7 │ · · · · │ 12 …
 *                   ▲ expected          ▲ sent
 *
 * `expected` is the first byte the capture has not shown yet: what the other side acknowledges, unless the plan has it lie.
 */

/** What one side has sent, and what of it the capture has shown. */
export class Direction {
  readonly shown: Set<number> = new Set();
  isn: number;
  sent = 0;
  expected = 0;
  /** The position of the FIN; it is the end of the stream. */
  fin: number | undefined;
  finShown = false;
  /** What its segments would cost if all of them waited, in bytes. */
  cost = 0;
  window = 60_000;

  constructor(isn: number) {
    this.isn = isn;
  }

  /** The capture has shown these bytes, and the FIN behind them. */
  show(start: number, end: number, hasFin: boolean): void {
    for (let position = start; position < end; position++) this.shown.add(position);
    if (hasFin) this.fin = Math.max(end, this.fin ?? 0);
    if (hasFin) this.finShown = true;
    while (this.shown.has(this.expected)) this.expected++;
  }

  /** Everything up to the FIN, and it, has been shown. */
  get hasEnded(): boolean {
    return this.finShown && this.expected === this.fin;
  }

  /** The number that acknowledges all that was shown. */
  get acknowledgment(): number {
    return this.isn + 1 + this.expected + (this.hasEnded ? 1 : 0);
  }
}
