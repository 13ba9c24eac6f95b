// Says, between two batches, which interfaces are no longer on trial (`checksums: "auto"`): from then on their
// frames can be sorted.

import type { Nids } from "@tsnids/nids";
import type { CaptureInterface, FrameBatch, FrameSource } from "@tsnids/pcap";
import type { BlockSource } from "./block-source.js";
import type { MessageFromWorker } from "./messages.js";

/** The source, with what `post` is told each time the engine asks for more. */
export function settledInterfaces(
  source: BlockSource,
  nids: Nids,
  post: (message: MessageFromWorker) => void,
): FrameSource {
  const told = new WeakMap<readonly CaptureInterface[], Set<number>>();
  const tell = (): void => {
    const { list, interfaces } = source;
    const toldOfList = told.get(interfaces) ?? new Set();
    told.set(interfaces, toldOfList);
    for (const interfaceIndex of interfaces.keys()) {
      if (toldOfList.size === interfaces.length) return;
      if (toldOfList.has(interfaceIndex) || !nids.isSettled(interfaceIndex)) continue;
      toldOfList.add(interfaceIndex);
      post({ type: "settled", list, interfaceIndex });
    }
  };
  return {
    async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
      for await (const batch of source.batches(intake)) {
        yield batch;
        // Only by frames the engine comes to another list.
        if (batch.length > 0) tell();
      }
    },
  };
}
