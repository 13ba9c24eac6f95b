// The file of `dump`: a pcap with nanoseconds, written packet by packet, so that it is whole whenever the program ends.

import { closeSync, openSync, writeSync } from "node:fs";
import { LinkType, linkTypeName, PcapWriter } from "@tsnids/pcap";
import { SniffError } from "./errors.js";
import type { Packet } from "./packet.js";

/** A capture file that packets are written to. */
export class DumpFile {
  /** The file, as in messages. */
  readonly path: string;
  readonly #file: number;
  #linkType: number | undefined;
  #writer: PcapWriter | undefined;

  /** Opens the file; one that exists is overwritten. Throws SniffError `dump-failed`. */
  constructor(path: string) {
    this.path = path;
    this.#file = this.#guarded(() => openSync(path, "w"));
  }

  /** Writes a packet. Throws SniffError `dump-failed`, and `mixed-link-types` where an earlier one had another link type. */
  write({ bytes, originalLength, timestamp, linkType }: Packet): void {
    const writer = this.#writer ?? this.#begin(linkType);
    if (linkType !== this.#linkType) {
      const types = `${linkTypeName(this.#linkType ?? linkType)} and ${linkTypeName(linkType)}`;
      throw new SniffError(
        "mixed-link-types",
        `${this.path}: a pcap file cannot hold frames of ${types}; filter or sniff one device`,
      );
    }
    this.#append(writer.record(bytes, originalLength, timestamp.seconds, timestamp.nanoseconds));
  }

  /** Closes the file; without packets it is an empty Ethernet capture. Throws SniffError `dump-failed`. */
  close(): void {
    try {
      if (this.#writer === undefined) this.#begin(LinkType.ETHERNET);
    } finally {
      this.#guarded(() => closeSync(this.#file));
    }
  }

  #begin(linkType: number): PcapWriter {
    const writer = new PcapWriter({ linkType, nanoseconds: true });
    this.#linkType = linkType;
    this.#writer = writer;
    this.#append(writer.header());
    return writer;
  }

  #append(bytes: Uint8Array): void {
    this.#guarded(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
      throw new SniffError("dump-failed", `${this.path}: cannot be written (${reason})`, error);
    }
  }
}
