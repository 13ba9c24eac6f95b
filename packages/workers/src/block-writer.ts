// Writes the frames of one worker into its block, in few copies: frames that lie one behind the other, or nearly so,
// are a run, which is copied in one go with what is between them. A copy of its own costs a frame more than a few
// hundred bytes that nobody needs.
//
//   batch  │ a a a │·│ b b │ · · · · · · · · │ c c c │
//   block  │ a a a │·│ b b │ · │ c c c │
//
// V8 copies to and from shared memory word by word where both places lie alike within a word, and byte by byte
// otherwise, which is eight times slower. A run therefore begins up to seven bytes behind the one before it.

import type { FrameBlock } from "./frame-block.js";

/** Bytes between two frames that are copied along. */
const widestGap = 256;

const wordBytes = 8;

export class BlockWriter {
  private block: FrameBlock | undefined;
  private bytes: Uint8Array = new Uint8Array(0);
  /** How batch and block lie to each other within a word. */
  private skew = 0;
  /** The run: these bytes of the batch, and where they go. None yet where it ends where it starts. */
  private start = 0;
  private end = 0;
  private target = 0;

  /** Writes into this block, behind what it has. What was written before has been copied. */
  begin(block: FrameBlock | undefined): void {
    this.block = block;
    this.target = block?.end ?? 0;
    this.read(this.bytes);
  }

  /** The frames to come lie in these bytes. What was written before has been copied. */
  read(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.skew = bytes.byteOffset - (this.block?.bytes.byteOffset ?? 0);
  }

  /** Adds a frame, named as in FrameBatch.push; false where it has no room. */
  add(
    frame: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): boolean {
    const { block } = this;
    const goesOn = this.goesOn(frame);
    const place = goesOn ? this.target + frame - this.start : this.nextPlace(frame);
    if (block === undefined || !block.hasRoom(place, capturedLength)) return false;
    if (!goesOn) {
      this.copy();
      this.start = frame;
      this.target = place;
    }
    this.end = frame + capturedLength;
    block.push(place, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex);
    return true;
  }

  /** False where the block has no room for this frame. */
  hasRoom(frame: number, capturedLength: number): boolean {
    const place = this.goesOn(frame) ? this.target + frame - this.start : this.nextPlace(frame);
    return this.block?.hasRoom(place, capturedLength) === true;
  }

  /** Copies what is not copied yet: the bytes may become others, and the block may be sent. */
  copy(): void {
    this.block?.bytes.set(this.bytes.subarray(this.start, this.end), this.target);
    this.target += this.end - this.start;
    this.start = this.end = 0;
  }

  private goesOn(frame: number): boolean {
    return this.end > this.start && frame >= this.end && frame - this.end <= widestGap;
  }

  /** The first place behind the run that lies within a word as the frame does. */
  private nextPlace(frame: number): number {
    const behind = this.target + this.end - this.start;
    return behind + ((frame + this.skew - behind) & (wordBytes - 1));
  }
}
