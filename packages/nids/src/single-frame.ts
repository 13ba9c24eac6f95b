// One frame as a batch, for those who have frames of their own (libnids' nids_pcap_handler). The batch and its list of
// interfaces are used again and again: frames of a link type always come from the same interface, so that what is
// learned about it is kept.

import { FrameBatch } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";
import type { PacketTime } from "./callbacks/tcp-stream.js";
import { NidsError } from "./errors.js";

export class SingleFrame {
  private readonly batch: FrameBatch = new FrameBatch(1);
  private readonly interfaces: CaptureInterface[] = [];

  /** The batch with this frame. Throws NidsError `invalid-argument`. */
  of(frame: Uint8Array, time: PacketTime, linkType: number, originalLength: number): FrameBatch {
    if (!(frame instanceof Uint8Array)) throw wrong("frame must be a Uint8Array");
    const { seconds, nanoseconds } = time;
    requireInteger("time.seconds", seconds, 0, Number.MAX_SAFE_INTEGER);
    requireInteger("time.nanoseconds", nanoseconds, 0, 999_999_999);
    requireInteger("linkType", linkType, 0, 65535);
    requireInteger("originalLength", originalLength, frame.length, 2 ** 31 - 1);
    const { batch, interfaces } = this;
    let index = interfaces.findIndex((each) => each.linkType === linkType);
    if (index < 0) index = interfaces.push({ linkType, snapLength: 0 }) - 1;
    batch.bytes = frame;
    batch.interfaces = interfaces;
    batch.clear();
    batch.push(0, frame.length, originalLength, seconds, nanoseconds, index);
    return batch;
  }
}

function requireInteger(name: string, value: number, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw wrong(`${name} must be a whole number from ${minimum} to ${maximum}, not ${String(value)}`);
}

function wrong(what: string): NidsError {
  return new NidsError("invalid-argument", `processFrame(frame, time, linkType, originalLength): ${what}`);
}
