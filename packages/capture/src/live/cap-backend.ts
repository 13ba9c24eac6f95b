// The addon `cap` as a backend, in two ways: in a process of its own, which is the default, and in this one.

import { Readable } from "node:stream";
import type { CaptureBackend, CaptureFeed, CaptureRequest } from "./capture-feed.js";
import { CapCapture } from "./cap-capture.js";
import { CapProcess } from "./cap-process.js";

/** Seconds a stamped frame may take to get here: it is stamped when it is handed over, so only a busy machine delays it. */
const lag = 1;

/** In a process of its own: what happens to it is an error here, and this event loop stays free. */
export const isolatedCap: CaptureBackend = {
  name: "cap",
  async open(request, signal): Promise<CaptureFeed> {
    const process = await CapProcess.open(request.device, { type: "capture", request }, signal);
    return {
      bytes: process.frames,
      lag,
      get drops() {
        return { queue: process.dropped };
      },
      end: () => process.end(),
      finish: () => process.finish(),
      stop: () => process.stop(),
    };
  },
};

/** In this process: nothing to start, but the event loop stands still while frames arrive, and a lost device is the end of all. */
export const cap: CaptureBackend = {
  name: "cap, not isolated",
  open: (request) =>
    new Promise((resolve) => {
      resolve(openHere(request)); // What it throws is a rejection.
    }),
};

function openHere(request: CaptureRequest): CaptureFeed {
  const bytes = new Readable({ read: () => undefined });
  let dropped = 0;
  const capture = new CapCapture(request, (block, records) => {
    if (bytes.readableLength + block.length > request.queueSize) dropped += records;
    else bytes.push(block.slice());
  });
  const finish = (): void => {
    capture.close();
    bytes.push(null);
  };
  return {
    bytes,
    lag,
    get drops() {
      return { queue: dropped };
    },
    end: () => Promise.resolve(undefined),
    finish,
    stop: () => {
      finish();
      bytes.destroy();
      return Promise.resolve();
    },
  };
}
