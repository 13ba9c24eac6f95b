// Numbers the streams of each pair of client and server from 0. A live capture sees ever new pairs, so they are
// remembered up to a limit. Beyond it the pair not seen for longest is forgotten; still no number is given twice:
//
//     forgotten: a (had 0 to 2), b (had 0)     floor 3: pairs that are not known begin there
//     known:     c, d, e …                     go on counting

/** Pairs remembered at most. */
const maximumPairs = 1 << 20;

/** The numbers of streams, by pair. */
export class PairNumbers {
  readonly #limit: number;
  /** The next number of each pair; the pair seen last comes last. */
  readonly #next: Map<string, number> = new Map();
  /** No forgotten pair had this number, or a higher one. */
  #floor = 0;

  constructor(limit: number = maximumPairs) {
    this.#limit = limit;
  }

  /** The number of another stream of this pair. */
  next(pair: string): number {
    const number = this.#next.get(pair) ?? this.#floor;
    this.#next.delete(pair);
    this.#next.set(pair, number + 1);
    if (this.#next.size > this.#limit) this.#forgetOldest();
    return number;
  }

  #forgetOldest(): void {
    for (const [pair, next] of this.#next) {
      this.#next.delete(pair);
      this.#floor = Math.max(this.#floor, next);
      return;
    }
  }
}
