// Finished TCP streams with all their bytes, for Sniffer.receiveStream. The engine follows the connections and puts
// their bytes in order. Where copies of the same bytes differ, the later one wins: among segments that wait, by the
// engine's policy `last`; over bytes that were delivered already, here. A host never does the latter (bytes it has read
// stay as they are), so this shows what was sent last and not what was read.
//
//   received   [ 0 . . . . . . . . . . . . length )          positions: sequence number - first one - 1
//   late copy        [ start … end )                         overwrites up to `length`; what lies behind is the engine's matter

import { Nids, TcpState } from "@tsnids/nids";
import type { EndReason, HalfStream, TcpStream } from "@tsnids/nids";
import type { Packet } from "./packet.js";

/** One side of a stream. */
export interface StreamEndpoint {
  readonly address: string;
  readonly port: number;
}

/** A finished TCP stream. */
export interface ReceivedStream {
  readonly client: StreamEndpoint;
  readonly server: StreamEndpoint;
  /** What the client sent; bytes never captured are zeros. */
  readonly clientToServer: Uint8Array;
  /** What the server sent. */
  readonly serverToClient: Uint8Array;
  /** Bytes of both that were never captured. */
  readonly missing: number;
  /** True where a direction was longer than `maxStreamBytes`: what lies behind was left out. */
  readonly truncated: boolean;
  /** Why it ended; "exit" where both sides had finished, and the packets ended before all was there. */
  readonly endReason: EndReason;
}

/** Beginnings of connections remembered; the oldest are forgotten, and late copies in them are no longer noticed. */
const maximumBeginnings = 4096;
/** Connections followed at once. */
const maximumStreams = 1024;

/** Follows the TCP connections among packets. */
export class StreamFollower {
  /** Called with each stream when it has ended. */
  readonly #onStream: (stream: ReceivedStream) => void;
  readonly #maxStreamBytes: number;
  readonly #nids: Nids = new Nids({ segmentPolicy: "last", midstream: false, maxStreams: maximumStreams });
  /** Sequence number of the first byte, by sender and receiver. */
  readonly #firstBytes: Map<string, number> = new Map();
  readonly #directions: Map<string, Direction> = new Map();
  /** Packets so far that the engine did not believe. */
  #refused = 0;

  constructor(maxStreamBytes: number, onStream: (stream: ReceivedStream) => void) {
    this.#maxStreamBytes = maxStreamBytes;
    this.#onStream = onStream;
    this.#nids.registerTcp((stream) => this.#hear(stream));
    this.#nids.on("alert", ({ code }) => {
      if (code === "tcp-checksum" || code === "tcp-header" || code === "ip-header") this.#refused++;
    });
  }

  /** Takes the next packet. */
  take(packet: Packet): void {
    const late = this.#lateCopy(packet);
    const refused = this.#refused;
    this.#nids.processFrame(packet.bytes, packet.timestamp, packet.linkType, packet.originalLength);
    if (this.#refused === refused) late?.();
  }

  /** There are no more packets: streams that both sides have finished, with holes or an acknowledgment missing, end now. */
  finish(): void {
    this.#nids.exit();
  }

  /** What is to be done when the packet turns out to be sound: its payload over bytes that are there already. */
  #lateCopy({ ip, tcp, payload }: Packet): (() => void) | undefined {
    if (ip === undefined || tcp === undefined) return undefined;
    const key = directionKey(ip.source, tcp.sourcePort, ip.destination, tcp.destinationPort);
    if (tcp.has("SYN")) this.#begin(key, (tcp.sequence + 1) >>> 0);
    const direction = this.#directions.get(key);
    const first = this.#firstBytes.get(key);
    if (direction === undefined || first === undefined) return undefined;
    direction.hasFin ||= tcp.has("FIN");
    const start = (tcp.sequence + (tcp.has("SYN") ? 1 : 0) - first) | 0;
    const { length } = direction;
    if (payload.length === 0 || start < 0 || start >= length) return undefined;
    return () => direction.overwrite(start, payload.subarray(0, length - start));
  }

  #begin(key: string, firstByte: number): void {
    this.#firstBytes.delete(key);
    this.#firstBytes.set(key, firstByte);
    if (this.#firstBytes.size <= maximumBeginnings) return;
    const [oldest] = this.#firstBytes.keys();
    if (oldest !== undefined) this.#firstBytes.delete(oldest);
  }

  #hear(stream: TcpStream): void {
    const [toServer, toClient] = keysOf(stream);
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        for (const half of [stream.client, stream.server]) {
          half.collect++;
          half.collectUrgent++;
        }
        this.#directions.set(toServer, new Direction(this.#maxStreamBytes));
        this.#directions.set(toClient, new Direction(this.#maxStreamBytes));
        break;
      case TcpState.DATA:
        this.#directions.get(toServer)?.take(stream.server);
        this.#directions.get(toClient)?.take(stream.client);
        break;
      default:
        this.#end(stream, toServer, toClient);
    }
  }

  #end(stream: TcpStream, toServer: string, toClient: string): void {
    const sent = this.#directions.get(toServer);
    const answered = this.#directions.get(toClient);
    const { endReason } = stream;
    this.#directions.delete(toServer);
    this.#directions.delete(toClient);
    if (sent === undefined || answered === undefined || endReason === undefined) return;
    if (endReason === "exit" && !(sent.hasFin && answered.hasFin)) return;
    this.#onStream({
      client: { address: stream.clientAddress, port: stream.clientPort },
      server: { address: stream.serverAddress, port: stream.serverPort },
      clientToServer: sent.bytes,
      serverToClient: answered.bytes,
      missing: sent.missing + answered.missing,
      truncated: sent.isTruncated || answered.isTruncated,
      endReason,
    });
  }
}

/** The bytes of one direction, gaps as zeros. */
class Direction {
  /** Bytes so far, also those that were not kept. */
  length = 0;
  missing = 0;
  /** A FIN was seen. */
  hasFin = false;
  readonly #limit: number;
  #kept: Uint8Array = new Uint8Array(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): Uint8Array {
    return this.#kept.slice(0, Math.min(this.length, this.#limit));
  }

  get isTruncated(): boolean {
    return this.length > this.#limit;
  }

  /** Takes what a DATA notification has for this direction: a gap, fresh bytes, an urgent one, or nothing. */
  take(half: HalfStream): void {
    this.missing += half.gapLength;
    this.#grow(half.gapLength);
    if (half.countNew > 0) this.#append(half.data);
    if (half.countNewUrgent > 0) this.#append(Uint8Array.of(half.urgentData));
  }

  /** Writes over bytes that are there. */
  overwrite(start: number, bytes: Uint8Array): void {
    this.#kept.set(bytes.subarray(0, Math.max(0, this.#limit - start)), Math.min(start, this.#kept.length));
  }

  #append(bytes: Uint8Array): void {
    const start = this.length;
    this.#grow(bytes.length);
    if (start < this.#limit) this.#kept.set(bytes.subarray(0, this.#limit - start), start);
  }

  #grow(count: number): void {
    this.length += count;
    const needed = Math.min(this.length, this.#limit);
    if (needed <= this.#kept.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.#kept.length)));
    larger.set(this.#kept);
    this.#kept = larger;
  }
}

function keysOf(stream: TcpStream): readonly [toServer: string, toClient: string] {
  const { clientAddress, clientPort, serverAddress, serverPort } = stream;
  return [
    directionKey(clientAddress, clientPort, serverAddress, serverPort),
    directionKey(serverAddress, serverPort, clientAddress, clientPort),
  ];
}

function directionKey(source: string, sourcePort: number, destination: string, destinationPort: number): string {
  return `${source} ${sourcePort} ${destination} ${destinationPort}`;
}
