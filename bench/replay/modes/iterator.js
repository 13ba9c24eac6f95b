// Streams as async iterators, `for await (const { fromClient, bytes } of stream)`, made from the callback in a few
// lines, as the engine itself has none. Chunks are copies, and wait in a queue until the reader, who runs between two
// batches, takes them.

import { TcpState } from "@tsnids/nids";

/** Chunks of one stream, for one reader. */
class ChunkQueue {
  #chunks = [];
  #taken = 0;
  #ended = false;
  /** Wakes the reader that waits. @type {(() => void) | undefined} */
  #wake;

  push(chunk) {
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  end() {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#taken < this.#chunks.length) yield this.#chunks[this.#taken++];
      this.#chunks = [];
      this.#taken = 0;
      if (this.#ended) return;
      await new Promise((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }
}

/** @type {import("./mode.js").Mode} */
export default function iterator(nids, counter) {
  const reading = new Set();
  const read = async (queue) => {
    counter.addStream();
    for await (const { fromClient, bytes } of queue) counter.addBytes(fromClient, bytes.length);
  };
  nids.registerTcp((stream, attachment) => {
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED: {
        stream.client.collect++;
        stream.server.collect++;
        attachment.param = new ChunkQueue();
        const reader = read(attachment.param).finally(() => reading.delete(reader));
        reading.add(reader);
        break;
      }
      case TcpState.DATA: {
        const fromClient = stream.server.countNew > 0;
        attachment.param.push({ fromClient, bytes: (fromClient ? stream.server : stream.client).data.slice() });
        break;
      }
      default:
        attachment.param.end();
    }
  });
  return async (source) => {
    await nids.run(source);
    await Promise.all(reading);
  };
}
