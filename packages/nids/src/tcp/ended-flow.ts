// What is kept of a flow for a stream that somebody may hold on to when the flow itself is forgotten. Every stream ends, so this is one
// small object; what can be worked out from it waits until somebody asks.

import { Endpoints } from "./endpoints.js";
import {
  COUNT,
  DETAIL_INTS,
  FLAGS,
  FLOW_DOUBLES,
  FLOW_INTS,
  KEY_HIGH,
  KEY_LOW,
  PORTS,
  SCOPE,
  START_NANOSECONDS,
  START_SECONDS,
} from "./flow-table.js";
import type { FlowTable } from "./flow-table.js";

export class EndedFlow {
  readonly flags: number;
  readonly lastSeconds: number;
  private readonly low: number;
  private readonly high: number;
  private readonly ports: number;
  private readonly scopeKey: number;
  private readonly startSeconds: number;
  private readonly startNanoseconds: number;
  private readonly count0: number;
  private readonly count1: number;
  /** The IPv6 addresses, of which `low` and `high` are only digests. */
  private readonly words: Int32Array | undefined;

  constructor(table: FlowTable, slot: number) {
    const { flows, details, counts } = table;
    const at = slot * FLOW_INTS;
    this.flags = flows[at + FLAGS] as number;
    this.lastSeconds = table.lastSeconds(slot);
    this.low = flows[at + KEY_LOW] as number;
    this.high = flows[at + KEY_HIGH] as number;
    this.ports = flows[at + PORTS] as number;
    this.scopeKey = flows[at + SCOPE] as number;
    this.startSeconds = details[slot * DETAIL_INTS + START_SECONDS] as number;
    this.startNanoseconds = details[slot * DETAIL_INTS + START_NANOSECONDS] as number;
    this.count0 = counts[slot * FLOW_DOUBLES + COUNT] as number;
    this.count1 = counts[slot * FLOW_DOUBLES + COUNT + 1] as number;
    this.words = table.wideAddresses(slot);
  }

  get endpoints(): Endpoints {
    return new Endpoints(this.ports, this.words ?? [this.low, this.high]);
  }

  get scope(): number {
    return this.scopeKey >> 1;
  }

  get startTime(): { seconds: number; nanoseconds: number } {
    return { seconds: this.startSeconds >>> 0, nanoseconds: this.startNanoseconds };
  }

  /** Bytes delivered from a side. */
  count(side: number): number {
    return side === 0 ? this.count0 : this.count1;
  }
}
