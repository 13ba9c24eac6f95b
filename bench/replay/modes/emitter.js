// Streams as events: an emitter (eventemitter3) per stream with "data" and "end", put in front of the callback in a few
// lines, as the engine itself has no events for streams. A listener may keep the bytes: they are copies.

import { createRequire } from "node:module";
import { TcpState } from "@tsnids/nids";

// The version that the engine itself uses.
const EventEmitter = createRequire(import.meta.resolve("@tsnids/nids"))("eventemitter3");

/** A stream as an emitter: "data" (fromClient, bytes), "end". */
class EmittingStream extends EventEmitter {}

/** @type {import("./mode.js").Mode} */
export default function emitter(nids, counter) {
  const connections = new EventEmitter();
  connections.on("stream", (/** @type {EmittingStream} */ stream) => {
    counter.addStream();
    stream.on("data", (fromClient, bytes) => counter.addBytes(fromClient, bytes.length));
  });
  nids.registerTcp((stream, attachment) => {
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        stream.client.collect++;
        stream.server.collect++;
        attachment.param = new EmittingStream();
        connections.emit("stream", attachment.param);
        break;
      case TcpState.DATA: {
        const fromClient = stream.server.countNew > 0;
        attachment.param.emit("data", fromClient, (fromClient ? stream.server : stream.client).data.slice());
        break;
      }
      default:
        attachment.param.emit("end");
    }
  });
  return (source) => nids.run(source);
}
