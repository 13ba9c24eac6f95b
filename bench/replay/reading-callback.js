// A callback that asks for both directions and reads the bytes of every notification. Only the half with something fresh is
// asked for them.

import { TcpState } from "@tsnids/nids";

/**
 * @param {import("./collecting-counter.js").CollectingCounter} counter
 * @param {(half: import("@tsnids/nids").HalfStream) => Uint8Array} read
 * @returns {import("@tsnids/nids").TcpCallback}
 */
export function readingCallback(counter, read) {
  return (stream) => {
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        counter.addStream();
        stream.client.collect++;
        stream.server.collect++;
        break;
      case TcpState.DATA: {
        const fromClient = stream.server.countNew > 0;
        counter.addBytes(fromClient, read(fromClient ? stream.server : stream.client).length);
      }
    }
  };
}
