/**
 * Frames of the public corpus by link type, as one capture each, in which a frame's time is its number: that is how the
 * frames tcpdump writes are recognised.
 */
import { MemorySource, PcapWriter } from "@tsnids/pcap";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A frame, and where it comes from. */
export interface SampleFrame {
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  readonly file: string;
}

/** Frames of one link type, and the same as a pcap file. */
export interface Sample {
  readonly linkType: number;
  readonly frames: readonly SampleFrame[];
  readonly capture: Uint8Array;
}

/** The first `framesPerFile` frames of every pcap file below a folder. Files that are damaged give what comes before that. */
export function readSamples(folder: string, framesPerFile: number): readonly Sample[] {
  const byLinkType = new Map<number, SampleFrame[]>();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /cap$/.test(file));
  for (const file of files.sort()) {
    for (const [linkType, frame] of framesOf(join(folder, file), file, framesPerFile)) {
      const frames = byLinkType.get(linkType) ?? [];
      frames.push(frame);
      byLinkType.set(linkType, frames);
    }
  }
  return [...byLinkType].map(([linkType, frames]) => ({ linkType, frames, capture: asCapture(linkType, frames) }));
}

function framesOf(path: string, file: string, most: number): [number, SampleFrame][] {
  const found: [number, SampleFrame][] = [];
  try {
    for (const batch of new MemorySource(readFileSync(path)).batches()) {
      for (let index = 0; index < batch.length && found.length < most; index++) {
        const start = batch.offset[index]!;
        const bytes = batch.bytes.slice(start, start + batch.capturedLength[index]!);
        const { linkType } = batch.interfaces[batch.interfaceIndex[index]!]!;
        found.push([linkType, { bytes, originalLength: batch.originalLength[index]!, file }]);
      }
      if (found.length >= most) break;
    }
  } catch {
    // What came before the damage is good.
  }
  return found;
}

/** What becomes of a frame. */
export type Change = (bytes: Uint8Array, index: number) => Uint8Array;

/** The frames of one link type, as those of another of which the corpus has none. */
export function changed(samples: readonly Sample[], from: number, linkType: number, change: Change): Sample {
  const found = samples.find((sample) => sample.linkType === from)?.frames ?? [];
  const frames = found.map((frame, index) => {
    const bytes = change(frame.bytes, index);
    return { ...frame, bytes, originalLength: frame.originalLength + bytes.length - frame.bytes.length };
  });
  return { linkType, frames, capture: asCapture(linkType, frames) };
}

function asCapture(linkType: number, frames: readonly SampleFrame[]): Uint8Array {
  const writer = new PcapWriter({ linkType, snapLength: 262_144 });
  const records = frames.map(({ bytes, originalLength }, index) => writer.record(bytes, originalLength, index, 0));
  return Buffer.concat([writer.header(), ...records]);
}
