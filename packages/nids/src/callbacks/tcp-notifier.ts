// libnids' callback contract, and the only place that knows it: who is asked in which order, who is interested in what,
// what a DATA notification shows, what discard() leaves behind, and when a listener is forgotten.
//
// JUST_ESTABLISHED asks every registered callback, the last registered first. One that raises a collect counter is
// attached to the stream; all later notifications go to the attached ones, the first registered first. A change of a
// counter during a listener's call sets or clears that listener's interest in that half. A listener without interests
// is let go without a word; when the last one goes, so does the stream.

import type { EncapsulationPath } from "../link/encapsulation.js";
import type { NidsParams } from "../params/params.js";
import { NidsError } from "../errors.js";
import type { Injection } from "../kill/injector.js";
import type { KillOptions } from "../kill/kill-options.js";
import type { ResetSender } from "../kill/reset-sender.js";
import type { Statistics } from "../stats.js";
import { EndedFlows } from "../tcp/ended-flows.js";
import { COLLECTED_0, ConnectionState, withState } from "../tcp/flow-flags.js";
import type { FlowTable } from "../tcp/flow-table.js";
import type { Sides } from "../tcp/sides.js";
import { dataInterest, urgentInterest } from "./audience.js";
import { Audiences } from "./audiences.js";
import { CollectCounters } from "./collect-counters.js";
import { CurrentAttachment } from "./current-attachment.js";
import type { Faults } from "./faults.js";
import { Notification } from "./notification.js";
import type { EndReason, GapReason } from "./reasons.js";
import { Registry } from "./registry.js";
import { RetainedBytes } from "./retained-bytes.js";
import { StreamTable } from "./stream-table.js";
import type { Attachment, StreamRecording, TcpCallback } from "./tcp-callback.js";
import { TcpState } from "./tcp-state.js";
import type { TerminalState } from "./tcp-state.js";
import { TcpStream } from "./tcp-stream.js";
import type { Views } from "./views.js";

export class TcpNotifier {
  readonly registry: Registry<TcpCallback> = new Registry();
  readonly current: Notification;
  readonly flows: FlowTable;
  /** The streams that somebody listens to. */
  readonly streams: StreamTable;
  readonly sides: Sides;
  readonly collects: CollectCounters;
  readonly retained: RetainedBytes;
  /** What records the packets of streams. */
  recording: StreamRecording | undefined;

  private readonly path: EncapsulationPath;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly resets: ResetSender;
  private readonly attachment: Attachment;
  private readonly audiences: Audiences = new Audiences(this);
  /** The page on which the next stream that ends is kept. */
  private ended: EndedFlows = new EndedFlows();
  private created = 0;

  constructor(
    flows: FlowTable,
    path: EncapsulationPath,
    sides: Sides,
    params: NidsParams,
    statistics: Statistics,
    faults: Faults,
    resets: ResetSender,
    views: Views,
  ) {
    this.flows = flows;
    this.streams = new StreamTable();
    this.sides = sides;
    this.attachment = new CurrentAttachment(this);
    this.current = new Notification(views);
    this.collects = new CollectCounters(flows, this.current);
    this.retained = new RetainedBytes(this.current);
    this.path = path;
    this.params = params;
    this.statistics = statistics;
    this.faults = faults;
    this.resets = resets;
  }

  /** Unregisters a callback. Streams that it listens to go on calling it. */
  unregister(callback: TcpCallback): void {
    this.registry.remove(callback);
    this.audiences.clear();
  }

  /** Offers a connection to the registered callbacks. False when nobody wants it. */
  established(slot: number): boolean {
    const stream = new TcpStream(slot, ++this.created, this.audiences.nobody);
    this.streams.put(slot, stream);
    stream.enclose(this.path.describe());
    this.statistics.streams++;
    if (stream.midstream) this.statistics.midstream++;
    const { newestFirst, orders } = this.registry;
    for (let index = 0; index < newestFirst.length; index++) {
      const order = orders[index] as number;
      if (!this.registry.stillAsks(newestFirst, order)) continue;
      const callback = newestFirst[index] as TcpCallback;
      if (this.params.oneLoopLess) this.askOnce(stream, slot, callback, order);
      else this.call(stream, slot, callback, order, 0);
      if (stream.slot === 0) return false;
    }
    stream.enter(TcpState.DATA);
    return !this.forgetUnheard(slot, stream);
  }

  /** Delivers bytes in order to those who collect them. The flow's count already includes them. */
  data(slot: number, from: number, bytes: Uint8Array, start: number, length: number): void {
    const stream = this.streams.at(slot);
    if (stream === undefined || !this.isCollected(slot, from)) {
      this.retained.release(slot * 2 + from); // what was kept before these bytes is given up
      return;
    }
    const { current } = this;
    current.begin(stream, from, length);
    const hasKept = this.retained.showBehind(current.half, bytes, start, length);
    current.read = current.length;
    this.round(stream, slot, dataInterest << from);
    if (hasKept || current.read !== current.length) this.keepUnread(slot, from, stream);
    current.end();
    if (stream.audience.isEmpty) this.forgetUnheard(slot, stream);
  }

  private isCollected(slot: number, from: number): boolean {
    return (this.flows.flagsOf(slot) & (COLLECTED_0 << from)) !== 0;
  }

  /** Reports an urgent byte that was taken out of the stream. */
  urgent(slot: number, from: number, byte: number): void {
    const stream = this.streams.at(slot);
    if (stream === undefined) return;
    const { current } = this;
    current.begin(stream, from, 0);
    current.urgent = 1;
    current.urgentByte = byte;
    this.round(stream, slot, urgentInterest << from);
    current.urgent = 0;
    this.forgetUnheard(slot, stream);
  }

  /** Reports missing bytes. The flow's count already includes them. What was kept before the gap is shown with it, and given up. */
  gap(slot: number, from: number, length: number, reason: GapReason): void {
    this.statistics.gaps++;
    this.statistics.gapBytes += length;
    if (reason === "capture-loss") this.statistics.captureLossBytes += length;
    const stream = this.streams.at(slot);
    if (stream === undefined || !this.isCollected(slot, from)) {
      this.retained.release(slot * 2 + from); // what was kept before these bytes is given up
      return;
    }
    const { current } = this;
    current.begin(stream, from, 0);
    current.length = 0;
    this.retained.show(slot * 2 + from);
    current.gapLength = length;
    current.gapReason = reason;
    this.round(stream, slot, dataInterest << from);
    current.gapLength = 0;
    this.retained.release(slot * 2 + from);
    this.forgetUnheard(slot, stream);
  }

  /** Tells every listener, whatever its interests, that the stream has ended. */
  end(slot: number, state: TerminalState, reason: EndReason): void {
    const stream = this.streams.at(slot);
    if (stream === undefined) return;
    stream.end(state, reason);
    for (const { callback, order, interest } of stream.audience.members) {
      this.call(stream, slot, callback, order, interest);
      if (stream.slot === 0) break;
    }
    this.current.reclaim();
    if (stream.slot !== 0) this.letGo(slot, stream);
  }

  /** Nobody is called for the stream any more; a walk over its listeners that is under way ends. */
  forget(stream: TcpStream): void {
    const { slot } = stream;
    if (slot === 0) return;
    stream.audience = this.audiences.nobody;
    this.forgetUnheard(slot, stream);
  }

  /** All streams that somebody listens to, in order of creation. */
  open(): TcpStream[] {
    return this.streams.all().sort((a, b) => a.id - b.id);
  }

  kill(stream: TcpStream, options: KillOptions): Injection {
    const injection = this.resets.kill(stream.slot, options);
    if (injection.outcome === "sent") stream.watch(this.resets.watch(stream.slot, options));
    return injection;
  }

  record(stream: TcpStream): void {
    if (this.recording === undefined) {
      const what = "nothing records packets of this engine; make a StreamRecorder for it";
      throw new NidsError("no-recorder", `record(): ${what}`);
    }
    this.recording.choose(stream);
  }

  /** Calls the members of the audience that have this interest. */
  private round(stream: TcpStream, slot: number, interest: number): void {
    const { only } = stream.audience;
    if (only === undefined) this.callEach(stream, slot, interest);
    else if ((only.interest & interest) !== 0) this.call(stream, slot, only.callback, only.order, only.interest);
    this.current.reclaim();
  }

  private callEach(stream: TcpStream, slot: number, interest: number): void {
    for (const member of stream.audience.members) {
      if ((member.interest & interest) === 0) continue;
      this.call(stream, slot, member.callback, member.order, member.interest);
      if (stream.slot === 0) break; // a callback has had the stream forgotten
    }
  }

  private call(stream: TcpStream, slot: number, callback: TcpCallback, order: number, interest: number): void {
    const { current } = this;
    current.slot = slot;
    current.order = order;
    try {
      callback(stream, this.attachment);
    } catch (error) {
      this.faults.note(error, stream.toString());
    }
    current.slot = 0;
    if (this.collects.changed) this.noteInterest(stream, callback, order, interest);
  }

  private noteInterest(stream: TcpStream, callback: TcpCallback, order: number, before: number): void {
    const interest = this.collects.interestAfter(before);
    if (stream.slot === 0) return; // forgotten during the call
    stream.audience = stream.audience.with(callback, order, interest);
  }

  /**
   * Gives up what was read and keeps the rest for the next notification. With oneLoopLess the callbacks are called again,
   * as long as they read something and leave fresh bytes.
   */
  private keepUnread(slot: number, from: number, stream: TcpStream): void {
    const { current } = this;
    while (
      stream.slot !== 0 &&
      this.retained.consume(slot * 2 + from) &&
      this.params.oneLoopLess &&
      current.fresh > 0
    ) {
      current.read = current.length;
      this.round(stream, slot, dataInterest << from);
    }
  }

  /** Where nobody is interested (any more), the connection goes on unheard. */
  private forgetUnheard(slot: number, stream: TcpStream): boolean {
    if (stream.audience.members.length > 0) return false;
    if (stream.slot === 0) return true;
    this.letGo(slot, stream);
    // Packets of an ignored connection are passed by; those of one that is being killed are answered, as after its end.
    const state = this.resets.isAnswering(slot) ? ConnectionState.ENDED : ConnectionState.IGNORED;
    this.flows.setFlags(slot, withState(this.flows.flagsOf(slot), state));
    return true;
  }

  private letGo(slot: number, stream: TcpStream): void {
    this.retained.release(slot * 2);
    this.retained.release(slot * 2 + 1);
    if (this.ended.full) this.ended = new EndedFlows();
    stream.retire(this.ended);
    this.streams.clear(slot);
    this.collects.clear(slot);
    this.current.forget(slot);
  }

  /** With oneLoopLess, whoever is asked after a half was taken does not get it as well. */
  private askOnce(stream: TcpStream, slot: number, callback: TcpCallback, order: number): void {
    const halves = [stream.client, stream.server];
    const before = halves.map(({ collect }) => collect);
    this.call(stream, slot, callback, order, 0);
    if (stream.slot === 0) return;
    let interest = stream.audience.members.find((member) => member.order === order)?.interest ?? 0;
    for (const [index, half] of halves.entries()) {
      if (half.collect < 2) continue;
      half.collect = before[index] as number;
      interest &= ~(dataInterest << ((stream.key & 1) ^ (1 - index)));
    }
    stream.audience = stream.audience.with(callback, order, interest);
  }
}
