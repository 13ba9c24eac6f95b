// One end of a connection as text, in two ways: for people, and as the key that programs join on.

/** "10.0.0.1|80" or "2001:db8::1|80". */
export function endpointKey(address: string, port: number): string {
  return `${address}|${port}`;
}

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

/** Characters of the longest IPv4 endpoint, 255.255.255.255:65535. */
export const ipv4EndpointLength = 21;
