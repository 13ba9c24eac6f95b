// What stands between a live source and whatever captures for it. A backend opens a feed: the bytes of a capture file as it
// grows, and what there is to say beside them.
//
//     device ─► backend (addon, program, connection) ─► CaptureFeed.bytes ─► LiveFrames ─► FrameBatch

import type { Readable } from "node:stream";
import type { CaptureError } from "../capture-error.js";

/** What a backend is asked for. */
export interface CaptureRequest {
  /** Name of the device, as the system has it. */
  readonly device: string;
  /** A pcap-filter expression; "" for all frames. */
  readonly filter: string;
  /** Whether frames for others are wanted. `cap` always takes them. */
  readonly promiscuous: boolean;
  /** Bytes kept of a frame at most. */
  readonly snapLength: number;
  /** Bytes of the kernel's ring. */
  readonly bufferSize: number;
  /** Bytes that may wait for a consumer that is late, outside the kernel. */
  readonly queueSize: number;
  /** Frames soon, or many frames. */
  readonly profile: CaptureProfile;
}

/** `latency`: frames come within milliseconds. `throughput`: as many as possible, and later. */
export const captureProfiles = ["latency", "throughput"] as const;
/** One of `captureProfiles`: whether frames come soon, or many at a time. */
export type CaptureProfile = (typeof captureProfiles)[number];

/** Frames that were lost on the way, as far as the backend knows: undefined where it does not, or not yet. */
export interface Drops {
  /** For want of room in the kernel's ring. */
  readonly kernel?: number | undefined;
  /** By the device or its driver. */
  readonly device?: number | undefined;
  /** Behind the kernel, because the consumer was late. */
  readonly queue?: number | undefined;
}

/** A capture that goes on. */
export interface CaptureFeed {
  /** A capture file in a format of the package pcap, as it grows. It ends when the capture does, for whatever reason. */
  readonly bytes: Readable;
  /** Seconds a frame may be late: silence is believed only after so long. */
  readonly lag: number;
  /** What is known of losses now. */
  readonly drops: Drops;
  /** After the end of `bytes`: why it ended; undefined where nothing went wrong. */
  end(): Promise<CaptureError | undefined>;
  /** Captures no more: `bytes` goes on with what was captured before, and ends. */
  finish(): void;
  /**
   * Ends it whatever it still has, waits a limited time for the last counts, and forces it otherwise. Does nothing
   * when it has ended.
   */
  stop(): Promise<void>;
}

/** What captures. */
export interface CaptureBackend {
  /** What people call it. */
  readonly name: string;
  /** Begins to capture; frames that pass after it has resolved are captured. Rejects with CaptureError. `signal` calls it off. */
  open(request: CaptureRequest, signal: AbortSignal): Promise<CaptureFeed>;
}
