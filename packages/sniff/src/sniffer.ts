// What one endpoint sends and receives, asked for packet by packet or stream by stream.
//
//   packets ─┬─► receiveRaw                     the next packet
//            └─► StreamFollower ─► receiveStream   the next finished stream, once somebody has asked for one

import { requireOptions } from "./arguments.js";
import type { ArgumentName } from "./arguments.js";
import { endpointFilter, isLaterFragment } from "./endpoint-filter.js";
import type { EndpointOptions } from "./endpoint-filter.js";
import { SniffError } from "./errors.js";
import type { Packet } from "./packet.js";
import type { Layer } from "./protocol/layer.js";
import { StreamFollower } from "./received-stream.js";
import type { ReceivedStream } from "./received-stream.js";
import { sniffing } from "./sniff.js";
import type { SniffOptions } from "./sniff.js";
import type { Timestamp } from "./timestamp.js";

/** What a Sniffer can be told. */
export interface SnifferOptions
  extends EndpointOptions, Pick<SniffOptions, "device" | "timeout" | "dump" | "signal" | "open"> {
  /** Bytes kept of each direction of a stream: 1 to 2^30. Default: 16 MiB. */
  readonly maxStreamBytes?: number | undefined;
}

/** A packet in parts. */
export interface RawPacket {
  /** When it was captured. */
  readonly timestamp: Timestamp;
  /** The headers, outermost first. */
  readonly headers: readonly Layer[];
  /** What follows the last one. */
  readonly data: Uint8Array;
  /** The same, with its headers by name: `packet.tcp`. */
  readonly packet: Packet;
}

/** At most so many finished streams wait while packets are received; the oldest are forgotten. */
export const maximumWaitingStreams = 64;

const defaultStreamBytes = 16 * 1024 * 1024;

const optionNames: readonly (keyof SnifferOptions & ArgumentName)[] = [
  "address",
  "port",
  "device",
  "timeout",
  "dump",
  "signal",
  "open",
  "maxStreamBytes",
];

/**
 * Packets and streams from and to an endpoint.
 *
 *     const sniffer = new Sniffer({ address: "10.9.0.1", port: 80 });
 *     const stream = await sniffer.receiveStream();
 */
export class Sniffer {
  readonly #maxStreamBytes: number;
  readonly #hasPort: boolean;
  readonly #stop: AbortController = new AbortController();
  readonly #packets: AsyncGenerator<Packet, void, undefined>;
  readonly #waiting: ReceivedStream[] = [];
  #follower: StreamFollower | undefined;
  #isBusy = false;
  #forgotten = 0;

  /** Opens nothing: the first call of a method does. Throws SniffError `invalid-argument`. */
  constructor(options: SnifferOptions = {}) {
    requireOptions(options, optionNames);
    const { maxStreamBytes = defaultStreamBytes, signal, device, timeout, dump, open } = options;
    const filter = endpointFilter(options);
    const signals = signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]);
    this.#maxStreamBytes = maxStreamBytes;
    this.#hasPort = options.port !== undefined;
    this.#packets = sniffing(Infinity, { filter, device, timeout, dump, open, signal: signals });
  }

  /** Finished streams that were forgotten because more than `maximumWaitingStreams` waited. */
  get forgottenStreams(): number {
    return this.#forgotten;
  }

  /**
   * The next packet from or to the endpoint; undefined when there are no more. Where the endpoint has a port, fragments
   * behind the first are passed over: they have none. Throws InvalidPacketError for a packet no host would accept and
   * UnsupportedPacketError for one that cannot be decoded to the end, and goes on behind it when it is called again;
   * SniffError `busy` while an earlier call waits; and what `sniff` throws.
   */
  receiveRaw(): Promise<RawPacket | undefined> {
    return this.#alone(async () => {
      let packet = await this.#next();
      while (packet !== undefined && this.#hasPort && isLaterFragment(packet)) packet = await this.#next();
      if (packet === undefined) return undefined;
      if (packet.problem !== undefined) throw packet.problem;
      return { timestamp: packet.timestamp, headers: packet.layers, data: packet.payload, packet };
    });
  }

  /**
   * The next TCP stream that has finished, reset or fallen silent, with its bytes; undefined when there are no more
   * packets. Streams are followed from the first call on, and only those whose beginning is seen. Where copies of bytes
   * differ, the later one wins. Throws SniffError `busy` while an earlier call waits, and what `sniff` throws.
   */
  receiveStream(): Promise<ReceivedStream | undefined> {
    return this.#alone(async () => {
      const follower = (this.#follower ??= new StreamFollower(this.#maxStreamBytes, (stream) => this.#keep(stream)));
      while (this.#waiting.length === 0) {
        if ((await this.#next()) !== undefined) continue;
        follower.finish();
        break;
      }
      return this.#waiting.shift();
    });
  }

  /** Ends the capture; a call that waits is answered with undefined. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#packets.return();
  }

  async #next(): Promise<Packet | undefined> {
    const next = await this.#packets.next();
    if (next.done === true) return undefined;
    this.#follower?.take(next.value);
    return next.value;
  }

  #keep(stream: ReceivedStream): void {
    this.#waiting.push(stream);
    if (this.#waiting.length <= maximumWaitingStreams) return;
    this.#waiting.shift();
    this.#forgotten++;
  }

  async #alone<T>(answer: () => Promise<T>): Promise<T> {
    if (this.#isBusy) throw new SniffError("busy", "the sniffer still waits for an earlier call: await it first");
    this.#isBusy = true;
    try {
      return await answer();
    } finally {
      this.#isBusy = false;
    }
  }
}
