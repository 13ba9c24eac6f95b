// Whether a killed stream went silent. Packets that were on their way are no sign of life, nor are resets: the engine
// sees its own. So there is a grace, and what is heard behind it counts.
//
//   kill()            grace
//   ──┤──────────────────────────┤──────────────────────────►  packet time, whole seconds
//       pending                    nothing: silent     a packet: talking

import type { InjectedFrame } from "./injector.js";
import type { Pursuit } from "./pursuit.js";
import type { Packet } from "../packet.js";
import { FLOW_INTS, LAST_SEEN } from "../tcp/flow-record.js";
import type { FlowTable } from "../tcp/flow-table.js";
import { distance } from "../tcp/sequence.js";
import type { Segment } from "../tcp/segment.js";

/** What a killed stream has done since. */
export type KillVerdict = "pending" | "silent" | "talking";

export class KillWatch {
  private readonly flows: FlowTable;
  private readonly packet: Packet;
  private readonly graceSeconds: number;
  /** 0 once the engine has forgotten the connection. */
  private slot: number;
  private readonly begun: number;
  /** When a packet was heard last, as far as the flow table does not say it. */
  private heardAt: number;
  private pursuit: Pursuit | undefined;

  /** With a pursuit, what the ends still send is answered during the grace. */
  constructor(flows: FlowTable, packet: Packet, slot: number, graceSeconds: number, pursuit: Pursuit | undefined) {
    this.flows = flows;
    this.packet = packet;
    this.slot = slot;
    this.graceSeconds = graceSeconds;
    this.begun = this.heardAt = packet.clock;
    this.pursuit = pursuit;
  }

  /** A segment of this side came, and no reset. Returns what it is to be answered with. */
  heard(from: number, segment: Segment): readonly InjectedFrame[] {
    this.heardAt = this.packet.clock;
    return this.isAnswering ? (this.pursuit?.answer(from, segment) ?? []) : [];
  }

  /** Nothing is answered any more: it cannot be sent. */
  giveUp(): void {
    this.pursuit = undefined;
  }

  /** True as long as what the ends send is to be answered. */
  get isAnswering(): boolean {
    return this.pursuit?.isExhausted === false && !this.isBehindGrace(this.packet.clock);
  }

  /** The engine forgets the connection: what has been found out remains. */
  finish(): void {
    this.heardAt = this.lastHeard;
    this.slot = 0;
  }

  get verdict(): KillVerdict {
    if (this.isBehindGrace(this.lastHeard)) return "talking";
    return this.isBehindGrace(this.packet.clock) ? "silent" : "pending";
  }

  private get lastHeard(): number {
    if (this.slot === 0) return this.heardAt;
    const lastSeen = this.flows.flows[this.slot * FLOW_INTS + LAST_SEEN] as number;
    return distance(this.heardAt, lastSeen) > 0 ? lastSeen : this.heardAt;
  }

  /** Seconds go round as sequence numbers do. */
  private isBehindGrace(seconds: number): boolean {
    return distance(this.begun, seconds) > this.graceSeconds;
  }
}
