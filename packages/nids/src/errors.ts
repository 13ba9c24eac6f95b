// Trouble with the caller. Trouble in the traffic is never thrown: it is an alert (alerts.ts).

/** What all errors of the engine have in common: a stable `code` to switch on. */
export class NidsError extends Error {
  override name = "NidsError";
  /** Which mistake it is; texts may change, codes do not. */
  readonly code: NidsErrorCode;

  constructor(code: NidsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Every code an error of the engine can have. */
export type NidsErrorCode =
  /** A parameter of this name does not exist; the nearest known one is named. */
  | "unknown-parameter"
  /** A parameter has the wrong type or is out of its range; both are named. */
  | "invalid-parameter"
  /** An argument of a method is not what it should be. */
  | "invalid-argument"
  /** The memory that the parameters ask for cannot be had. */
  | "no-memory"
  /** A method that processes packets was called from a callback, or for a source that another call is reading. */
  | "reentrant"
  /** kill() or reject() was called on an engine that was made without an `injector`, and without `killDryRun`. */
  | "no-injector"
  /**
   * kill() or reject() was called for something inside what cannot be sent into: a wireless LAN, ERSPAN, a tunnel with
   * sequence numbers, packets with an authentication header. Or kill() for ends of which no packet said the number they
   * expect.
   */
  | "not-injectable"
  /** The injector threw; `cause` is what it threw. */
  | "injector-failed"
  /** kill() was called on a stream that has ended. */
  | "stream-ended"
  /** record() was called on a stream of an engine whose packets nobody records. */
  | "no-recorder"
  /** A registered callback threw; `cause` is what it threw. */
  | "callback-failed";

interface ErrorOptions {
  readonly cause?: unknown;
}

/** What was thrown, in words. Anything can be thrown, also what cannot be turned into a text. */
export function reasonOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return `a value of type ${typeof thrown} that has no text`;
  }
}

/**
 * A registered callback threw. The packet was finished first: other callbacks of the same piece were called, the engine
 * is as it would be had the callback returned, and processing can go on with the frame after this one.
 */
export class CallbackError extends NidsError {
  override name = "CallbackError";
  /** The connection the callback was called for, as "client -> server"; undefined for datagram and packet callbacks. */
  readonly stream: string | undefined;
  /** Index in the batch of the frame that was being processed; `process(batch, frame + 1)` goes on behind it. */
  readonly frame: number;

  constructor(cause: unknown, stream: string | undefined, frame: number) {
    const where = stream === undefined ? "a callback" : `a callback for the stream ${stream}`;
    super("callback-failed", `${where} threw: ${reasonOf(cause)}`, { cause });
    this.stream = stream;
    this.frame = frame;
  }
}
