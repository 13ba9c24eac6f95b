// The notification in hand: what is new, and for which half. One object of an engine, filled for each notification and
// read by the halves a callback looks at: all others find that they are not meant.

import type { GapReason } from "./reasons.js";
import type { TcpStream } from "./tcp-stream.js";
import type { Views } from "./views.js";

export class Notification {
  /** The stream that something new was received for, as long as there is one, and the key of the half. */
  stream: TcpStream | undefined = undefined;
  half = -1;
  /**
   * Where the buffered bytes lie, how many they are, and how many of them, at the end, are fresh: of one half, for
   * the other it is 0.
   */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  length = 0;
  freshForClient = 0;
  freshForServer = 0;
  /** How many of the buffered bytes are given up afterwards. */
  read = 0;
  urgent = 0;
  urgentByte = 0;
  gapLength = 0;
  gapReason: GapReason = "capture-loss";

  /** Slot of the stream whose callback is running (0: none is), and the number of that callback. */
  slot = 0;
  order = 0;

  private view: Uint8Array | undefined = undefined;
  private hasLent = false;
  private readonly views: Views;

  constructor(views: Views) {
    this.views = views;
  }

  /** Fresh bytes of either half. */
  get fresh(): number {
    return this.freshForClient | this.freshForServer;
  }

  /** Something was received from side `from` of a stream: `fresh` bytes, or something else. */
  begin(stream: TcpStream, from: number, fresh: number): void {
    const { key } = stream;
    this.stream = stream;
    this.half = (key & ~1) | from;
    // Without a branch: which side has sent something, nobody can guess.
    const isForClient = (key ^ from) & 1;
    this.freshForClient = fresh & -isForClient;
    this.freshForServer = fresh & (isForClient - 1);
  }

  /** So many of the buffered bytes are given up, from the front. */
  shorten(count: number): void {
    this.length -= count;
    this.start += count;
    this.freshForClient = Math.min(this.freshForClient, this.length);
    this.freshForServer = Math.min(this.freshForServer, this.length);
  }

  /** The stream in a slot is let go: what is in hand is no longer about it. */
  forget(slot: number): void {
    if (this.half >> 1 === slot) this.stream = undefined;
  }

  /** Nothing is fresh any more. */
  end(): void {
    this.freshForClient = this.freshForServer = 0;
  }

  /** The buffered bytes; lent when somebody asks, once for all callbacks of the notification. */
  get data(): Uint8Array {
    this.view ??= this.lend(this.bytes, this.start, this.length);
    return this.view;
  }

  /** A view of bytes that is valid as long as the notification. */
  lend(bytes: Uint8Array, start: number, length: number): Uint8Array {
    this.hasLent = true;
    return this.views.lend(bytes, start, length);
  }

  /**
   * How many of the buffered bytes are given up afterwards, as it stands; 0 where this is not about data of the
   * stream in a slot.
   */
  readOf(slot: number): number {
    return this.slot === slot && this.fresh > 0 ? this.read : 0;
  }

  /** Of the buffered bytes of the stream in a slot, at most `count` are given up afterwards. */
  discard(slot: number, count: number): void {
    if (this.slot === slot && this.fresh > 0) this.read = Math.min(this.read, count);
  }

  /** The notification is over: what was lent is no longer valid. */
  reclaim(): void {
    if (!this.hasLent) return;
    this.hasLent = false;
    this.view = undefined;
    this.views.reclaim();
  }
}
