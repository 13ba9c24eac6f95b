// A classic pcap file written as a stream: little-endian, microseconds, Ethernet. Records are put together in one large
// buffer that is written out when full. The clock belongs to the file: each record comes a few microseconds after the
// one before.
//
//     file header   magic 4 | version 2+2 | zone 4 | accuracy 4 | snap length 4 | link type 4
//     record        seconds 4 | microseconds 4 | captured length 4 | original length 4 | frame

import { closeSync, openSync, writeSync } from "node:fs";

const BUFFER_BYTES = 4 << 20;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const SNAP_LENGTH = 262_144;
const LINKTYPE_ETHERNET = 1;
const FIRST_SECOND = 1_700_000_000;
const LONGEST_STEP_MICROSECONDS = 7;

/** Writes records to a pcap file. */
export class PcapStream {
  /** Where frames are put together; `record` says where. @type {Uint8Array} */
  bytes = new Uint8Array(BUFFER_BYTES);
  /** The same bytes, for big-endian fields. */
  view = new DataView(this.bytes.buffer);
  /** Records so far. */
  packets = 0;
  /** Bytes written to the file so far. */
  written = 0;
  #file;
  #random;
  #used = 0;
  #seconds = FIRST_SECOND;
  #microseconds = 0;

  /**
   * @param {string} path file to create or overwrite
   * @param {import("./random.js").Random} random for the steps of the clock
   */
  constructor(path, random) {
    this.#file = openSync(path, "w");
    this.#random = random;
    this.view.setUint32(0, 0xa1b2c3d4, true);
    this.view.setUint16(4, 2, true);
    this.view.setUint16(6, 4, true);
    this.view.setUint32(16, SNAP_LENGTH, true);
    this.view.setUint32(20, LINKTYPE_ETHERNET, true);
    this.#used = FILE_HEADER_BYTES;
  }

  /**
   * Begins the next record. The caller fills in the whole frame (the bytes there are old).
   * @param {number} length bytes of the frame
   * @returns {number} where the frame begins in `bytes`
   */
  record(length) {
    if (this.#used + RECORD_HEADER_BYTES + length > BUFFER_BYTES) this.#flush();
    this.#microseconds += 1 + this.#random.below(LONGEST_STEP_MICROSECONDS);
    if (this.#microseconds >= 1_000_000) {
      this.#microseconds -= 1_000_000;
      this.#seconds++;
    }
    const at = this.#used;
    this.view.setUint32(at, this.#seconds, true);
    this.view.setUint32(at + 4, this.#microseconds, true);
    this.view.setUint32(at + 8, length, true);
    this.view.setUint32(at + 12, length, true);
    this.#used = at + RECORD_HEADER_BYTES + length;
    this.packets++;
    return at + RECORD_HEADER_BYTES;
  }

  /** Writes what is left and closes the file. */
  close() {
    this.#flush();
    closeSync(this.#file);
  }

  #flush() {
    for (let written = 0; written < this.#used;) {
      written += writeSync(this.#file, this.bytes, written, this.#used - written);
    }
    this.written += this.#used;
    this.#used = 0;
  }
}
