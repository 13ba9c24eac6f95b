// The loop over frames: it sets clock and interface, lets the express lane look ahead and take what it can, and sends
// the rest on the way of any frame.
//
//   batch ─► (copied into the engine's memory) ─► frames of one second and interface ─► window ─► express lane
//                                                                                              └► link ─► ip ─► …

import { FrameBatch } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";
import type { Faults } from "./callbacks/faults.js";
import type { ChecksumVerification } from "./checksum/verification.js";
import type { PacketClock } from "./clock.js";
import { NidsError } from "./errors.js";
import type { ExpressLane } from "./express/express-lane.js";
import { expressWindow } from "./express/express-window.js";
import type { Ip } from "./ip/ip.js";
import type { LinkLayer } from "./link/decap.js";
import { copyBytes, intakeBytes } from "./memory/layout.js";
import type { EngineMemory } from "./memory/layout.js";
import type { Packet } from "./packet.js";
import type { Statistics } from "./stats.js";

/** What the loop works with. */
export interface FrameLoopParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly statistics: Statistics;
  readonly faults: Faults;
  readonly clock: PacketClock;
  readonly verification: ChecksumVerification;
  readonly link: LinkLayer;
  readonly ip: Ip;
  readonly express: ExpressLane;
  /** Called when the packet clock has moved on by a second or more. */
  readonly tick: () => void;
}

export class FrameLoop {
  /** Where sources put bytes that need not be copied. */
  readonly intake: Uint8Array;
  private readonly memory: EngineMemory;
  private readonly packet: Packet;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly clock: PacketClock;
  private readonly verification: ChecksumVerification;
  private readonly link: LinkLayer;
  private readonly ip: Ip;
  private readonly express: ExpressLane;
  private readonly tick: () => void;
  private interfaces: readonly CaptureInterface[] = [];
  private currentInterface = 0;
  /** Stands for the frame in hand while there is none. */
  private readonly silentTime: FrameBatch = new FrameBatch(1);
  /** The first frame of the batch in hand that is not counted yet. */
  private uncounted = 0;

  constructor(parts: FrameLoopParts) {
    const { memory } = parts;
    this.intake = memory.bytes.subarray(memory.intake, memory.intake + intakeBytes);
    this.memory = memory;
    this.packet = parts.packet;
    this.statistics = parts.statistics;
    this.faults = parts.faults;
    this.clock = parts.clock;
    this.verification = parts.verification;
    this.link = parts.link;
    this.ip = parts.ip;
    this.express = parts.express;
    this.tick = parts.tick;
  }

  /** Processes frames first … last - 1 of a batch. Throws CallbackError behind a frame for which a callback threw. */
  frames(batch: FrameBatch, first: number, last: number): void {
    // Here and not in the loop's own function, which would be compiled anew where a second capture begins.
    if (batch.interfaces !== this.interfaces) this.changeInterfaces(batch);
    this.packet.batch = batch;
    this.packet.index = first - 1;
    this.uncounted = first;
    try {
      if (batch.bytes.buffer !== this.memory.buffer) this.framesFromElsewhere(batch, first, last);
      else this.framesInPlace(batch, first, last, batch.bytes.byteOffset);
    } finally {
      this.countInHand();
    }
  }

  /**
   * Frames whose bytes lie elsewhere: these are copied, as many frames at a time as there is room for; not into the
   * intake, in which the source in hand may have frames still to come.
   */
  private framesFromElsewhere(batch: FrameBatch, first: number, last: number): void {
    const { memory } = this;
    const { offset, capturedLength, bytes } = batch;
    while (first < last) {
      const start = offset[first] as number;
      let end = start;
      let next = first;
      for (; next < last && (offset[next] as number) >= end; next++) {
        const frameEnd = (offset[next] as number) + (capturedLength[next] as number);
        if (frameEnd - start > copyBytes) break;
        end = frameEnd;
      }
      if (next === first) {
        throw new NidsError("invalid-argument", `process(batch): frame ${first} is longer than ${copyBytes} bytes`);
      }
      memory.bytes.set(bytes.subarray(start, end), memory.copies);
      this.framesInPlace(batch, first, next, memory.copies - start);
      first = next;
    }
  }

  /**
   * Frames that lie in the engine's memory, `shift` bytes behind where the batch says: as many at a time as are of one
   * second and interface. What happens once a second is thus no branch in the loop over frames, which V8 would compile
   * anew when it is first taken.
   */
  private framesInPlace(batch: FrameBatch, first: number, last: number, shift: number): void {
    while (first < last) {
      this.packet.index = first;
      this.open(batch, first);
      // What a callback threw because the clock moved on is thrown behind the frame that moved it.
      const end = this.faults.pending ? first + 1 : endOfSecond(batch, first, last);
      this.windows(batch, first, end, shift);
      first = end;
    }
  }

  /** Sets interface and clock by a frame. */
  private open({ seconds, interfaceIndex }: FrameBatch, index: number): void {
    const ofFrame = interfaceIndex[index] as number;
    if (ofFrame !== this.currentInterface) this.select(ofFrame);
    if (seconds[index] !== this.clock.seconds && this.clock.set()) this.tick();
  }

  /** The loop over frames of one second and interface: a window after the other. */
  private windows(batch: FrameBatch, first: number, last: number, shift: number): void {
    const { packet, faults, express } = this;
    while (first < last) {
      const end = Math.min(last, first + expressWindow);
      packet.index = first;
      express.lookAhead(batch, first, end, shift);
      for (let index = express.take(first, end); index < end; index = express.take(index + 1, end)) {
        this.frame(batch, index, shift);
        if (faults.pending) throw faults.take(index);
      }
      first = end;
    }
  }

  /** Counts the frames up to and including the current one. */
  countInHand(): void {
    this.countFrames(this.packet.index + 1);
  }

  /** Forgets the interfaces; the next capture brings its own. */
  clear(): void {
    this.interfaces = [];
  }

  /** Counts the frames of the batch in hand before `end` that are not counted yet; done once for many, not for each. */
  private countFrames(end: number): void {
    const { capturedLength } = this.packet.batch;
    let bytes = 0;
    for (let index = this.uncounted; index < end; index++) bytes += capturedLength[index] as number;
    this.statistics.frames += end - this.uncounted;
    this.statistics.bytes += bytes;
    this.uncounted = end;
    this.express.count();
  }

  /** The way of any frame. */
  private frame({ offset, capturedLength }: FrameBatch, index: number, shift: number): void {
    const { packet } = this;
    packet.frame = (offset[index] as number) + shift;
    packet.frameEnd = packet.frame + (capturedLength[index] as number);
    let family = this.link.locate();
    for (;;) {
      packet.reassembled = false;
      packet.linkEnd = packet.network;
      if (family !== 0) this.ip.receive(family);
      if (packet.rest === 0) break;
      family = this.link.locateNext();
    }
    this.express.review();
  }

  /** Frames of another source: its interfaces have nothing to do with those before. */
  private changeInterfaces(batch: FrameBatch): void {
    this.interfaces = batch.interfaces;
    this.verification.open(batch.interfaces);
    this.select(batch.interfaceIndex[0] ?? 0);
  }

  private select(index: number): void {
    this.express.close();
    this.currentInterface = index;
    this.link.linkType = this.interfaces[index]?.linkType ?? -1;
    this.verification.select(index);
    this.express.review();
  }

  /** Nothing came until a time: that is the time of whatever happens now, such as connections that are given up. */
  silence({ silentUntil, silentNanoseconds }: FrameBatch): void {
    if (silentUntil < 0 || !this.clock.advance(silentUntil)) return;
    const { packet, silentTime, faults } = this;
    silentTime.clear();
    silentTime.push(0, 0, 0, silentUntil, silentNanoseconds, this.currentInterface);
    packet.batch = silentTime;
    packet.index = 0;
    this.uncounted = 1; // statistics() counts up to the frame in hand, and this is none.
    this.tick();
    if (faults.pending) throw faults.take(-1);
  }
}

/** The index behind the last frame, from `first` on, of the same interface and second. */
function endOfSecond({ seconds, interfaceIndex }: FrameBatch, first: number, last: number): number {
  const second = seconds[first];
  const ofFirst = interfaceIndex[first];
  let end = first + 1;
  while (end < last && seconds[end] === second && interfaceIndex[end] === ofFirst) end++;
  return end;
}
