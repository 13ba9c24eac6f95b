// What is kept of flows for streams that somebody may hold on to when the flow itself is forgotten. Every stream ends,
// and hardly anybody asks afterwards; so it is no object for each, which the garbage collector would have to carry
// along with a stream it has not collected yet, but a record on a page shared with the streams that ended next. A page
// lives as long as one of them.
//
//   │ id │ id │ …      │ first line of the flow, start s, ns │ … │      │ IPv6 addresses │ … │   where there are any

import { Endpoints } from "./endpoints.js";
import {
  COUNT,
  DETAIL_INTS,
  FLAGS,
  FLOW_DOUBLES,
  FLOW_INTS,
  KEY_HIGH,
  KEY_LOW,
  LAST_SEEN,
  PORTS,
  SCOPE,
  START_NANOSECONDS,
  START_SECONDS,
} from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";

/** Streams of a page: few, as one of them keeps it all. */
const pageStreams = 64;
const ADDRESS_INTS = 8;
const START_INTS = 2;

/** A page, filled once and then only read. Streams are told apart by their `id`. */
export class EndedFlows {
  private readonly ids: Float64Array = new Float64Array(pageStreams);
  private readonly flows: Int32Array;
  private readonly counts: Float64Array;
  private readonly starts: Int32Array = new Int32Array(pageStreams * START_INTS);
  /** The IPv6 addresses, of which a flow's first line has only digests. */
  private addresses: Int32Array | undefined = undefined;
  private used = 0;

  constructor() {
    const buffer = new ArrayBuffer(pageStreams * FLOW_INTS * 4);
    this.flows = new Int32Array(buffer);
    this.counts = new Float64Array(buffer);
  }

  /** True when there is no room for another one. */
  get full(): boolean {
    return this.used === pageStreams;
  }

  /** Keeps the flow of this slot for the stream of this id. */
  keep(table: FlowTable, slot: number, id: number): void {
    const record = this.used++;
    const { flows, details } = table;
    this.ids[record] = id;
    for (let field = 0; field < FLOW_INTS; field++) {
      this.flows[record * FLOW_INTS + field] = flows[slot * FLOW_INTS + field] as number;
    }
    this.starts[record * START_INTS] = details[slot * DETAIL_INTS + START_SECONDS] as number;
    this.starts[record * START_INTS + 1] = details[slot * DETAIL_INTS + START_NANOSECONDS] as number;
    const words = table.wideAddresses(slot);
    if (words === undefined) return;
    this.addresses ??= new Int32Array(pageStreams * ADDRESS_INTS);
    this.addresses.set(words, record * ADDRESS_INTS);
  }

  /** The flow of the stream of this id, which is on this page. */
  of(id: number): EndedFlow {
    const record = this.ids.lastIndexOf(id);
    const flow = this.flows.subarray(record * FLOW_INTS, (record + 1) * FLOW_INTS);
    const counts = this.counts.subarray(record * FLOW_DOUBLES, (record + 1) * FLOW_DOUBLES);
    const scopeKey = flow[SCOPE] as number;
    const isV6 = (scopeKey & 1) === 1;
    const addresses = isV6 ? this.addresses?.subarray(record * ADDRESS_INTS, (record + 1) * ADDRESS_INTS) : undefined;
    const [low, high] = [flow[KEY_LOW] as number, flow[KEY_HIGH] as number];
    return {
      flags: flow[FLAGS] as number,
      endpoints: new Endpoints(flow[PORTS] as number, addresses ?? [low, high]),
      scope: scopeKey >> 1,
      startTime: {
        seconds: (this.starts[record * START_INTS] as number) >>> 0,
        nanoseconds: this.starts[record * START_INTS + 1] as number,
      },
      lastSeconds: (flow[LAST_SEEN] as number) >>> 0,
      counts: [counts[COUNT] as number, counts[COUNT + 1] as number],
    };
  }
}

/** A flow as it was in the end. */
export interface EndedFlow {
  readonly flags: number;
  readonly endpoints: Endpoints;
  readonly scope: number;
  readonly startTime: { seconds: number; nanoseconds: number };
  readonly lastSeconds: number;
  /** Bytes delivered from each side. */
  readonly counts: readonly [number, number];
}
