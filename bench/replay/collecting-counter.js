// The callback all measurements use: it asks for both directions of every connection and counts what it is given. The
// counts lie in a typed array: adding to it allocates nothing, however large they grow.

import { TcpState } from "@tsnids/nids";

const STREAMS = 0;
const FROM_CLIENT = 1;
const FROM_SERVER = 2;

/** Counts streams and the bytes of both directions. */
export class CollectingCounter {
  #counts = new Float64Array(3);

  /**
   * For `registerTcp`. Halves are named after the receiver: `server` holds what the client sent.
   * @type {import("@tsnids/nids").TcpCallback}
   */
  callback = (stream) => {
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        this.#counts[STREAMS]++;
        stream.client.collect++;
        stream.server.collect++;
        break;
      case TcpState.DATA:
        this.#counts[FROM_CLIENT] += stream.server.countNew;
        this.#counts[FROM_SERVER] += stream.client.countNew;
        break;
    }
  };

  /** One more stream, for those who hear of streams in another way. */
  addStream() {
    this.#counts[STREAMS]++;
  }

  /**
   * More bytes of a stream.
   * @param {boolean} fromClient which direction they are of
   * @param {number} length
   */
  addBytes(fromClient, length) {
    this.#counts[fromClient ? FROM_CLIENT : FROM_SERVER] += length;
  }

  /** Starts again from nothing. */
  clear() {
    this.#counts.fill(0);
  }

  /** @returns {{streams: number, c2s: number, s2c: number}} what was counted since `clear` */
  totals() {
    return { streams: this.#counts[STREAMS], c2s: this.#counts[FROM_CLIENT], s2c: this.#counts[FROM_SERVER] };
  }
}
