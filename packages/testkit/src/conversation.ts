/**
 * A TCP conversation, segment by segment. It keeps the sequence number each side sends next, so that a test only says
 * what is unusual:
 *
 *     conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
 *       .handshake().send("client", "GET / HTTP/1.0\r\n\r\n").ack("server")
 *       .segment("client", { seq: +10, data: "late" })       // ten bytes further on: a hole before it
 *       .fin("client").ack("server").fin("server").ack("client");
 *
 * "Next" is one past the highest byte the side has sent so far (SND.NXT, RFC 9293 §3.3.1):
 *
 *     isn │S│ 0 1 2 3 4 │ · · · │ l a t e │
 *                       ▲ next            ▲ next after the late segment: it moves on over holes
 *
 * and stays where it is for bytes sent again. A segment marked `stray` (forged, or broken) does not move it.
 */
import type { FrameBatch } from "@tsnids/pcap";
import { parseEndpoint, type Endpoint } from "./address.js";
import { Capture } from "./capture.js";
import { TestkitError } from "./errors.js";
import { frame, type Frame, type FrameOptions } from "./frame.js";
import { fit, octets, type Data } from "./octets.js";
import { tcpPacket, type IpOptions } from "./packet.js";
import { advance, distance } from "./sequence.js";
import type { TcpOption } from "./tcp-options.js";
import { TcpFlag, tcpFlags, type TcpFields } from "./tcp.js";
import { addTime, defaultStart, time, type Time, type TimeLike } from "./time.js";

/** Who sends. */
export type Side = "client" | "server";

/** Between whom, and how it is captured. */
export interface ConversationOptions extends Omit<FrameOptions, "time"> {
  /** Who opens the connection: "10.0.0.1:40000" or "[2001:db8::1]:40000". */
  readonly client: string;
  /** The other side, in the same form. */
  readonly server: string;
  /** Initial sequence number of the client, default 1000. */
  readonly clientIsn?: number;
  /** Initial sequence number of the server, default 5000. */
  readonly serverIsn?: number;
  /** Time of the first packet, default 2001-09-09 01:46:40 UTC. */
  readonly start?: TimeLike;
  /** From one packet to the next, default 1 ms. */
  readonly step?: TimeLike;
  /** `send` splits its data into segments of at most so many bytes. Default 1460. */
  readonly segmentSize?: number;
  /** IP header fields of every packet. IPv4 identification counts up from 1 unless given. */
  readonly ip?: IpOptions;
}

/** TCP fields that a segment may set as they stand in the header. */
type HeaderFields = Pick<TcpFields, "window" | "urgentPointer" | "options" | "dataOffset" | "checksum">;

/** What is unusual about one segment. */
export interface SegmentOptions extends HeaderFields, Omit<FrameOptions, "link"> {
  /** The payload. Default none. */
  readonly data?: Data;
  /** Letters of F S R P A U E C. Default "PA" with data, "A" without. */
  readonly flags?: string;
  /** Sequence number relative to the side's next one (for a SYN: to its ISN). Default 0. */
  readonly seq?: number;
  /** Sequence number as in the header, instead of `seq`. */
  readonly absoluteSeq?: number;
  /** Acknowledgment relative to what the other side has sent so far. Default 0. Ignored without the ACK flag. */
  readonly ack?: number;
  /** Acknowledgment as in the header, instead of `ack`; written also without the ACK flag. */
  readonly absoluteAck?: number;
  /** IP header fields of this packet, on top of the conversation's. */
  readonly ip?: IpOptions;
  /** The segment is not the side's own: its next sequence number stays. */
  readonly stray?: boolean;
}

/** One side: where it is, and where its sequence numbers stand. */
interface Sender {
  readonly endpoint: Endpoint;
  isn: number;
  next: number;
}

function segmentSizeOf({ segmentSize: size = 1460 }: ConversationOptions): number {
  if (Number.isInteger(size) && size >= 1) return size;
  throw new TestkitError("bad-field", `segmentSize: ${size} is no number of bytes; give a whole number, 1 at least`);
}

function sender(endpoint: string, isn: number): Sender {
  return { endpoint: parseEndpoint(endpoint), isn, next: advance(isn, 1) };
}

/**
 * Accounts for a segment of `length` data bytes; SYN and FIN take a number each (RFC 9293 §3.4). A SYN with another ISN
 * starts the numbers anew.
 */
function moveNext(from: Sender, seq: number, length: number, flags: number): void {
  const isSyn = (flags & TcpFlag.SYN) !== 0;
  if (isSyn && seq !== from.isn) {
    from.isn = seq;
    from.next = seq;
  }
  if ((flags & TcpFlag.RST) !== 0) return;
  const end = advance(seq, length + (isSyn ? 1 : 0) + ((flags & TcpFlag.FIN) !== 0 ? 1 : 0));
  if (distance(from.next, end) > 0) from.next = end;
}

/** Adds segments to itself; every method that sends returns the conversation. Iterating gives its frames. */
export class Conversation implements Iterable<Frame> {
  readonly #options: ConversationOptions;
  readonly #senders: Readonly<Record<Side, Sender>>;
  readonly #frames: Frame[] = [];
  readonly #step: Time;
  readonly #segmentSize: number;
  #now: Time;
  #built = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#senders = {
      client: sender(options.client, fit("clientIsn", options.clientIsn ?? 1000, 32)),
      server: sender(options.server, fit("serverIsn", options.serverIsn ?? 5000, 32)),
    };
    this.#segmentSize = segmentSizeOf(options);
    this.#step = time(options.step ?? "0.001");
    this.#now = time(options.start ?? defaultStart);
  }

  /** The frames so far. */
  get frames(): readonly Frame[] {
    return this.#frames;
  }

  [Symbol.iterator](): Iterator<Frame> {
    return this.#frames[Symbol.iterator]();
  }

  /** Sequence number that `side` sends next. */
  nextSeq(side: Side): number {
    return this.#sender(side).next;
  }

  /** The next packet is captured at this moment. */
  at(moment: TimeLike): this {
    this.#now = time(moment);
    return this;
  }

  /** The next packet is captured so much later than it would have been. */
  wait(duration: TimeLike): this {
    this.#now = addTime(this.#now, time(duration));
    return this;
  }

  /** SYN, SYN and ACK, ACK. The options go into the two SYNs. */
  handshake(clientOptions: readonly TcpOption[] = [], serverOptions: readonly TcpOption[] = clientOptions): this {
    return this.segment("client", { flags: "S", options: clientOptions })
      .segment("server", { flags: "SA", options: serverOptions })
      .ack("client");
  }

  /** Data, in as many segments as `segmentSize` asks for. */
  send(side: Side, data: Data, options: SegmentOptions = {}): this {
    const bytes = octets(data);
    const size = this.#segmentSize;
    for (let start = 0; start < bytes.length; start += size) {
      this.segment(side, { ...options, data: bytes.subarray(start, start + size) });
    }
    return this;
  }

  /** A bare acknowledgment of all the other side has sent. */
  ack(side: Side, options: SegmentOptions = {}): this {
    return this.segment(side, { ...options, flags: "A" });
  }

  /** FIN and ACK, with data if given. */
  fin(side: Side, options: SegmentOptions = {}): this {
    return this.segment(side, { ...options, flags: "FA" });
  }

  /** RST and ACK. */
  reset(side: Side, options: SegmentOptions = {}): this {
    return this.segment(side, { ...options, flags: "RA" });
  }

  /** Any segment at all. */
  segment(side: Side, options: SegmentOptions = {}): this {
    this.#frames.push(this.build(side, options));
    return this;
  }

  /**
   * Like `segment`, but gives the frame back instead of adding it: for a caller that keeps the frames himself.
   * Throws TestkitError for fields that do not fit.
   */
  build(side: Side, options: SegmentOptions = {}): Frame {
    const from = this.#sender(side);
    const to = this.#sender(side === "client" ? "server" : "client");
    const data = octets(options.data ?? "");
    const letters = options.flags ?? (data.length > 0 ? "PA" : "A");
    const flags = tcpFlags(letters);
    const isSyn = (flags & TcpFlag.SYN) !== 0;
    const seq = options.absoluteSeq ?? advance(isSyn ? from.isn : from.next, options.seq ?? 0);
    const relativeAck = (flags & TcpFlag.ACK) !== 0 ? advance(to.next, options.ack ?? 0) : 0;
    const packet = tcpPacket(
      from.endpoint,
      to.endpoint,
      { ...options, data, flags: letters, seq, ack: options.absoluteAck ?? relativeAck },
      this.#ipOptions(options.ip),
    );
    const built = frame(packet, { ...this.#options, ...options, time: this.#tick(options.time) });
    if (options.stray !== true) moveNext(from, seq, data.length, flags);
    return built;
  }

  /** The frames as a capture, for transforms. */
  capture(): Capture {
    return new Capture([...this.#frames]);
  }

  /** The frames as one batch. */
  batch(): FrameBatch {
    return this.capture().batch();
  }

  /** The frames as a classic pcap file. */
  pcap(): Uint8Array {
    return this.capture().pcap();
  }

  #sender(side: Side): Sender {
    if (Object.hasOwn(this.#senders, side)) return this.#senders[side];
    throw new TestkitError("bad-field", `side: "${side as string}" is neither "client" nor "server"`);
  }

  /** The time of this packet; the next one comes a step later. */
  #tick(moment: TimeLike | undefined): Time {
    const now = moment === undefined ? this.#now : time(moment);
    this.#now = addTime(now, this.#step);
    return now;
  }

  #ipOptions(ofPacket: IpOptions | undefined): IpOptions {
    this.#built += 1;
    const identification = this.#built & 0xffff;
    return {
      ipv4: { identification, ...this.#options.ip?.ipv4, ...ofPacket?.ipv4 },
      ipv6: { ...this.#options.ip?.ipv6, ...ofPacket?.ipv6 },
    };
  }
}

/** A conversation with nothing sent yet. Throws TestkitError `bad-address`, `bad-field`. */
export function conversation(options: ConversationOptions): Conversation {
  return new Conversation(options);
}
