// The envelopes of streams, one for each direction, from the first packets that were seen of it. A stream is announced
// with a packet of one side; that of the other, usually the server's SYN,ACK, came before, and waits here until then.
//
// With them the sequence numbers that a stream began with where its beginning was not captured: until a side has sent
// something, its place in the flow table is empty.

import type { Statistics } from "../stats.js";
import type { Envelope } from "./envelope.js";

type ExpectedNumbers = readonly [number | undefined, number | undefined];

/** What is kept of a stream. Fields of two begin with side 0. */
export interface KeptStream {
  readonly envelopes: [Envelope | undefined, Envelope | undefined];
  /** The number each side was to send next when the stream was announced; undefined where the packet did not say it. */
  readonly next: ExpectedNumbers;
}

interface Early {
  readonly side: number;
  readonly envelope: Envelope;
}

export class KeptEnvelopes {
  private readonly limit: number;
  private readonly statistics: Statistics;
  private readonly streams: Map<number, KeptStream> = new Map();
  /** Of connections that are not announced yet. */
  private readonly early: Map<number, Early> = new Map();

  /** Keeps those of so many streams, and of so many connections that may become one. */
  constructor(limit: number, statistics: Statistics) {
    this.limit = limit;
    this.statistics = statistics;
  }

  get(slot: number): KeptStream | undefined {
    return this.streams.get(slot);
  }

  /** A stream begins with a packet of `side`; `next` are the numbers that packet says. */
  begin(slot: number, side: number, envelope: Envelope | undefined, next: ExpectedNumbers): void {
    const early = this.early.get(slot);
    this.early.delete(slot);
    const kept: KeptStream = { envelopes: [undefined, undefined], next };
    if (early !== undefined) kept.envelopes[early.side] = early.envelope;
    kept.envelopes[side] = envelope ?? kept.envelopes[side];
    this.streams.delete(slot); // to be the last one
    this.streams.set(slot, kept);
    if (this.streams.size <= this.limit) return;
    this.dropFirst(this.streams);
    this.statistics.killEnvelopesForgotten++;
  }

  /** Another packet of `side`, of a connection that has begun or may begin. */
  add(slot: number, side: number, envelope: Envelope | undefined): void {
    if (envelope === undefined) return;
    const kept = this.streams.get(slot);
    if (kept !== undefined) {
      kept.envelopes[side] ??= envelope;
      return;
    }
    this.early.set(slot, { side, envelope });
    if (this.early.size > this.limit) this.dropFirst(this.early);
  }

  delete(slot: number): void {
    this.streams.delete(slot);
    this.early.delete(slot);
  }

  clear(): void {
    this.streams.clear();
    this.early.clear();
  }

  private dropFirst(map: Map<number, unknown>): void {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}
