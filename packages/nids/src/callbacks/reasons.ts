// Why things end, are missing, or are as they are. Each is a closed union: a program can switch on it and be told by the
// compiler what it forgot.

/** Why a stream ended. */
export type EndReason =
  /** Both sides finished sending and acknowledged it (state CLOSE). */
  | "fin"
  /** A valid RST was seen (state RESET). */
  | "rst"
  /** No packet for longer than the timeout of its state (state TIMED_OUT). */
  | "idle"
  /** One side had finished, the FIN of the other waited for missing bytes for stuckCloseTimeoutMs (state TIMED_OUT). */
  | "stuck"
  /** It was given up to make room (state TIMED_OUT). */
  | "evicted"
  /** A new connection between the same endpoints began (state TIMED_OUT). */
  | "reused"
  /** The engine was told to exit (state EXITING). */
  | "exit";

/** Why bytes are missing in a stream. */
export type GapReason =
  /** The receiver acknowledged them, the capture never showed them. */
  | "capture-loss"
  /** Too much waited behind them: maxQueuedBytes or maxQueuedSegments. */
  | "queue-limit"
  /** Too much waited in all streams together: maxReassemblyBytes. */
  | "memory-limit"
  /** The snap length of the capture cut them off, or the switch that mirrored them (ERSPAN). */
  | "snaplen"
  /** The stream ended before they were seen. */
  | "end";

/** How a stream began, and so how sure it is which side is the client. */
export type StreamOrigin =
  /** The client's SYN and the server's answer were seen. */
  | "handshake"
  /** Only the server's SYN,ACK was seen: the roles are sure, the beginning is complete. */
  | "syn-ack"
  /** Only the client's SYN was seen: the roles are sure, what the server sent first may be missing. */
  | "syn"
  /** It was running already: who sent the first packet seen is taken for the client. */
  | "first-packet";
