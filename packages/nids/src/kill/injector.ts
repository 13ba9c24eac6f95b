// What the engine needs to put packets on the wire, and what it says it has put there. It has no device of its own:
// whoever runs it brings one.

/** Sends frames on the interface packets were captured on. */
export interface Injector {
  /**
   * Sends one frame, link header included. `interfaceIndex` is the interface the stream was seen on. The bytes are the
   * injector's to keep, not to change: the caller of `kill()` gets them too. Where it throws, the engine sends no more
   * of that stream. It may be async; what it returns is not waited for, and a promise that rejects is counted
   * (`injectionsFailed`).
   */
  inject(frame: Uint8Array, interfaceIndex: number): unknown;
}

/** Who a frame goes to: an end of the stream that is killed, or the source of the packet that is rejected. */
export type InjectionTarget = "client" | "server" | "source";

/** A frame the engine has made. */
export interface InjectedFrame {
  /** From the link header on. */
  readonly bytes: Uint8Array;
  /** Interface it is for, as an index into those of the capture. */
  readonly interfaceIndex: number;
  /** Who gets it. */
  readonly to: InjectionTarget;
}

/**
 * What came of `kill()` or `reject()`. `sent`: the injector has the frames. `dry-run`: they were only made.
 * `not-allowed`: `killAllow` or `killDeny` forbids it. `rate-limited`: there were `maxKillsPerSecond` in this second of
 * packet time; where packets go back in time, in their own second. `not-answerable`, of `reject()` alone: it is not for
 * ICMP to answer such a packet.
 */
export type InjectionOutcome = "sent" | "dry-run" | "not-allowed" | "rate-limited" | "not-answerable";

/** What `kill()` and `reject()` return. */
export interface Injection {
  /** What became of them, or why there are none. */
  readonly outcome: InjectionOutcome;
  /**
   * In the order they were sent in; none where it was refused, and none to an end of which no packet said the number it
   * expects.
   */
  readonly frames: readonly InjectedFrame[];
}
