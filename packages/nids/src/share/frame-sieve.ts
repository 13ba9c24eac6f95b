// Sorts the frames of a batch by the share that has to see them, for whoever feeds several engines. A frame that is
// plain in every respect concerns nobody but the share of its flow; anything else goes to every share, because it may
// change what all of them know:
//
//   plain: Ethernet │ IPv4 without options and fragments, its checksum right │ TCP with ACK │ …      ──► the share of its flow
//                   │ IPv6 without extension headers                         │
//   fragments, VLANs, tunnels, UDP, ICMP, segments that may be a scan's, damage                      ──► all
//   interfaces whose checksums are still on trial; packets from the past; the first frame            ──► all
//
// The two halves of a decision must agree: where this says "the share of its flow", ShareOfFlows.isOwn says the same there.

import { LinkType } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";
import { ipv4HeaderBytes, ipv6HeaderBytes, TCP, tcpHeaderBytes } from "../ip/protocol.js";
import { ethernetBytes } from "../link/ethernet.js";
import { TcpFlag } from "../tcp/segment.js";
import { flowHash, mostShares, shareOfHash } from "./flow-hash.js";
import { NidsError } from "../errors.js";

/** Says in a list of shares that a frame is for all of them. */
export const everyShare: number = 0xffff;

/** What the sieve has to know of frames; FrameBatch has it. */
export interface SievedFrames {
  /** How many there are. */
  readonly length: number;
  /** Where they were captured. */
  readonly interfaces: readonly CaptureInterface[];
  /** Where each begins in the bytes. */
  readonly offset: Int32Array;
  /** Bytes of each, as captured. */
  readonly capturedLength: Int32Array;
  /** Time of each, in whole seconds since 1970. */
  readonly seconds: Float64Array;
  /** Index of the interface of each. */
  readonly interfaceIndex: Int32Array;
}

/** EtherType, version and, in IPv4, the header length; the next byte may be anything. */
const plainIpv4 = 0x08004500;
const plainIpv6 = 0x86dd6000 | 0;
const typeAndLengthMask = 0xffffff00 | 0;
const typeAndVersionMask = 0xfffff000 | 0;

/** Says of each frame which engine has to see it. One sieve is for the frames of one capture, from its beginning. */
export class FrameSieve {
  private readonly of: number;
  private readonly seed: number;
  private clock = -1;

  /** For `of` shares, with the `seed` that they have. Throws NidsError `invalid-argument`. */
  constructor(of: number, seed: number) {
    if (!Number.isInteger(of) || of < 1 || of > mostShares) {
      throw new NidsError(
        "invalid-argument",
        `FrameSieve(of, seed): of must be a whole number from 1 to ${mostShares}`,
      );
    }
    this.of = of;
    this.seed = seed | 0;
  }

  /** Nothing was captured until `seconds`. */
  silence(seconds: number): void {
    if (this.clock >= 0 && seconds > this.clock) this.clock = seconds;
  }

  /**
   * Writes into `shares`, for each frame, the share it is for, or `everyShare`; and into `ticks` which frames move the
   * packet clock on: engines that are not given such a frame are to be told of its time (FrameBatch.beSilent).
   * Returns how many these are. `view` is of the bytes that offsets point into; `settled` has a 1 for each interface of
   * which an engine has said `isSettled`. Frames are to be given in order, each once.
   */
  sort(frames: SievedFrames, view: DataView, settled: Uint8Array, shares: Uint16Array, ticks: Int32Array): number {
    const { offset, capturedLength, seconds, interfaceIndex, interfaces } = frames;
    let current = -1;
    let open = false;
    let moved = 0;
    for (let index = 0; index < frames.length; index++) {
      const second = seconds[index] as number;
      const isLate = second < this.clock || this.clock < 0;
      if (second > this.clock) {
        this.clock = second;
        ticks[moved++] = index;
      }
      const from = interfaceIndex[index] as number;
      if (from !== current) {
        current = from;
        open = settled[from] === 1 && interfaces[from]?.linkType === LinkType.ETHERNET;
      }
      const isSorted = open && !isLate;
      shares[index] = isSorted
        ? this.shareOf(view, offset[index] as number, capturedLength[index] as number)
        : everyShare;
    }
    return moved;
  }

  private shareOf(view: DataView, frame: number, captured: number): number {
    if (captured < ethernetBytes + ipv4HeaderBytes + tcpHeaderBytes) return everyShare;
    const typeAndVersion = view.getInt32(frame + 12);
    const network = frame + ethernetBytes;
    const available = captured - ethernetBytes;
    if ((typeAndVersion & typeAndLengthMask) === plainIpv4) return this.shareOfIpv4(view, network, available);
    if ((typeAndVersion & typeAndVersionMask) === plainIpv6) return this.shareOfIpv6(view, network, available);
    return everyShare;
  }

  private shareOfIpv4(view: DataView, network: number, available: number): number {
    const lengthWord = view.getInt32(network);
    const fragmentWord = view.getInt32(network + 4);
    const protocolWord = view.getInt32(network + 8);
    const totalLength = lengthWord & 0xffff;
    if (totalLength > available || totalLength < ipv4HeaderBytes + tcpHeaderBytes) return everyShare;
    if ((fragmentWord & 0x3fff) !== 0 || ((protocolWord >>> 16) & 0xff) !== TCP) return everyShare;
    if ((view.getUint8(network + ipv4HeaderBytes + 13) & TcpFlag.ACK) === 0) return everyShare;
    const source = view.getInt32(network + 12);
    const destination = view.getInt32(network + 16);
    let sum = halves(lengthWord) + halves(fragmentWord) + halves(protocolWord) + halves(source) + halves(destination);
    sum = (sum & 0xffff) + (sum >>> 16);
    if ((sum & 0xffff) + (sum >>> 16) !== 0xffff) return everyShare;
    const ports = view.getInt32(network + ipv4HeaderBytes);
    return shareOfHash(flowHash(view, network + 12, 4, ports, this.seed), this.of);
  }

  private shareOfIpv6(view: DataView, network: number, available: number): number {
    const payloadLength = view.getUint16(network + 4);
    if (payloadLength > available - ipv6HeaderBytes || payloadLength < tcpHeaderBytes) return everyShare;
    if (view.getUint8(network + 6) !== TCP) return everyShare;
    if ((view.getUint8(network + ipv6HeaderBytes + 13) & TcpFlag.ACK) === 0) return everyShare;
    const ports = view.getInt32(network + ipv6HeaderBytes);
    return shareOfHash(flowHash(view, network + 8, 16, ports, this.seed), this.of);
  }
}

/** The two halves of a word of 32 bits, added (RFC 1071 §1). */
function halves(word: number): number {
  return (word & 0xffff) + (word >>> 16);
}
