/**
 * Writing event lines: which kinds are wanted, how bytes are shown, and the lines that wait for the end because their order
 * is not part of the comparison.
 */
import { createHash } from "node:crypto";

/** @typedef {Record<string, unknown>} Fields */

export class LineWriter {
  /** @type {string[]} */
  #lines = [];
  /** @type {{ key: string, line: string }[]} */
  #deferred = [];
  #options;

  /** @param {Pick<import("./command-line.js").Options, "events" | "bytes">} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * True when somebody wants to see events of this kind.
   *
   * @param {import("./command-line.js").EventKind} kind
   */
  wants(kind) {
    return this.#options.events.has(kind);
  }

  /**
   * Writes an event; one with a sort key waits for `finish`.
   *
   * @param {import("./command-line.js").EventKind} kind
   * @param {Fields} fields
   * @param {string} [sortKey]
   */
  write(kind, fields, sortKey) {
    if (!this.wants(kind)) return;
    const line = JSON.stringify(fields);
    if (sortKey === undefined) this.#lines.push(line);
    else this.#deferred.push({ key: sortKey, line });
  }

  /** Puts the lines that wait in order of their keys behind the others. */
  settle() {
    this.#deferred.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    for (const { line } of this.#deferred) this.#lines.push(line);
    this.#deferred = [];
  }

  /** All lines, each with its end. */
  get text() {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  /**
   * Bytes as fields: their digest, their hexadecimal digits, both or neither.
   *
   * @param {string} prefix
   * @param {Uint8Array} bytes
   * @returns {Fields}
   */
  bytes(prefix, bytes) {
    const { sha1, hex } = this.#options.bytes;
    return {
      ...(sha1 ? { [`${prefix}sha1`]: createHash("sha1").update(bytes).digest("hex") } : {}),
      ...(hex ? { [`${prefix}hex`]: Buffer.from(bytes).toString("hex") } : {}),
    };
  }
}
