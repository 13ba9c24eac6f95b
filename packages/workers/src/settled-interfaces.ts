// Says, between two batches, which interfaces are no longer on trial (`checksums: "auto"`): from then on their
// frames can be sorted.

import type { Nids } from "@tsnids/nids";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import type { BlockSource } from "./block-source.js";
import type { MessageFromWorker } from "./messages.js";

/** The source, with what `post` is told each time the engine asks for more. */
export function settledInterfaces(
  source: BlockSource,
  nids: Nids,
  post: (message: MessageFromWorker) => void,
): FrameSource {
  let list = 0;
  let told = new Set<number>();
  const tell = (): void => {
    if (list !== source.list) told = new Set();
    list = source.list;
    for (
      let interfaceIndex = 0;
      told.size < source.interfaceCount && interfaceIndex < source.interfaceCount;
      interfaceIndex++
    ) {
      if (told.has(interfaceIndex) || !nids.isSettled(interfaceIndex)) continue;
      told.add(interfaceIndex);
      post({ type: "settled", list, interfaceIndex });
    }
  };
  return {
    async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
      for await (const batch of source.batches(intake)) {
        yield batch;
        tell();
      }
    },
  };
}
