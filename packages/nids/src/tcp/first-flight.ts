// What either side may send before the handshake is complete: from its SYN on, as much as a window that is not scaled
// lets through (RFC 7323 §2.2: those in SYNs never are). What lies beyond shows that the handshake was completed; what
// lies before, or acknowledges something else, is of an earlier connection between the same endpoints, or forged.
//
//   ──┤ SYN ├────────── 64 KiB ──────────┤──
//           next

import type { FlowTable } from "./flow-table.js";
import { TcpFlag } from "./segment.js";
import type { Segment } from "./segment.js";
import { distance } from "./sequence.js";

const largestUnscaledWindow = 65535;

export class FirstFlight {
  private readonly flows: FlowTable;

  constructor(flows: FlowTable) {
    this.flows = flows;
  }

  /** True for a segment all of which lies before it. */
  isBehind(slot: number, from: number, { sequence, length }: Segment): boolean {
    return distance(this.flows.next(slot, from), sequence) + length < 0;
  }

  /** True for a segment that lies beyond it. */
  isBeyond(slot: number, from: number, { sequence }: Segment): boolean {
    return distance(this.flows.next(slot, from), sequence) > largestUnscaledWindow;
  }

  /** True for a segment of the other side that acknowledges it; anything else may be a challenge (RFC 5961 §4). */
  isAcknowledged(slot: number, from: number, segment: Segment): boolean {
    const beyond = distance(this.flows.next(slot, from), segment.ack);
    return segment.has(TcpFlag.ACK) && beyond >= 0 && beyond <= largestUnscaledWindow;
  }
}
