// A capture several times over, as one: each time begins half a minute of packet time after the end of the one before.
// By then all connections of that are forgotten.
//
//   │ capture │ 30 s │ capture │ 30 s │ capture │

import { FileSource } from "@tsnids/capture";

const PAUSE_SECONDS = 30;

/**
 * @param {string} path
 * @param {number} passes
 * @returns {import("@tsnids/pcap").FrameSource}
 */
export function repeatedSource(path, passes) {
  return {
    async *batches(intake) {
      /** @type {number | undefined} */
      let begin;
      let last = 0;
      for (let pass = 0; pass < passes; pass++) {
        const later = begin === undefined ? 0 : last + PAUSE_SECONDS - begin;
        for await (const batch of new FileSource(path).batches(intake)) {
          const { seconds, length } = batch;
          begin ??= seconds[0];
          for (let index = 0; later > 0 && index < length; index++) seconds[index] += later;
          last = seconds[length - 1] ?? last;
          yield batch;
        }
      }
    },
  };
}
