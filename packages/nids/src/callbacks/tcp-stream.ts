// What a tcp callback sees: the stream and its two halves. They are thin: the numbers live in the flow table, and what
// belongs to the notification in hand lives in the notifier. Names and meaning are libnids' (tcp_stream, half_stream).

import type { PacketTime } from "../clock.js";
import { NidsError } from "../errors.js";
import { formatEndpoint } from "../ip/address.js";
import type { Endpoints } from "../tcp/endpoints.js";
import type { EndedFlow, EndedFlows } from "../tcp/ended-flows.js";
import { clientSide, originOf } from "../tcp/flow-flags.js";
import { COUNT, FLOW_DOUBLES } from "../tcp/flow-record.js";
import type { Injection } from "../kill/injector.js";
import type { KillOptions } from "../kill/kill-options.js";
import type { KillVerdict, KillWatch } from "../kill/kill-watch.js";
import type { Encapsulation } from "../link/encapsulation.js";
import type { Audience } from "./audience.js";
import { ClientHalf, ServerHalf } from "./half-stream.js";
import type { HalfStream } from "./half-stream.js";
import { RareProperties } from "./rare-properties.js";
import type { EndReason, StreamOrigin } from "./reasons.js";
import type { TcpNotifier } from "./tcp-notifier.js";
import { TcpState } from "./tcp-state.js";
import type { TerminalState } from "./tcp-state.js";

/** States and reasons by number; reason 0: the stream has not ended. */
const states: readonly TcpState[] = Object.values(TcpState);
const reasons: readonly (EndReason | undefined)[] = [
  undefined,
  "fin",
  "rst",
  "idle",
  "stuck",
  "evicted",
  "reused",
  "exit",
];
/** What `place` has behind the key: a reason, and a state. */
const stateMask = 7;
const reasonShift = 3;
const keyShift = 6;

const bareWire: readonly Encapsulation[] = Object.freeze([]);

/** One TCP connection. The same object is given to every callback, for the whole life of the connection. */
export class TcpStream {
  // A stream is kept small, and what every notification touches comes first: with many streams, that is what counts.
  /** What the client receives. */
  readonly client: HalfStream;
  /** What the server receives. */
  readonly server: HalfStream;
  /** Who listens, and to what; an engine's matter. @internal */
  audience: Audience;
  /** `key`, and behind it, in three bits each, the numbers of reason and state. Comes last: see StreamTable.touch. */
  private place: number;
  /** Number of the stream, in order of creation, from 1. */
  readonly id: number;
  /** What only some streams have; where a stream that has ended has nothing of it, the page it is on. */
  private rest: RareProperties | EndedFlows | undefined;

  /** Streams are made by the engine. */
  constructor(slot: number, id: number, audience: Audience) {
    const key = slot * 2 + clientSide(audience.notifier.flows.flagsOf(slot));
    this.client = new ClientHalf(this);
    this.server = new ServerHalf(this);
    this.audience = audience;
    this.place = key << keyShift;
    this.id = id;
    this.rest = undefined;
  }

  /** Why this callback is called. */
  get state(): TcpState {
    return states[this.place & stateMask] as TcpState;
  }

  /** Slot of the flow * 2 + the side of the client; slot 0 when the stream has ended. An engine's matter. @internal */
  get key(): number {
    return this.place >> keyShift;
  }

  /** What calls the listeners; an engine's matter. @internal */
  get notifier(): TcpNotifier {
    return this.audience.notifier;
  }

  /** Where the stream lies in the flow table; 0 when it has ended. @internal */
  get slot(): number {
    return this.key >> 1;
  }

  /** Anything the callbacks of this stream want to share; undefined at first. */
  get user(): unknown {
    return this.rare?.user;
  }

  set user(value: unknown) {
    this.properties.user = value;
  }

  /** Why the stream ended; undefined before it does. */
  get endReason(): EndReason | undefined {
    return reasons[(this.place >> reasonShift) & stateMask];
  }

  /** Address of the client as text: dotted decimal, or RFC 5952 for IPv6. */
  get clientAddress(): string {
    return this.endpoints.addressText(this.key & 1);
  }

  /** Port of the client. */
  get clientPort(): number {
    return this.endpoints.port(this.key & 1);
  }

  /** Address of the server as text. */
  get serverAddress(): string {
    return this.endpoints.addressText(1 - (this.key & 1));
  }

  /** Port of the server. */
  get serverPort(): number {
    return this.endpoints.port(1 - (this.key & 1));
  }

  /**
   * VLANs, labels, sessions and tunnels around the packet by which the stream was established, outermost first. Identifiers
   * that the receiving end chooses (MPLS, GTP, L2TP, PPTP) are others in the other direction.
   */
  get encapsulation(): readonly Encapsulation[] {
    return this.rare?.encapsulation ?? bareWire;
  }

  /**
   * Number of the VLAN or tunnel the stream is in: streams with different numbers never merge, whatever their
   * addresses. 0: in none. Numbers are given in order of appearance; `foldEncapsulations` says what does not count.
   */
  get scope(): number {
    return this.ended?.scope ?? this.notifier.flows.scopeOf(this.slot);
  }

  /** How the stream began, and by that how client and server were told apart. */
  get origin(): StreamOrigin {
    return originOf(this.ended?.flags ?? this.notifier.flows.flagsOf(this.slot));
  }

  /** True when the stream was already running when it was first seen. */
  get midstream(): boolean {
    return this.origin !== "handshake";
  }

  /** Time of the first packet. */
  get startTime(): PacketTime {
    return this.ended?.startTime ?? this.notifier.flows.startTime(this.slot);
  }

  /** Time of the last packet, to the second: `nanoseconds` is 0. */
  get lastTime(): PacketTime {
    return { seconds: this.ended?.lastSeconds ?? this.notifier.flows.lastSeconds(this.slot), nanoseconds: 0 };
  }

  /**
   * In a DATA callback: how many of the buffered bytes are given up after it, which is the smallest count given to
   * discard() so far in this notification, and all of them without such a call; a negative one gives up nothing.
   * Otherwise 0.
   */
  get read(): number {
    return this.notifier.current.readOf(this.slot);
  }

  /**
   * In a DATA callback: at most `count` of the buffered bytes are given up after it; the rest stays at the front of
   * `data` in the next one. Without a call everything is given up. Of several callbacks the smallest count holds.
   */
  discard(count: number): void {
    if (!Number.isFinite(count))
      throw new NidsError("invalid-argument", "discard(count): count must be a number of bytes");
    this.notifier.current.discard(this.slot, Math.trunc(count));
  }

  /**
   * Sends RST segments through the engine's injector: four, to both ends, with the expected sequence numbers and again
   * half a window further on; and for `killGraceMs` answers what the ends still send. With a strategy, what that says
   * and no more. They go into the VLAN or tunnel the stream is in, with the headers seen in each direction. An end
   * gets no reset where the headers towards it were not seen and cannot be derived from those of the other direction,
   * or where the number it expects is unknown. The stream itself ends when one of them is captured.
   *
   * Returns what was sent, or why nothing was. Throws NidsError `no-injector` without an injector, `stream-ended` when
   * the stream has ended, `not-injectable` where it is in something that resets cannot be sent into, `invalid-argument`
   * for options there are not, and `injector-failed` where the injector threw.
   */
  kill(options: KillOptions = {}): Injection {
    if (this.slot === 0) throw new NidsError("stream-ended", `kill(): the stream ${this.toString()} has already ended`);
    return this.notifier.kill(this, options);
  }

  /**
   * What came of the last `kill()` that sent something; undefined where there was none. `pending`: `killGraceMs` of
   * packet time have not passed yet. `silent`: they have, and no packet of the stream but resets was seen behind them.
   * `talking`: one was. After the stream has ended that is found out for as long as `lingerMs` says. In whole seconds.
   */
  get killed(): KillVerdict | undefined {
    return this.rare?.watch?.verdict;
  }

  /**
   * Has all packets of the stream recorded, from the handshake on, by what records for this engine (`recordWith`): a
   * StreamRecorder of @tsnids/capture. Once is enough. Throws NidsError `no-recorder` where there is nothing that
   * records, and what that throws.
   */
  record(): void {
    this.notifier.record(this);
  }

  /**
   * Forgets the stream at once: no callback is called for it any more, not even for the bytes in hand, and its packets
   * are passed over until a new connection begins between the same endpoints. May be called at any time, for any
   * stream; for one that has ended it does nothing (libnids' nids_free_tcp_stream).
   */
  forget(): void {
    this.notifier.forget(this);
  }

  /** "address:port -> address:port", client first. */
  toString(): string {
    const client = formatEndpoint(this.clientAddress, this.clientPort);
    return `${client} -> ${formatEndpoint(this.serverAddress, this.serverPort)}`;
  }

  /** Bytes delivered in order from a side. Used by the halves. @internal */
  countFrom(side: number): number {
    const { ended } = this;
    if (ended !== undefined) return ended.counts[side] as number;
    return this.notifier.flows.counts[this.slot * FLOW_DOUBLES + COUNT + side] as number;
  }

  /** What the callback of this number keeps. @internal */
  param(order: number): unknown {
    return this.rare?.params?.[order];
  }

  /** Keeps it for the callback of this number. @internal */
  setParam(order: number, value: unknown): void {
    (this.properties.params ??= [])[order] = value;
  }

  /** The stream is inside of something. @internal */
  enclose(encapsulation: readonly Encapsulation[]): void {
    if (encapsulation.length > 0) this.properties.encapsulation = encapsulation;
  }

  /** The stream ends in this state, for this reason; its listeners are still to be told. @internal */
  end(state: TerminalState, reason: EndReason): void {
    this.enter(state);
    this.place |= reasons.indexOf(reason) << reasonShift;
  }

  /** The stream is in this state from now on. @internal */
  enter(state: TcpState): void {
    this.place = (this.place & ~stateMask) | states.indexOf(state);
  }

  /** Whether the killed stream goes silent is watched from now on. @internal */
  watch(watch: KillWatch): void {
    this.properties.watch = watch;
  }

  /** The engine forgets the stream: what it knew is kept on this page. @internal */
  retire(page: EndedFlows): void {
    page.keep(this.notifier.flows, this.slot, this.id);
    if (this.rest === undefined) this.rest = page;
    else this.properties.page = page;
    this.place &= (2 << keyShift) - 1;
  }

  private get rare(): RareProperties | undefined {
    return this.rest instanceof RareProperties ? this.rest : undefined;
  }

  private get properties(): RareProperties {
    const { rest } = this;
    if (rest instanceof RareProperties) return rest;
    const properties = new RareProperties();
    properties.page = rest;
    this.rest = properties;
    return properties;
  }

  /** What was known in the end; undefined before. */
  private get ended(): EndedFlow | undefined {
    if (this.slot !== 0) return undefined;
    const page = this.rest instanceof RareProperties ? this.rest.page : this.rest;
    return page?.of(this.id);
  }

  private get endpoints(): Endpoints {
    return this.ended?.endpoints ?? this.notifier.flows.endpoints(this.slot);
  }
}
