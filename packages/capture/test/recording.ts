// What the tests of recordings give to recorders, and what comes of it.

import { RecordError } from "@tsnids/capture";
import { FrameBatch, LinkType } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";

export const ethernet: CaptureInterface = { linkType: LinkType.ETHERNET, snapLength: 65535, name: "eth0" };
export const raw: CaptureInterface = { linkType: LinkType.RAW, snapLength: 0, description: "a tunnel" };

/** A batch of frames of 100 bytes, each with an interface and a time in nanoseconds. */
export function batchOf(
  interfaces: readonly CaptureInterface[],
  frames: readonly (readonly [number, number])[],
): FrameBatch {
  const batch = new FrameBatch(Math.max(1, frames.length));
  batch.bytes = Uint8Array.from({ length: 400 }, (_, index) => index);
  batch.interfaces = interfaces;
  for (const [index, nanoseconds] of frames) {
    batch.push(50 + batch.length, 100, 1500, Math.floor(nanoseconds / 1e9), nanoseconds % 1e9, index);
  }
  return batch;
}

/** A batch of one frame of so many bytes, captured at this second. */
export function frameOf(length: number, second: number, itsInterface: CaptureInterface = ethernet): FrameBatch {
  const batch = new FrameBatch(1);
  batch.bytes = new Uint8Array(length).fill(second);
  batch.interfaces = [itsInterface];
  batch.push(0, length, length, second, 0, 0);
  return batch;
}

/** The code of the RecordError that something throws; "none" where it throws nothing. */
export function code(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RecordError) return error.code;
    throw error;
  }
  return "none";
}
