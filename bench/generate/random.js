// Random numbers that are the same on every machine for the same seed (mulberry32: one 32-bit counter and a mixing step).
// Captures must be repeatable, so nothing in this folder may use Math.random or a clock.

/** The generator's state has 32 bits: a larger seed would give the numbers of a smaller one. */
export const LARGEST_SEED = 0xffff_ffff;

/** A small seeded generator of pseudo-random numbers. Not for secrets. */
export class Random {
  #state;

  /** @param {number} seed an integer from 0 to LARGEST_SEED */
  constructor(seed) {
    this.#state = seed | 0;
  }

  /** @returns {number} an integer in [0, 2^32) */
  uint32() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** @returns {number} a number in [0, 1) */
  fraction() {
    return this.uint32() / 0x1_0000_0000;
  }

  /**
   * @param {number} bound exclusive upper bound, 1 to 2^32
   * @returns {number} an integer in [0, bound)
   */
  below(bound) {
    return Math.floor(this.fraction() * bound);
  }

  /**
   * @param {number} low
   * @param {number} high
   * @returns {number} an integer in [low, high], both ends included
   */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /**
   * @param {number} probability 0 to 1
   * @returns {boolean} true with that probability
   */
  chance(probability) {
    return this.fraction() < probability;
  }

  /**
   * Puts the items in random order, in place (Fisher-Yates).
   * @param {unknown[] | Uint32Array} items
   */
  shuffle(items) {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const moved = items[last];
      items[last] = items[other];
      items[other] = moved;
    }
  }
}
