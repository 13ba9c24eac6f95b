// The program of the process that owns a device, so that what the addon does to its process (see cap-handle.ts) is done to
// this one: it captures, or it sends. It ends when it is told to, and when whoever started it is gone.

import { Socket } from "node:net";
import { CaptureError } from "../capture-error.js";
import { BlockQueue, descriptorWriter } from "./block-queue.js";
import { CapCapture } from "./cap-capture.js";
import { framesDescriptor } from "./cap-messages.js";
import type { ChildMessage, ParentMessage } from "./cap-messages.js";
import type { CaptureRequest } from "./capture-feed.js";
import { FrameSender } from "./frame-sender.js";

/** Milliseconds between two looks at the number of dropped frames. */
const reportInterval = 250;

let sender: FrameSender | undefined;
let stop = (): void => process.exit();

process.on("message", (message: ParentMessage) => {
  switch (message.type) {
    case "capture":
      opened(() => capture(message.request));
      break;
    case "inject":
      opened(() => (sender = new FrameSender(message.device)));
      break;
    case "frame":
      send(message.bytes);
      break;
    case "stop":
      stop();
      break;
  }
});
process.on("disconnect", () => stop());
// An interrupt from the keyboard goes to all processes in the foreground, that of timeout(1) and the end of the terminal
// too; it is for the parent to say what it means.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

function opened(open: () => void): void {
  try {
    open();
    tell({ type: "open" });
  } catch (error) {
    tell(failure(error), () => process.exit(1));
  }
}

function capture(request: CaptureRequest): void {
  // Through a socket object the descriptor becomes one that does not block, and its end is noticed while no frames come.
  const pipe = new Socket({ fd: framesDescriptor, readable: false, writable: true });
  pipe.on("error", () => stop());
  const queue = new BlockQueue(descriptorWriter(framesDescriptor), request.queueSize, () => stop());
  let reported = 0;
  let reportedAt = 0;
  const report = (): void => {
    if (queue.dropped === reported) return;
    reported = queue.dropped;
    reportedAt = Date.now();
    tell({ type: "dropped", frames: reported });
  };
  const device = new CapCapture(request, (bytes, records) => {
    queue.add(bytes, records);
    if (queue.dropped !== reported && Date.now() - reportedAt > reportInterval) report();
  });
  setInterval(report, reportInterval);
  stop = () => {
    device.close();
    report();
    // The parent has the last report when this process is gone; and ends it where it does not take what still waits.
    queue.end(() => {
      if (process.connected) process.disconnect();
      process.exit();
    });
  };
}

function send(bytes: Uint8Array): void {
  try {
    sender?.send(bytes);
  } catch (error) {
    tell(failure(error));
  }
}

function failure(error: unknown): ChildMessage {
  if (error instanceof CaptureError) {
    return { type: "failed", code: error.code, what: error.message.slice(error.capture.length + 2) };
  }
  return { type: "failed", code: "capture-failed", what: error instanceof Error ? error.message : String(error) };
}

function tell(message: ChildMessage, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}
