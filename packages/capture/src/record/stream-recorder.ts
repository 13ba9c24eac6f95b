// Records the packets of chosen streams: of those that a callback found interesting, from the handshake on.
//
//     SYN  SYN,ACK  ACK  GET /…                                   packets of a stream
//     └──── prologue: kept ────┘ choose(stream) ─► written ─► every further packet is written as it comes
//
// A stream can be chosen once it is known, which is after its first packets. So the first packets of every stream are
// kept for a while: `prologueBytes` of each, `maximumPrologueBytes` of all; where that is too much, the stream not seen
// for longest loses its prologue.
//
// A packet belongs to a stream by addresses, ports and scope, whatever its sequence numbers; copies and late packets
// are recorded too. The frame is recorded as it was captured, with all that is around the packet; of a datagram that
// came in fragments all their frames (fragment-frames.ts), when the last one has come. A frame with several packets of
// chosen streams is written once (held-frame.ts).

import type { IpPacket, Nids, StreamRecording, TcpStream } from "@tsnids/nids";
import { FragmentFrames } from "./fragment-frames.js";
import { FrameInHand } from "./held-frame.js";
import { Prologue } from "./prologue.js";
import { RecordError } from "./record-error.js";
import type { Recorder } from "./recorder.js";

const TCP = 6;
const AUTHENTICATION = 51;
const flagsOffset = 13;
const SYN = 0x02;
const SYN_ACK = 0x12;

/** Streams remembered at most; those chosen that are still open do not count. */
export const maximumRememberedStreams = 65536;

/** What a stream recorder can be told. */
export interface StreamRecorderOptions {
  /** Bytes kept of a stream that was not chosen yet. Default: 65536. */
  readonly prologueBytes?: number;
  /** Bytes kept of all of them. Default: 16 MiB. */
  readonly maximumPrologueBytes?: number;
  /** Bytes kept of the fragments of incomplete datagrams, whatever they belong to. Default: 4 MiB. */
  readonly maximumFragmentBytes?: number;
}

/** A stream as packets show it. */
interface RecordedStream {
  /** Undefined as long as it was not chosen. */
  chosen: TcpStream | undefined;
  prologue: Prologue | undefined;
}

/** Writes the packets of streams that are chosen in callbacks of an engine. */
export class StreamRecorder implements StreamRecording {
  /** Prologues given up to keep within `maximumPrologueBytes`. */
  forgottenPrologues = 0;
  /** Frames of chosen streams that came before the choice and were not kept. */
  missingFrames = 0;
  readonly #recorder: Recorder;
  readonly #prologueBytes: number;
  readonly #maximumPrologueBytes: number;
  readonly #inHand: FrameInHand = new FrameInHand();
  readonly #fragments: FragmentFrames;
  /** The one seen last comes last. */
  readonly #streams: Map<string, RecordedStream> = new Map();
  #keptBytes = 0;

  /**
   * Registers an ip and an ip fragment callback, which costs the engine some of its speed. `recorder` is finished by
   * its owner, after the run. Throws RecordError `invalid-option`.
   */
  constructor(nids: Nids, recorder: Recorder, options: StreamRecorderOptions = {}) {
    const { prologueBytes = 65536, maximumPrologueBytes = 16 * 1024 * 1024 } = options;
    const { maximumFragmentBytes = 4 * 1024 * 1024 } = options;
    for (const [name, value] of Object.entries({ prologueBytes, maximumPrologueBytes, maximumFragmentBytes })) {
      if (Number.isSafeInteger(value) && value >= 0) continue;
      throw new RecordError(
        "invalid-option",
        "StreamRecorder",
        `${name} must be a whole number from 0 on, not ${value}`,
      );
    }
    this.#fragments = new FragmentFrames(maximumFragmentBytes, this.#inHand);
    this.#recorder = recorder;
    this.#prologueBytes = prologueBytes;
    this.#maximumPrologueBytes = maximumPrologueBytes;
    nids.recordWith(this);
    nids.registerIpFragment((packet) => this.#fragments.see(packet));
    nids.registerIp((packet) => this.#take(packet));
  }

  /** Incomplete datagrams whose fragments were given up to keep within `maximumFragmentBytes`. */
  get forgottenDatagrams(): number {
    return this.#fragments.forgotten;
  }

  /**
   * What `stream.record()` does: has the packets of a stream recorded, those before too where they were kept. For
   * callbacks, at any time. Throws RecordError.
   */
  choose(stream: TcpStream): void {
    const { clientAddress, clientPort, serverAddress, serverPort, scope } = stream;
    const key = keyOf(clientAddress, clientPort, serverAddress, serverPort, scope);
    const recorded = this.#streams.get(key) ?? { chosen: undefined, prologue: undefined };
    if (recorded.chosen === stream) return;
    this.#streams.set(key, recorded);
    recorded.chosen = stream;
    this.missingFrames += recorded.prologue?.missing ?? 0;
    recorded.prologue?.write(this.#recorder);
    this.#dropPrologue(recorded);
  }

  #take(packet: IpPacket): void {
    const before = this.#fragments.before(packet);
    const payload = segmentOf(packet);
    if (payload === undefined || payload.length <= flagsOffset) return;
    const { source, destination, scope } = packet;
    const frame = this.#inHand.of(packet);
    const key = keyOf(source, portAt(payload, 0), destination, portAt(payload, 2), scope);
    const isSyn = (payload[flagsOffset]! & SYN_ACK) === SYN;
    let stream = this.#streams.get(key);
    if (stream !== undefined) this.#streams.delete(key);
    // The same endpoints once more: another connection.
    if (stream?.chosen?.endReason !== undefined && isSyn) stream = undefined;
    stream ??= { chosen: undefined, prologue: undefined };
    this.#streams.set(key, stream);
    if (stream.chosen !== undefined) {
      before?.write(this.#recorder);
      this.missingFrames += before?.missing ?? 0;
      frame.write(this.#recorder);
    } else {
      const prologue = (stream.prologue ??= new Prologue());
      this.#keptBytes -= prologue.bytes;
      if (before !== undefined) prologue.keepAll(before, this.#prologueBytes);
      prologue.keep(frame, this.#prologueBytes);
      this.#keptBytes += prologue.bytes;
    }
    this.#makeRoom();
  }

  /** Forgets what was not seen for longest, until all is within its limits. */
  #makeRoom(): void {
    if (this.#keptBytes <= this.#maximumPrologueBytes && this.#streams.size <= maximumRememberedStreams) return;
    for (const [key, stream] of this.#streams) {
      if (stream.chosen !== undefined && stream.chosen.endReason === undefined) continue;
      if (stream.prologue !== undefined) this.forgottenPrologues++;
      this.#dropPrologue(stream);
      this.#streams.delete(key);
      if (this.#keptBytes <= this.#maximumPrologueBytes && this.#streams.size <= maximumRememberedStreams) return;
    }
  }

  #dropPrologue(stream: RecordedStream): void {
    this.#keptBytes -= stream.prologue?.bytes ?? 0;
    stream.prologue = undefined;
  }
}

/**
 * The TCP segment in a packet; undefined where there is none. In IPv4 the engine's `payload` may begin with an
 * authentication header (RFC 4302 §2); in IPv6 it is behind it already.
 */
function segmentOf({ protocol, payload }: IpPacket): Uint8Array | undefined {
  if (protocol === TCP) return payload;
  if (protocol !== AUTHENTICATION || payload.length < 2 || payload[0] !== TCP) return undefined;
  return payload.subarray((payload[1]! + 2) * 4);
}

/** The same for both directions. */
function keyOf(address: string, port: number, otherAddress: string, otherPort: number, scope: number): string {
  const [one, other] = [`${address} ${port}`, `${otherAddress} ${otherPort}`];
  return one < other ? `${one} ${other} ${scope}` : `${other} ${one} ${scope}`;
}

function portAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! * 256 + bytes[offset + 1]!;
}
