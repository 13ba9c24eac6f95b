// Frames of a device by the addon: each is stamped with the time, cut to the snap length and put into a block, and
// blocks are handed on. The addon's loop does not return to the event loop as long as frames arrive, so everything that
// has to happen while there is traffic happens here, in the call for a frame:
//
//     onFrame ─► block ─┬─► full, or older than `patience`      ─► sink
//                       └─► the event loop turns (no more frames) ─► sink

import { LinkType, PcapBlock, PcapWriter } from "@tsnids/pcap";
import { loadCap } from "./cap-addon.js";
import type { CapAddon } from "./cap-addon.js";
import { CapHandle, capSnapLength } from "./cap-handle.js";
import type { CaptureRequest } from "./capture-feed.js";
import { longestPacket } from "./device-state.js";
import { WallClock } from "./wall-clock.js";
import { wireLength } from "./wire-length.js";

/** Bytes of a block: the next power of two that has room for a record of the maximum length; most pipes take less. */
const blockBytes = 512 * 1024;

/** Bytes after which a block is handed on: what a pipe of Linux takes at once. */
const enoughBytes = 64 * 1024;

/** Milliseconds a frame may wait for others while there is traffic. */
const patience = 5;

/**
 * Bytes beyond the MTU for which libpcap always makes room in its ring, where a device of Ethernet has no offloads when
 * it is opened. When it has them later, or its MTU grows, frames are longer than their places, and are cut.
 */
const roomBeyondPacket = 17;

/** Takes blocks of pcap records; `bytes` is valid until it returns. */
export type BlockSink = (bytes: Uint8Array, records: number) => void;

/** Captures from a device until it is closed. */
export class CapCapture {
  readonly #handle: CapHandle;
  readonly #sink: BlockSink;
  readonly #snapLength: number;
  /** Bytes of the shortest frame that may have been cut before it came here. */
  readonly #shortestCut: number;
  readonly #clock: WallClock;
  readonly #block: PcapBlock = new PcapBlock(blockBytes);
  #blockBegun = 0;
  /** Whether `#onTurn` is going to be called. */
  #isScheduled = false;

  /** Opens the device; the file header goes to the sink at once. Throws CaptureError. */
  constructor(
    request: CaptureRequest,
    sink: BlockSink,
    clock: WallClock = new WallClock(),
    addon: () => CapAddon = loadCap,
  ) {
    const { device, filter, bufferSize, snapLength } = request;
    this.#sink = sink;
    this.#clock = clock;
    this.#snapLength = Math.min(snapLength, capSnapLength);
    const mtu = longestPacket(device);
    this.#handle = new CapHandle(device, filter, bufferSize, (length) => this.#onFrame(length), addon);
    const { linkType } = this.#handle;
    const room = linkType === LinkType.ETHERNET && mtu !== undefined ? mtu + roomBeyondPacket : capSnapLength;
    this.#shortestCut = Math.min(room, capSnapLength);
    sink(new PcapWriter({ linkType, snapLength: this.#snapLength, nanoseconds: true }).header(), 0);
  }

  /** Hands on what is gathered. */
  flush(): void {
    if (this.#block.length === 0) return;
    this.#sink(this.#block.bytes, this.#block.records);
    this.#block.clear();
  }

  /** Hands on what is gathered and closes the device. */
  close(): void {
    this.#handle.close();
    this.flush();
  }

  readonly #onTurn = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  #onFrame(length: number): void {
    const block = this.#block;
    const clock = this.#clock;
    const { buffer, linkType } = this.#handle;
    const now = clock.read();
    if (block.length === 0) {
      this.#blockBegun = now;
      if (!this.#isScheduled) setImmediate(this.#onTurn);
      this.#isScheduled = true;
    }
    const original = length < this.#shortestCut ? length : wireLength(buffer.subarray(0, length), linkType);
    const captured = length < this.#snapLength ? length : this.#snapLength;
    block.add(buffer.subarray(0, captured), original, clock.seconds, clock.nanoseconds);
    if (block.length >= enoughBytes || now - this.#blockBegun > patience) this.flush();
  }
}
