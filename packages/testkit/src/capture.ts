/**
 * A capture: frames in the order they were captured. Made from any mix of frames, conversations and other captures,
 * put in order of time; then changed as taps and networks change things. Every transform returns a new capture, and
 * indexes always mean frames of the capture it is called on.
 *
 *     capture([web, mail]).drop(4).swap(6, 7).duplicate(9)
 */
import { FrameBatch, PcapWriter } from "@tsnids/pcap";
import { TestkitError } from "./errors.js";
import { cutFrame, fragmentFrame, type Frame } from "./frame.js";
import type { FragmentPiece } from "./fragment.js";
import { concat } from "./octets.js";
import { compareTime } from "./time.js";

/** Frames in order, with the transforms. Iterating gives the frames. */
export class Capture implements Iterable<Frame> {
  /** In the order of the capture, which the transforms may have made different from that of time. */
  readonly frames: readonly Frame[];

  constructor(frames: readonly Frame[]) {
    this.frames = frames;
  }

  /** How many frames there are. */
  get length(): number {
    return this.frames.length;
  }

  [Symbol.iterator](): Iterator<Frame> {
    return this.frames[Symbol.iterator]();
  }

  /** The frame at `index`. Throws TestkitError `no-such-frame`; so do all methods that take an index. */
  at(index: number): Frame {
    const found = this.frames[index];
    if (found === undefined) {
      throw new TestkitError("no-such-frame", `index: there is no frame ${index}; the capture has ${this.length}`);
    }
    return found;
  }

  /** Without frame `index`: the capture lost it. */
  drop(index: number): Capture {
    return this.#replace(index, []);
  }

  /** Frames `i` and `j` change places. The times stay where they were, so the capture remains in order of time. */
  swap(i: number, j: number): Capture {
    const [first, second] = [this.at(i), this.at(j)];
    const swapped = this.frames.slice();
    swapped[i] = { ...second, time: first.time };
    swapped[j] = { ...first, time: second.time };
    return new Capture(swapped);
  }

  /** Frame `index` twice in a row, at the same time. */
  duplicate(index: number): Capture {
    const found = this.at(index);
    return this.#replace(index, [found, found]);
  }

  /** Only the first `snapLength` bytes of frame `index` were captured. */
  cut(index: number, snapLength: number): Capture {
    return this.#replace(index, [cutFrame(this.at(index), snapLength)]);
  }

  /** Frame `index` in IP fragments, all at its time. See {@link fragmentFrame}; IPv6 identification is `index` + 1. */
  fragment(index: number, cuts: readonly number[] | readonly FragmentPiece[], identification?: number): Capture {
    const found = this.at(index);
    const isIpv6 = (found.bytes[found.networkOffset] ?? 0) >>> 4 === 6;
    return this.#replace(index, fragmentFrame(found, cuts, identification ?? (isIpv6 ? index + 1 : undefined)));
  }

  /** All frames in one batch, an interface per link type. Snap lengths are 0, unlimited. */
  batch(): FrameBatch {
    const linkTypes = [...new Set(this.frames.map((frame) => frame.linkType))];
    const batch = new FrameBatch(Math.max(1, this.length));
    batch.bytes = concat(...this.frames.map((frame) => frame.bytes));
    batch.interfaces = linkTypes.map((linkType) => ({ linkType, snapLength: 0 }));
    let offset = 0;
    for (const { bytes, originalLength, time, linkType } of this.frames) {
      batch.push(offset, bytes.length, originalLength, time.seconds, time.nanoseconds, linkTypes.indexOf(linkType));
      offset += bytes.length;
    }
    return batch;
  }

  /**
   * A classic pcap file with nanosecond times. Throws TestkitError `mixed-links` when the frames are not all of one
   * link type, and `no-such-frame` for an empty capture, which has none.
   */
  pcap(): Uint8Array {
    const { linkType } = this.at(0);
    if (this.frames.some((frame) => frame.linkType !== linkType)) {
      throw new TestkitError("mixed-links", "pcap: a classic pcap file holds one link type; make a file for each");
    }
    const writer = new PcapWriter({ linkType, nanoseconds: true });
    const records = this.frames.map(({ bytes, originalLength, time }) =>
      writer.record(bytes, originalLength, time.seconds, time.nanoseconds),
    );
    return concat(writer.header(), ...records);
  }

  #replace(index: number, frames: readonly Frame[]): Capture {
    this.at(index);
    return new Capture(this.frames.toSpliced(index, 1, ...frames));
  }
}

/** A capture of everything in `parts`, by time; frames of the same time stay in the order given. */
export function capture(parts: readonly (Frame | Iterable<Frame>)[]): Capture {
  const frames = parts.flatMap((part) => (Symbol.iterator in part ? [...part] : [part]));
  return new Capture(frames.toSorted((a, b) => compareTime(a.time, b.time)));
}
