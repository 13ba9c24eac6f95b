/**
 * What was seen of each stream: digests of the bytes of both directions, to be reported at its end; and streams that were
 * forgotten without a callback ("orphans"), noticed when their endpoints show up again or at the very end.
 */
import { createHash } from "node:crypto";

/** @typedef {import("./command-line.js").Direction} Direction */
/** @typedef {import("@tsnids/nids").TcpStream} TcpStream */
/** @typedef {import("@tsnids/nids").HalfStream} HalfStream */

/** Account of one direction. Several listeners, and repeated notifications, count once. */
class DirectionRecord {
  #digest = createHash("sha256");
  #hashed = 0;
  #upTo = 0;
  #urgent = 0;
  #urgentDigest = createHash("sha1");

  /**
   * Accounts for the fresh bytes of a notification.
   *
   * @param {HalfStream} half
   */
  add(half) {
    const from = Math.max(half.count - half.countNew, this.#upTo);
    if (half.count > from) {
      this.#digest.update(half.data.subarray(from - half.offset));
      this.#hashed += half.count - from;
    }
    this.#upTo = half.count;
  }

  /** @param {number} byte */
  addUrgent(byte) {
    this.#urgent++;
    this.#urgentDigest.update(Uint8Array.of(byte));
  }

  /** Totals, to be asked for several times. */
  get fields() {
    return {
      hashed: this.#hashed,
      sha256: this.#digest.copy().digest("hex"),
      urg: this.#urgent,
      ...(this.#urgent > 0 ? { urg_sha1: this.#urgentDigest.copy().digest("hex") } : {}),
    };
  }
}

/** One stream. */
export class FlowRecord {
  /** @type {Readonly<Record<Direction, DirectionRecord>>} */
  directions = { c2s: new DirectionRecord(), s2c: new DirectionRecord() };
  /** False when its end was reported, or nobody follows it. */
  live = true;

  /**
   * @param {number} id
   * @param {TcpStream} stream
   */
  constructor(id, stream) {
    this.id = id;
    this.tuple = tupleFields(stream);
    this.key = sortKey(stream);
  }
}

/** All streams, in order of appearance. */
export class FlowRecords {
  /** @type {FlowRecord[]} */
  all = [];
  /** @type {Map<TcpStream, FlowRecord>} */
  #byStream = new Map();

  /**
   * The record of a stream that somebody follows.
   *
   * @param {TcpStream} stream
   */
  of(stream) {
    const record = this.#byStream.get(stream);
    return record?.live === true ? record : undefined;
  }

  /**
   * Begins a record; `forgotten` is called with the live ones between the same endpoints, which must have been forgotten.
   *
   * @param {TcpStream} stream
   * @param {(record: FlowRecord) => void} forgotten
   */
  begin(stream, forgotten) {
    const record = new FlowRecord(this.all.length + 1, stream);
    for (const earlier of this.all.toReversed()) if (earlier.live && earlier.key === record.key) forgotten(earlier);
    this.all.push(record);
    this.#byStream.set(stream, record);
    return record;
  }
}

/**
 * @param {TcpStream} stream
 */
export function tupleFields(stream) {
  return {
    src: stream.clientAddress,
    sport: stream.clientPort,
    dst: stream.serverAddress,
    dport: stream.serverPort,
  };
}

/**
 * Orders streams by their endpoints, numerically.
 *
 * @param {TcpStream} stream
 */
export function sortKey(stream) {
  const end = (/** @type {string} */ address, /** @type {number} */ port) =>
    `${hexAddress(address)}:${String(port).padStart(5, "0")}`;
  return `${end(stream.clientAddress, stream.clientPort)}>${end(stream.serverAddress, stream.serverPort)}`;
}

/** @param {string} address */
function hexAddress(address) {
  return address
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join("");
}
