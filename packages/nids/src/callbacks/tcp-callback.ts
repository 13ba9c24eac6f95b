// What is called for streams, and what it is given besides them.

import type { TcpStream } from "./tcp-stream.js";

/**
 * The place where a registered callback keeps what it wants to remember about one stream (libnids' `param`). Valid
 * during the call.
 */
export interface Attachment {
  /** Kept from call to call; undefined at JUST_ESTABLISHED. */
  param: unknown;
}

/** A registered tcp callback. */
export type TcpCallback = (stream: TcpStream, attachment: Attachment) => void;

/** Records the packets of streams; StreamRecorder of @tsnids/capture does. */
export interface StreamRecording {
  /** Records the packets of this stream, those before this moment as far as they were kept. */
  choose(stream: TcpStream): void;
}
