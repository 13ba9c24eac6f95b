// The program of the process that owns a device: it captures, or it sends. So what the addon does to its process (see
// cap-handle.ts) it does to this one. It ends when it is told to, and when its parent is gone.

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
// Interrupts from the keyboard and from timeout(1), and the end of the terminal, are told to all processes in the
// foreground. They do nothing here: the parent decides what they mean.
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
  // A socket object makes the descriptor non-blocking, and notices its end while no frames come.
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
    // When this process is gone the parent has the last report. If the parent does not take what waits, it ends this
    // process.
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
