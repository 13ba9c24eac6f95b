// What a process that owns a device and the process that started it tell each other, over Node's channel between them.
// Frames do not go this way: captured ones go through a pipe of their own (`framesDescriptor`), as a pcap file.

import type { CaptureErrorCode } from "../capture-error.js";
import type { CaptureRequest } from "./capture-feed.js";

/** The descriptor in the child that captured frames go to. */
export const framesDescriptor = 3;

/** From the child. */
export type ChildMessage =
  /** The device is open. */
  | { readonly type: "open" }
  /** The device could not be opened, or a frame not be sent. */
  | { readonly type: "failed"; readonly code: CaptureErrorCode; readonly what: string }
  /** How many frames were dropped because the parent is late, so far. */
  | { readonly type: "dropped"; readonly frames: number };

/** To the child. */
export type ParentMessage =
  /** The first message: what to open. */
  | { readonly type: "capture"; readonly request: CaptureRequest }
  | { readonly type: "inject"; readonly device: string }
  /** A frame to send. */
  | { readonly type: "frame"; readonly bytes: Uint8Array }
  /** Capture no more, hand over what there is, report and end. */
  | { readonly type: "stop" };
