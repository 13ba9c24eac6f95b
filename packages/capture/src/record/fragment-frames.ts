// The frames that a packet consists of. Of a datagram in fragments, the engine shows the packet with the frame that
// completed it; the frames before it are kept here until then. A tunnel's datagram can be in fragments, too, and what
// it carries a fragment of another:
//
//     frame 1   first fragment             kept
//     frame 2   last fragment ─► datagram  the packet is frames 1, 2
//
// RFC 791 §3.2: fragments belong together by addresses, protocol and identification; RFC 8200 §4.5: by addresses and
// identification.

import type { IpPacket } from "@tsnids/nids";
import type { FrameInHand, HeldFrame } from "./held-frame.js";
import { Prologue } from "./prologue.js";

/** Seconds of packet time after which a fragment of the same identification belongs to another datagram (RFC 8200 §4.5). */
const lifetime = 60;

/** Bytes that a datagram takes besides its frames, which may all be too large to be kept. */
const datagramOverhead = 256;

const version4 = 4;
const header4 = 20;
const header6 = 40;
const fragmentHeader = 44;
/** Extension headers that can stand before a fragment header: hop-by-hop, routing, destination options. */
const skipped: ReadonlySet<number> = new Set([0, 43, 60]);

/** The fragments of one datagram. */
interface Fragments {
  readonly begin: number;
  readonly frames: Prologue;
}

/** Keeps the frames of incomplete datagrams. */
export class FragmentFrames {
  /** Datagrams whose frames were forgotten to keep within the limit. */
  forgotten = 0;
  readonly #limit: number;
  readonly #datagrams: Map<string, Fragments> = new Map();
  #bytes = 0;
  readonly #inHand: FrameInHand;
  /** The frame in hand, and what was before it of the packet that it completes. */
  #frame: HeldFrame | undefined;
  #before: Prologue | undefined;
  #latest: string | undefined;

  /** `limit`: bytes kept of all datagrams together. */
  constructor(limit: number, inHand: FrameInHand) {
    this.#limit = limit;
    this.#inHand = inHand;
  }

  /** What an ip fragment callback sees: keeps the frame if the packet is a fragment. */
  see(packet: IpPacket): void {
    const frame = this.#inHand.ofFirstSight(packet);
    this.#turnTo(frame);
    const { bytes } = packet;
    const identity = identityOf(bytes);
    if (identity === undefined) return;
    const key = `${packet.scope} ${identity}`;
    this.#latest = key;
    const { seconds } = packet;
    let datagram = this.#datagrams.get(key);
    if (datagram !== undefined && Math.abs(seconds - datagram.begin) > lifetime) {
      this.#drop(key);
      datagram = undefined;
    }
    if (datagram === undefined) {
      datagram = { begin: seconds, frames: new Prologue() };
      this.#datagrams.set(key, datagram);
      this.#bytes += datagramOverhead;
    }
    this.#bytes -= datagram.frames.bytes;
    if (this.#before !== undefined) datagram.frames.keepAll(this.#before, this.#limit);
    datagram.frames.keep(frame, this.#limit);
    this.#bytes += datagram.frames.bytes;
    for (const oldest of this.#datagrams.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.forgotten++;
      this.#drop(oldest);
    }
  }

  /** What an ip callback sees: the earlier frames that the packet consists of; undefined where there are none. */
  before(packet: IpPacket): Prologue | undefined {
    this.#turnTo(this.#inHand.of(packet));
    if (packet.reassembled && this.#latest !== undefined) {
      this.#before = this.#datagrams.get(this.#latest)?.frames;
      this.#before?.removeLast();
      this.#drop(this.#latest);
      this.#latest = undefined;
    }
    return this.#before;
  }

  #turnTo(frame: HeldFrame): void {
    if (frame === this.#frame) return;
    this.#frame = frame;
    this.#before = undefined;
    this.#latest = undefined;
  }

  #drop(key: string): void {
    const datagram = this.#datagrams.get(key);
    if (datagram === undefined) return;
    this.#bytes -= datagram.frames.bytes + datagramOverhead;
    this.#datagrams.delete(key);
  }
}

/** What the fragments of a datagram have in common; undefined for a packet that is none, or too short to tell. */
function identityOf(bytes: Uint8Array): string | undefined {
  if (bytes.length < header4) return undefined;
  if (bytes[0]! >> 4 === version4) {
    const isWhole = ((bytes[6]! & 0x3f) | bytes[7]!) === 0;
    return isWhole ? undefined : String.fromCharCode(bytes[4]!, bytes[5]!, bytes[9]!, ...bytes.subarray(12, 20));
  }
  let [next, at] = [bytes[6]!, header6];
  while (skipped.has(next) && at + 8 <= bytes.length) {
    next = bytes[at]!;
    at += 8 * (bytes[at + 1]! + 1);
  }
  if (next !== fragmentHeader || at + 8 > bytes.length) return undefined;
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8), ...bytes.subarray(8, header6));
}
