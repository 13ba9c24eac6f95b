// Time stamps of an interface: a number of 64 bits that counts units since 1970, in two halves. How long a unit is says
// the option if_tsresol (10^-n or 2^-n seconds, n up to 127), and if_tsoffset how many seconds to add.
//
// 64 bits do not fit a JavaScript number, and BigInt is slow. So what the upper half stands for is worked out once, with
// BigInt, and kept until it changes, which for microseconds is every 71 minutes; the lower half is added with numbers:
//
//     high · 2³² = whole seconds · units + rest        rest + low < 2⁵³, so what follows is exact
//
// That holds as long as a second has no more than 10¹⁵ or 2²³ units. Finer ones are rare, and done with BigInt.

import { latestSecond } from "../frame-batch.js";

const nanosecondsPerSecond = 1_000_000_000;
const nanosecondsPerSecondBig = 1_000_000_000n;

/** 10^-6 seconds, what an interface counts that does not say. */
export const usualResolution = 6;

/** The bit of if_tsresol that says 2^-n and not 10^-n. */
const binaryFlag = 0x80;

const mostDecimalDigits = 15;
const mostBinaryDigits = 23;

/** Turns time stamps into seconds and nanoseconds. What is finer than a nanosecond is cut off. */
export class TimeScale {
  /** The time read last: 0 to `latestSecond`; what lies outside becomes the nearest time inside. */
  seconds = 0;
  nanoseconds = 0;
  readonly #units: bigint;
  readonly #unitsPerSecond: number;
  readonly #isFine: boolean;
  readonly #isBinary: boolean;
  readonly #offset: number;
  #high = -1;
  #highSeconds = 0;
  #highRest = 0;

  /** `resolution` is if_tsresol, one octet; `offset` is if_tsoffset, seconds. */
  constructor(resolution: number = usualResolution, offset: bigint = 0n) {
    const digits = resolution & (binaryFlag - 1);
    this.#isBinary = (resolution & binaryFlag) !== 0;
    this.#units = (this.#isBinary ? 2n : 10n) ** BigInt(digits);
    this.#unitsPerSecond = Number(this.#units);
    this.#isFine = digits > (this.#isBinary ? mostBinaryDigits : mostDecimalDigits);
    this.#offset = Number(offset);
  }

  /** Reads a time stamp of two unsigned halves into `seconds` and `nanoseconds`. */
  read(high: number, low: number): void {
    if (this.#isFine) {
      this.#readFine(high, low);
    } else {
      if (high !== this.#high) this.#setHigh(high);
      const units = this.#unitsPerSecond;
      const sum = this.#highRest + low;
      const whole = Math.floor(sum / units);
      this.seconds = this.#highSeconds + whole;
      this.nanoseconds = this.#nanosecondsIn(sum - whole * units);
    }
    if (this.seconds > latestSecond || this.seconds < 0) this.#clamp();
  }

  #setHigh(high: number): void {
    const value = BigInt(high) << 32n;
    this.#high = high;
    this.#highSeconds = Number(value / this.#units) + this.#offset;
    this.#highRest = Number(value % this.#units);
  }

  /** Nanoseconds in less than a second's units; every product and quotient here is exact below 2⁵³. */
  #nanosecondsIn(rest: number): number {
    const units = this.#unitsPerSecond;
    if (this.#isBinary) return Math.floor((rest * nanosecondsPerSecond) / units);
    return units <= nanosecondsPerSecond
      ? rest * (nanosecondsPerSecond / units)
      : Math.floor(rest / (units / nanosecondsPerSecond));
  }

  #readFine(high: number, low: number): void {
    const value = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(value / this.#units) + this.#offset;
    this.nanoseconds = Number(((value % this.#units) * nanosecondsPerSecondBig) / this.#units);
  }

  #clamp(): void {
    const isEarly = this.seconds < 0;
    this.seconds = isEarly ? 0 : latestSecond;
    this.nanoseconds = isEarly ? 0 : nanosecondsPerSecond - 1;
  }
}
