// Which segments a receiver would look at (RFC 9293 §3.10.7.4, first step), as far as a monitor can tell, and which it
// would drop as old by their timestamp (PAWS, RFC 7323 §5).
//
//        lower edge                    next      acknowledged              upper edge
//   ───────┤───────────────────────────┤──────────┤──────────────────────────┤──────
//          └ the smaller of the two               └ the larger of the two + window
//
// A monitor may see an acknowledgment before the bytes it covers, or never see these bytes. So the lower edge is never
// beyond what was delivered, and what was delivered moves the upper edge just as an acknowledgment does. With the
// parameter `believeUnseenAcks` both edges are where the acknowledgment says.

import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { KNOWN_0, SCALE_UNKNOWN, scaleOf, TIMESTAMPS } from "./flow-flags.js";
import { ACK, DETAIL_INTS, FLAGS, FLOW_INTS, NEXT, TSVAL, WINDOW } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import type { Segment } from "./segment.js";
import { advance, distance, later } from "./sequence.js";

/** The largest shift (RFC 7323 §2.3). */
const largestShift = 14;
/** The largest window there can be, 65535 << 14, rounded up to a power of two. */
export const largestWindow: number = 1 << 30;

export class WindowTest {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly believesUnseenAcks: boolean;

  constructor(packet: Packet, flows: FlowTable, params: NidsParams) {
    this.packet = packet;
    this.flows = flows;
    this.believesUnseenAcks = params.believeUnseenAcks;
  }

  /** True when the receiver would look at the segment. */
  accepts(slot: number, from: number, segment: Segment): boolean {
    const { flows } = this.flows;
    const at = slot * FLOW_INTS;
    const acknowledged = flows[at + ACK + 1 - from] as number;
    const next = this.believesUnseenAcks ? acknowledged : (flows[at + NEXT + from] as number);
    const { sequence, length } = segment;
    if (length === 0 && (sequence === acknowledged || sequence === next)) return true;
    const unknown = ((flows[at + FLAGS] as number) & SCALE_UNKNOWN) !== 0;
    const advertised = flows[at + WINDOW + 1 - from] as number;
    // Where the handshake was not seen, the window may mean anything up to the largest scale; so may one not seen yet.
    const window = !unknown ? advertised : advertised === 0 ? largestWindow : advertised << largestShift;
    const furthest = later(next, acknowledged);
    const lowest = furthest === next ? acknowledged : next;
    if (distance(sequence, advance(furthest, window)) <= 0) return false;
    return distance(lowest, advance(sequence, length)) >= 0;
  }

  /**
   * Notes how far a side acknowledges. A number no window reaches, from what the other side has sent, is forged, or of
   * another connection (RFC 5961 §5): believed, it would put everything to come outside the window. Nothing to compare
   * with is there before the other side is seen.
   */
  acknowledge(slot: number, from: number, segment: Segment): void {
    const { flows } = this.flows;
    const at = slot * FLOW_INTS;
    const acknowledged = flows[at + ACK + from] as number;
    const known = ((flows[at + FLAGS] as number) & (KNOWN_0 << (1 - from))) !== 0;
    const ahead = distance(flows[at + NEXT + 1 - from] as number, segment.ack);
    if (!known && acknowledged === 0) flows[at + ACK + from] = segment.ack;
    else if (!known || this.believesUnseenAcks || Math.abs(ahead) <= largestWindow) {
      flows[at + ACK + from] = later(acknowledged, segment.ack);
    }
  }

  /** Notes what a segment says about the receiver's window. */
  note(slot: number, from: number, segment: Segment): void {
    const at = slot * FLOW_INTS;
    this.flows.flows[at + WINDOW + from] = segment.window << scaleOf(this.flows.flows[at + FLAGS] as number, from);
  }

  /** True when the segment is older than one that was accepted, by its timestamp. One without a timestamp is not. */
  isStale(slot: number, from: number, segment: Segment): boolean {
    const timestampAt = this.usesTimestamps(slot) ? segment.timestampAt : 0;
    if (timestampAt === 0) return false;
    const newest = this.flows.details[slot * DETAIL_INTS + TSVAL + from] as number;
    return distance(newest, this.packet.view.getInt32(timestampAt)) < 0;
  }

  /** Notes the timestamp of a segment that brought something new in order. */
  noteTimestamp(slot: number, from: number, segment: Segment): void {
    const timestampAt = this.usesTimestamps(slot) ? segment.timestampAt : 0;
    if (timestampAt === 0) return;
    this.flows.details[slot * DETAIL_INTS + TSVAL + from] = this.packet.view.getInt32(timestampAt);
  }

  private usesTimestamps(slot: number): boolean {
    return (this.flows.flagsOf(slot) & TIMESTAMPS) !== 0;
  }
}
