// The columns of a table for people.

/** Characters that nearly all endpoints need: those of the longest one of IPv4, 255.255.255.255:65535. */
export const endpointWidth = 21;

/**
 * Pads the cells of one column to the widest seen so far. Lines are printed as they come, so a width cannot be known
 * beforehand; it begins with what nearly all cells need.
 */
export class ColumnWidth {
  #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  /** The text with spaces behind it. */
  pad(text: string): string {
    this.#width = Math.max(this.#width, text.length);
    return text.padEnd(this.#width);
  }
}
