// Finished TCP streams with all their bytes, for Sniffer.receiveStream. The engine follows the connections and puts
// their bytes in order. Where copies of the same bytes differ, the later one wins: among segments that wait, by the
// engine's policy `last`; over bytes that were delivered already, here. A host never does the latter (bytes it has read
// stay as they are), so this shows what was sent last and not what was read.
//
//   frame ─► engine ─┬─ IP packet ─► the segment in hand: a late copy? ─ the engine finds nothing wrong ─► overwrite
//                    └─ stream    ─► Direction: bytes in order

import { HalfState, Nids, TcpState } from "@tsnids/nids";
import type { EndReason, HalfStream, IpPacket, TcpStream } from "@tsnids/nids";
import { Direction } from "./direction.js";
import { PacketError } from "./errors.js";
import type { Packet } from "./packet.js";
import { Cursor } from "./protocol/cursor.js";
import { Tcp } from "./protocol/tcp.js";

/** One side of a stream. */
export interface StreamEndpoint {
  /** Its IP address. */
  readonly address: string;
  /** Its TCP port. */
  readonly port: number;
}

/** A finished TCP stream. */
export interface ReceivedStream {
  /** The side that opened the connection. */
  readonly client: StreamEndpoint;
  /** The other side. */
  readonly server: StreamEndpoint;
  /** What the client sent; bytes never captured are zeros. */
  readonly clientToServer: Uint8Array;
  /** What the server sent. */
  readonly serverToClient: Uint8Array;
  /**
   * Bytes of both that had not been captured when the stream went on without them; a copy may still have come later.
   */
  readonly missing: number;
  /** True where a direction was longer than `maxStreamBytes`: what lies behind was left out. */
  readonly truncated: boolean;
  /** Why it ended; "exit" where both sides had finished, and the packets ended before all was there. */
  readonly endReason: EndReason;
}

/** At most so many SYNs with data are remembered until their connections are established; the oldest are forgotten. */
const maximumOpenings = 4096;
/** Connections followed at once. */
const maximumStreams = 1024;

const TCP = 6;

/** A SYN with data (RFC 7413). */
interface Opening {
  /** Sequence number of the first byte. */
  readonly firstByte: number;
  readonly length: number;
}

/** Follows the TCP connections among packets. */
export class StreamFollower {
  /** Called with each stream when it has ended. */
  readonly #onStream: (stream: ReceivedStream) => void;
  readonly #maxStreamBytes: number;
  readonly #nids: Nids = new Nids({ segmentPolicy: "last", midstream: false, maxStreams: maximumStreams });
  /** By `directionKey`, as the directions. */
  readonly #openings: Map<string, Opening> = new Map();
  readonly #directions: Map<string, Direction> = new Map();
  /** What is to be done when the engine finds nothing wrong with the segment in hand. */
  #whenSound: (() => void)[] = [];

  constructor(maxStreamBytes: number, onStream: (stream: ReceivedStream) => void) {
    this.#maxStreamBytes = maxStreamBytes;
    this.#onStream = onStream;
    this.#nids.registerIp((packet) => this.#look(packet));
    this.#nids.registerTcp((stream) => this.#hear(stream));
    this.#nids.on("alert", ({ code }) => {
      if (code === "tcp-checksum" || code === "tcp-header") this.#whenSound = [];
    });
  }

  /** Takes the next packet. */
  take(packet: Packet): void {
    this.#nids.processFrame(packet.bytes, packet.timestamp, packet.linkType, packet.originalLength);
    this.#settle();
  }

  /**
   * Ends the streams that both sides have finished, with holes or an acknowledgment missing: there are no more packets.
   */
  finish(): void {
    this.#nids.exit();
  }

  /** Looks at an IP packet before the engine takes what is in it; a frame can have several. */
  #look({ protocol, scope, source, destination, payload }: IpPacket): void {
    this.#settle();
    const tcp = protocol === TCP ? readHeader(payload) : undefined;
    if (tcp === undefined || tcp.headerLength === payload.length) return;
    const data = payload.subarray(tcp.headerLength);
    const isSyn = tcp.has("SYN");
    const firstByte = (tcp.sequence + (isSyn ? 1 : 0)) >>> 0; // the SYN itself takes one
    const key = directionKey(scope, source, tcp.sourcePort, destination, tcp.destinationPort);
    const opening = { firstByte, length: data.length };
    if (isSyn) this.#whenSound.push(() => this.#remember(key, opening));
    const direction = this.#directions.get(key);
    if (direction === undefined) return;
    const start = direction.positionOf(firstByte);
    if (start < 0 || start >= direction.length) return;
    const copy = data.slice(0, direction.length - start);
    this.#whenSound.push(() => direction.overwrite(start, copy));
  }

  #settle(): void {
    for (const act of this.#whenSound) act();
    this.#whenSound = [];
  }

  #remember(key: string, opening: Opening): void {
    this.#openings.delete(key);
    this.#openings.set(key, opening);
    if (this.#openings.size <= maximumOpenings) return;
    const [oldest] = this.#openings.keys();
    if (oldest !== undefined) this.#openings.delete(oldest);
  }

  #hear(stream: TcpStream): void {
    const [toServer, toClient] = keysOf(stream);
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        for (const half of [stream.client, stream.server]) {
          half.collect++;
          half.collectUrgent++;
        }
        this.#begin(toServer, stream.server.acknowledgment);
        this.#begin(toClient, stream.client.acknowledgment);
        break;
      case TcpState.DATA:
        this.#directions.get(toServer)?.take(stream.server);
        this.#directions.get(toClient)?.take(stream.client);
        break;
      default:
        this.#end(stream, toServer, toClient);
    }
  }

  /**
   * Begins a direction: with the data in the SYN, where the other side has acknowledged no more than that; otherwise
   * with what it has not acknowledged yet.
   */
  #begin(key: string, acknowledged: number): void {
    const opening = this.#openings.get(key);
    this.#openings.delete(key);
    const isBehindData = opening !== undefined && (acknowledged - opening.firstByte) >>> 0 <= opening.length;
    const firstByte = isBehindData ? opening.firstByte : acknowledged;
    this.#directions.set(key, new Direction(firstByte, this.#maxStreamBytes));
  }

  #end(stream: TcpStream, toServer: string, toClient: string): void {
    const sent = this.#directions.get(toServer);
    const answered = this.#directions.get(toClient);
    const { client, server, endReason } = stream;
    this.#directions.delete(toServer);
    this.#directions.delete(toClient);
    if (sent === undefined || answered === undefined || endReason === undefined) return;
    if (endReason === "exit" && !(hasFinished(client) && hasFinished(server))) return;
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

/** Whether a side has sent a FIN, seen behind all its bytes or behind a hole. */
function hasFinished({ state }: HalfStream): boolean {
  return state !== HalfState.ESTABLISHED;
}

/** The TCP header at the front; undefined where there is none, about which the engine raises an alert. */
function readHeader(payload: Uint8Array): Tcp | undefined {
  try {
    return Tcp.read(new Cursor(payload, 0, payload.length, 0));
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    return undefined;
  }
}

function keysOf(stream: TcpStream): readonly [toServer: string, toClient: string] {
  const { scope, clientAddress, clientPort, serverAddress, serverPort } = stream;
  return [
    directionKey(scope, clientAddress, clientPort, serverAddress, serverPort),
    directionKey(scope, serverAddress, serverPort, clientAddress, clientPort),
  ];
}

/** One direction of a connection in one VLAN or tunnel. */
function directionKey(scope: number, source: string, sourcePort: number, destination: string, port: number): string {
  return `${scope} ${source} ${sourcePort} ${destination} ${port}`;
}
