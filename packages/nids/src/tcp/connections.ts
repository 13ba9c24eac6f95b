// The connections as a whole: when the callbacks are offered one, what is settled after each of its packets, and how it
// ends, be it by FIN or RST, by time, for want of room, or because the engine exits.
//
//   announce ──► (segments, each followed by settle) ──► end ──► (lingers) ──► remove

import type { AlertSink } from "../alerts/alert-sink.js";
import type { EndReason } from "../callbacks/reasons.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { TerminalState } from "../callbacks/tcp-state.js";
import type { ResetSender } from "../kill/reset-sender.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import type { Closing } from "./closing.js";
import { Eviction } from "./eviction.js";
import {
  anyBacklog,
  ATTENTION,
  clientSide,
  ConnectionState,
  refreshAttention,
  stateOf,
  withState,
} from "./flow-flags.js";
import type { FlowTable } from "./flow-table.js";
import type { Holes } from "./holes.js";
import { TimeoutSweep } from "./timeouts.js";
import type { SweptFlow } from "./timeouts.js";
import type { Waiting } from "./waiting.js";

/** What connections are followed with. */
export interface ConnectionParts {
  readonly flows: FlowTable;
  readonly notifier: TcpNotifier;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly resets: ResetSender;
  readonly waiting: Waiting;
  readonly holes: Holes;
  readonly closing: Closing;
}

export class Connections implements SweptFlow {
  private readonly flows: FlowTable;
  private readonly notifier: TcpNotifier;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly resets: ResetSender;
  private readonly waiting: Waiting;
  private readonly holes: Holes;
  private readonly closing: Closing;
  private readonly sweep: TimeoutSweep;
  private readonly eviction: Eviction;

  constructor(parts: ConnectionParts) {
    this.flows = parts.flows;
    this.notifier = parts.notifier;
    this.statistics = parts.statistics;
    this.alerts = parts.alerts;
    this.resets = parts.resets;
    this.waiting = parts.waiting;
    this.holes = parts.holes;
    this.closing = parts.closing;
    this.sweep = new TimeoutSweep(parts.flows, parts.params);
    this.eviction = new Eviction(parts.flows);
  }

  /** Offers a new stream to the callbacks; what was held of it follows. False when nobody wants it. */
  announce(slot: number, from: number): boolean {
    this.resets.announced(slot, from);
    if (!this.notifier.established(slot)) {
      this.waiting.release(slot);
      this.resets.ended(slot);
      return false;
    }
    this.waiting.resume(slot);
    return true;
  }

  /** Settles a connection after a packet or a review: holes, the end, what is no longer needed. */
  settle(slot: number): void {
    const state = this.state(slot);
    if (state === ConnectionState.ESTABLISHED) {
      if ((this.flows.flagsOf(slot) & anyBacklog) !== 0) {
        this.reviewHoles(slot);
        this.closing.confirm(slot, 0);
        this.closing.confirm(slot, 1);
        this.closing.review(slot);
      }
      if (this.closing.isComplete(slot)) this.end(slot, "CLOSE", "fin");
      else this.flows.setFlags(slot, this.withAttention(slot));
    }
    if (this.state(slot) === ConnectionState.IGNORED && (this.flows.flagsOf(slot) & anyBacklog) !== 0) {
      this.waiting.release(slot);
    }
  }

  /** A stream ends: what waits is delivered as far as that is wanted, then its listeners are told, once. */
  end(slot: number, state: TerminalState, reason: EndReason): void {
    this.holes.flush(slot);
    this.closing.confirm(slot, 0);
    this.closing.confirm(slot, 1);
    const closed = this.closing.isComplete(slot);
    const count = closed
      ? "closed"
      : ({ CLOSE: "closed", RESET: "reset", TIMED_OUT: "timedOut", EXITING: "exiting" } as const)[state];
    if (this.notifier.streams.at(slot) !== undefined) this.statistics[count]++;
    this.notifier.end(slot, closed ? "CLOSE" : state, closed ? "fin" : reason);
    this.waiting.release(slot);
    this.resets.ended(slot);
    this.flows.setFlags(slot, withState(this.flows.flagsOf(slot), ConnectionState.ENDED));
  }

  /** Forgets a connection. */
  remove(slot: number): void {
    this.waiting.release(slot);
    this.resets.forget(slot);
    this.flows.remove(slot);
  }

  /** Gives up the connection that can best be spared. */
  makeRoom(): void {
    const slot = this.eviction.victim();
    this.statistics.evicted++;
    const established = this.state(slot) === ConnectionState.ESTABLISHED;
    if (established) this.end(slot, "TIMED_OUT", "evicted");
    this.remove(slot);
    if (established) this.alerts.raise("streams-limit", true);
  }

  /** Packet time has moved on by at least a second. */
  tick(seconds: number): void {
    this.sweep.advance(seconds, this);
  }

  /** Tells every stream EXITING, in order of creation, and forgets everything. */
  exit(): void {
    for (const stream of this.notifier.open()) {
      // One that is told may forget others.
      if (stream.slot !== 0) this.end(stream.slot, "EXITING", "exit");
    }
    this.waiting.clear();
    this.resets.clear();
    this.flows.clear();
    this.sweep.clear();
  }

  /** A flow is older than its state allows. */
  expire(slot: number, reason: "idle" | "stuck"): void {
    if (this.state(slot) === ConnectionState.ESTABLISHED) this.end(slot, "TIMED_OUT", reason);
    this.remove(slot);
  }

  /** Time has passed for the holes of a flow; where it was forgotten meanwhile, for what waits behind them. */
  review(slot: number): void {
    if ((this.flows.flagsOf(slot) & anyBacklog) === 0) return;
    if (this.state(slot) === ConnectionState.ESTABLISHED) this.reviewHoles(slot);
    this.settle(slot);
  }

  /** What the client sends comes first: which side is 0 depends on the seed where addresses are hashed. */
  private reviewHoles(slot: number): void {
    const client = clientSide(this.flows.flagsOf(slot));
    this.holes.review(slot, client);
    this.holes.review(slot, 1 - client);
  }

  /** A host or router says that what opens this connection does not arrive: where it is half open, it is forgotten. */
  unreachable(slot: number): void {
    const state = this.state(slot);
    if (state !== ConnectionState.OPENING && state !== ConnectionState.ANSWERED) return;
    this.statistics.tcpUnreachable++;
    this.remove(slot);
  }

  /** The flags, so that the next packet takes the long way where it has to. */
  private withAttention(slot: number): number {
    const flags = this.flows.flagsOf(slot);
    return this.resets.isAnswering(slot) ? flags | ATTENTION : refreshAttention(flags);
  }

  private state(slot: number): ConnectionState {
    return stateOf(this.flows.flagsOf(slot));
  }
}
