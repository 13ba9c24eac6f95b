// Capture files for the tests of this package, in a directory of their own that goes when the suite ends.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LinkType, MemorySource, PcapWriter } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";

/** Makes a directory before the tests of the enclosing suite and removes it after them. */
export function temporaryDirectory(): { readonly path: (name: string) => string; readonly write: Write } {
  let directory = "";
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "tsnids-capture-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });
  const path = (name: string): string => join(directory, name);
  return {
    path,
    write: (name, bytes) => {
      writeFileSync(path(name), bytes);
      return path(name);
    },
  };
}

type Write = (name: string, bytes: Uint8Array) => string;

/** A pcap file with a frame of each length, filled with its number modulo 256; times count seconds. */
export function pcapOf(lengths: readonly number[], linkType: number = LinkType.ETHERNET): Uint8Array {
  const writer = new PcapWriter({ linkType });
  const records = lengths.map((length, index) =>
    writer.record(new Uint8Array(length).fill(index & 255), length, index, 0),
  );
  return Buffer.concat([writer.header(), ...records]);
}

/** Lengths that put records across the edges of chunks in every way, for a file of about 4 MB. */
export function manyLengths(): readonly number[] {
  const lengths: number[] = [];
  for (let index = 0; index < 300; index++) {
    lengths.push(index % 60 === 7 ? 262144 : (index * 7919) % 16384, 0, 1, index);
  }
  return lengths;
}

/** What is told of each frame: link type, time, lengths, and all its bytes in one number. */
export type Summary = readonly (readonly number[])[];

/** Reads a source to its end. */
export async function summaryOf(source: FrameSource, intake?: Uint8Array): Promise<Summary> {
  const summary: number[][] = [];
  await read(source, summary, intake);
  return summary;
}

/** Reads a source to its end or to the error it throws; `summary` has the frames before it. */
export async function read(source: FrameSource, summary: number[][], intake?: Uint8Array): Promise<void> {
  for await (const batch of source.batches(intake)) {
    for (let index = 0; index < batch.length; index++) {
      const offset = batch.offset[index]!;
      const length = batch.capturedLength[index]!;
      let sum = 0;
      for (let at = offset; at < offset + length; at++) {
        sum = (Math.imul(sum, 31) + batch.bytes[at]! + 1) | 0;
      }
      const { linkType } = batch.interfaces[batch.interfaceIndex[index]!]!;
      summary.push([linkType, batch.seconds[index]!, length, batch.originalLength[index]!, sum]);
    }
  }
}

/** What reading a capture must give: what the same bytes give from memory. */
export function expectedOf(file: Uint8Array): Promise<Summary> {
  return summaryOf(new MemorySource(file));
}
