// One direction of a stream, seen from the side that receives it (libnids' half_stream): `stream.server` holds what the
// server receives, which is what the client sends.
//
//   0            offset                         count - countNew       count
//   ├── given up ──┤── kept by discard() ──────────┤── fresh ───────────┤
//                  └────────────────────── data ──────────────────────┘

import type { HalfState } from "../tcp/sides.js";
import type { GapReason } from "./reasons.js";
import { inHand } from "./in-hand.js";
import type { Notification } from "./notification.js";
import type { TcpStream } from "./tcp-stream.js";

/** What one side of a connection receives. */
export abstract class HalfStream {
  protected readonly stream: TcpStream;

  /** Halves are made by their stream. */
  constructor(stream: TcpStream) {
    this.stream = stream;
  }

  /**
   * Slot of the flow * 2 + the side that sends these bytes; slot 0 when the stream has ended. An engine's matter.
   * @internal
   */
  abstract get key(): number;

  /** How many times these bytes are wanted, -128 to 127; raise it in a callback to get DATA notifications, lower it to stop. */
  get collect(): number {
    return this.stream.notifier.collects.of(this.key, false);
  }

  set collect(times: number) {
    this.stream.notifier.collects.set(this.key, false, times);
  }

  /** The same for urgent bytes (RFC 9293 §3.8.5). */
  get collectUrgent(): number {
    return this.stream.notifier.collects.of(this.key, true);
  }

  set collectUrgent(times: number) {
    this.stream.notifier.collects.set(this.key, true, times);
  }

  /**
   * Bytes received in order since the stream began, gaps counted, urgent bytes not: the position behind the last
   * byte of `data`.
   */
  get count(): number {
    return this.stream.countFrom(this.key & 1);
  }

  /** Fresh bytes, at the end of `data`; 0 where this call is about something else. */
  abstract get countNew(): number;

  /** Position in the stream of `data[0]`. */
  get offset(): number {
    const { current } = this;
    if (this.isShown) return this.count - current.gapLength - current.length;
    return this.count - this.stream.notifier.retained.length(this.key);
  }

  /**
   * The buffered bytes: those kept by discard(), then the fresh ones. A view into the engine's memory, valid until the
   * callback returns; copy what you keep.
   */
  get data(): Uint8Array {
    return this.isShown ? this.current.data : this.stream.notifier.retained.data(this.key);
  }

  /** 1 while an urgent byte is reported, else 0. */
  get countNewUrgent(): number {
    const { current } = this;
    return current.half === this.key ? current.urgent : 0;
  }

  /** The urgent byte that is reported, 0..255; 0 when none is. */
  get urgentData(): number {
    return this.countNewUrgent === 1 ? this.current.urgentByte : 0;
  }

  /** Bytes missing before `count`, in a notification about a gap; else 0. */
  get gapLength(): number {
    const { current } = this;
    return current.half === this.key ? current.gapLength : 0;
  }

  /** Why they are missing; undefined where `gapLength` is 0. */
  get gapReason(): GapReason | undefined {
    return this.gapLength > 0 ? this.current.gapReason : undefined;
  }

  /** How far this side has come in finishing what it sends itself. */
  get state(): HalfState {
    return this.stream.notifier.sides.state(this.key >> 1, this.side);
  }

  /** The window this side advertised last, as in the header: times `windowScale` it is in bytes, but for that of a SYN. */
  get window(): number {
    return this.stream.notifier.sides.window(this.key >> 1, this.side);
  }

  /** What the windows of this side are multiplied by (RFC 7323 §2.2): 1 to 16384; 1 where that was not agreed on. */
  get windowScale(): number {
    return this.stream.notifier.sides.windowScale(this.key >> 1, this.side);
  }

  /** True where both sides agreed on timestamps (RFC 7323 §3.2). */
  get timestamps(): boolean {
    return this.stream.notifier.sides.timestamps(this.key >> 1);
  }

  /** The highest acknowledgment number this side has sent, as in the header. */
  get acknowledgment(): number {
    return this.stream.notifier.sides.acknowledgment(this.key >> 1, this.side);
  }

  /** Bytes for this side that wait behind a hole. */
  get queuedBytes(): number {
    return this.stream.notifier.sides.queuedBytes(this.key >> 1, this.key & 1);
  }

  /** Urgent bytes received so far, whether or not somebody collects them. */
  get urgentCount(): number {
    return this.stream.notifier.sides.urgentCount(this.key >> 1, this.key & 1);
  }

  /** The notification in hand of the engine: it need not be about this half. */
  protected abstract get current(): Notification;

  /** Fresh bytes, where they are those of this half. */
  protected get freshOfOwn(): number {
    const { current } = this.stream.notifier;
    return current.half === this.key ? current.fresh : 0;
  }

  /** The side of the flow that receives. */
  private get side(): number {
    return 1 - (this.key & 1);
  }

  /** True while the notification in hand is about bytes of this half. */
  private get isShown(): boolean {
    return this.countNew > 0 || this.gapLength > 0;
  }
}

// Which half it is, its class says: with a million streams a field more is eight megabytes.

/** What the client receives. */
export class ClientHalf extends HalfStream {
  /** @internal */
  override get key(): number {
    return this.stream.key ^ 1;
  }

  override get countNew(): number {
    return inHand.stream?.client === this ? inHand.freshForClient : this.freshOfOwn;
  }

  protected override get current(): Notification {
    return inHand.stream?.client === this ? inHand : this.stream.notifier.current;
  }
}

/** What the server receives. */
export class ServerHalf extends HalfStream {
  /** @internal */
  override get key(): number {
    return this.stream.key;
  }

  override get countNew(): number {
    return inHand.stream?.server === this ? inHand.freshForServer : this.freshOfOwn;
  }

  protected override get current(): Notification {
    return inHand.stream?.server === this ? inHand : this.stream.notifier.current;
  }
}
