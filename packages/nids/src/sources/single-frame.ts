// One frame as a batch, for those who have frames of their own (libnids' nids_pcap_handler). The batch and its list of
// interfaces are used again and again: frames of a link type always come from the same interface, so that what is
// learned about it is kept.

import { FrameBatch, isObject } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";
import { requireInteger, wrongArgument } from "../params/arguments.js";
import type { PacketTime } from "../clock.js";

const call = "processFrame(frame, time, linkType, originalLength)";

export class SingleFrame {
  private readonly batch: FrameBatch = new FrameBatch(1);
  private readonly interfaces: CaptureInterface[] = [];

  /**
   * The batch with this frame, which is whole where no `originalLength` is given. Throws NidsError `invalid-argument`.
   */
  of(frame: Uint8Array, time: PacketTime, linkType: number, originalLength: number | undefined): FrameBatch {
    if (!(frame instanceof Uint8Array)) throw wrongArgument(call, "frame", "a Uint8Array", frame);
    if (!isObject(time)) throw wrongArgument(call, "time", "an object such as { seconds: 1, nanoseconds: 0 }", time);
    const { seconds, nanoseconds } = time;
    const onWire = originalLength ?? frame.length;
    requireInteger(call, "time.seconds", seconds, 0, Number.MAX_SAFE_INTEGER);
    requireInteger(call, "time.nanoseconds", nanoseconds, 0, 999_999_999);
    requireInteger(call, "linkType", linkType, 0, 65535);
    requireInteger(call, "originalLength", onWire, frame.length, 2 ** 31 - 1);
    const { batch, interfaces } = this;
    let index = interfaces.findIndex((each) => each.linkType === linkType);
    if (index < 0) index = interfaces.push({ linkType, snapLength: 0 }) - 1;
    batch.bytes = frame;
    batch.interfaces = interfaces;
    batch.clear();
    batch.push(0, frame.length, onWire, seconds, nanoseconds, index);
    return batch;
  }
}
