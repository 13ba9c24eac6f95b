// Ethernet frames with IPv4 (RFC 791) and TCP (RFC 9293) from stream positions, checksums right.
//
//     | Ethernet 14 | IPv4 20 | TCP 20 (SYN: 28) | payload | padding up to 60 bytes, the least Ethernet carries |
//
// The payload's part of the checksum comes from the pool's running sums, so a full-size segment costs little more than
// its copy. Fragments are cut from the TCP bytes put together once aside.

import { C2S } from "./flow.js";

/** TCP control bits (RFC 9293 section 3.1). */
export const TcpFlag = Object.freeze({ FIN: 0x01, SYN: 0x02, PSH: 0x08, ACK: 0x10 });

/** Largest payload of a segment on Ethernet without TCP options. */
export const FULL_SEGMENT = 1460;

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const TCP_BYTES = 20;
const SYN_OPTION_BYTES = 8;
const LEAST_FRAME_BYTES = 60;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;
const TIME_TO_LIVE = 64;
const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const SYN_WINDOW = 64_240;
const WINDOW = 4096; // times 2^7: 512 KiB, more than any generated window
// Maximum segment size 1460, no-operation, window scale 7 (RFC 9293 section 3.2, RFC 7323 section 2.2).
const SYN_OPTIONS_HIGH = 0x0204_05b4;
const SYN_OPTIONS_LOW = 0x0103_0307;

/** Writes TCP segments of flows, whole or as IP fragments. */
export class FrameWriter {
  #pcap;
  #pool;
  #identification = 0;

  /**
   * @param {import("./pcap-stream.js").PcapStream} pcap
   * @param {import("./payload-pool.js").PayloadPool} pool
   */
  constructor(pcap, pool) {
    this.#pcap = pcap;
    this.#pool = pool;
  }

  /**
   * Writes one segment as one frame.
   * @param {import("./flow.js").Flow} flow
   * @param {number} direction
   * @param {number} position stream position of the first payload byte (-1 for a SYN: it stands before byte 0)
   * @param {number} length payload bytes
   * @param {number} acknowledged stream position of the other direction the ACK field names
   * @param {number} flags
   */
  segment(flow, direction, position, length, acknowledged, flags) {
    const tcpLength = tcpHeaderBytes(flags) + length;
    const ipLength = IP_BYTES + tcpLength;
    const frameLength = Math.max(ETHERNET_BYTES + ipLength, LEAST_FRAME_BYTES);
    const at = this.#pcap.record(frameLength);
    this.#networkHeaders(at, flow, direction, ipLength, this.#nextIdentification(), DONT_FRAGMENT);
    const { bytes, view } = this.#pcap;
    this.#tcp(bytes, view, at + ETHERNET_BYTES + IP_BYTES, flow, direction, position, length, acknowledged, flags);
    const end = at + ETHERNET_BYTES + ipLength;
    if (end < at + frameLength) bytes.fill(0, end, at + frameLength);
  }

  /**
   * Puts the TCP bytes of a segment together for sending as fragments. Parameters as for `segment`.
   * @param {import("./flow.js").Flow} flow
   * @param {number} direction
   * @param {number} position
   * @param {number} length
   * @param {number} acknowledged
   * @param {number} flags
   * @returns {{identification: number, tcp: Uint8Array}}
   */
  datagram(flow, direction, position, length, acknowledged, flags) {
    const tcp = new Uint8Array(tcpHeaderBytes(flags) + length);
    this.#tcp(tcp, new DataView(tcp.buffer), 0, flow, direction, position, length, acknowledged, flags);
    return { identification: this.#nextIdentification(), tcp };
  }

  /**
   * Writes the piece [start, end) of a datagram as one fragment.
   * @param {import("./flow.js").Flow} flow
   * @param {number} direction
   * @param {{identification: number, tcp: Uint8Array}} datagram
   * @param {number} start a multiple of 8 (RFC 791 section 3.2)
   * @param {number} end a multiple of 8, or the datagram's end
   */
  fragment(flow, direction, datagram, start, end) {
    const more = end < datagram.tcp.length ? MORE_FRAGMENTS : 0;
    const ipLength = IP_BYTES + end - start;
    const frameLength = Math.max(ETHERNET_BYTES + ipLength, LEAST_FRAME_BYTES);
    const at = this.#pcap.record(frameLength);
    this.#networkHeaders(at, flow, direction, ipLength, datagram.identification, more | (start >>> 3));
    const { bytes } = this.#pcap;
    bytes.set(datagram.tcp.subarray(start, end), at + ETHERNET_BYTES + IP_BYTES);
    bytes.fill(0, at + ETHERNET_BYTES + ipLength, at + frameLength);
  }

  #nextIdentification() {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }

  /** Ethernet and IPv4 headers; `fragmentField` is the 16-bit word of flags and fragment offset. */
  #networkHeaders(at, flow, direction, ipLength, identification, fragmentField) {
    const { view } = this.#pcap;
    const fromClient = direction === C2S;
    const source = fromClient ? flow.clientAddress : flow.serverAddress;
    const destination = fromClient ? flow.serverAddress : flow.clientAddress;
    // Locally administered addresses: 02:00:00:00:00:01 is the clients' gateway, :02 the servers'.
    view.setUint32(at, 0x0200_0000);
    view.setUint16(at + 4, fromClient ? 2 : 1);
    view.setUint32(at + 6, 0x0200_0000);
    view.setUint16(at + 10, fromClient ? 1 : 2);
    view.setUint16(at + 12, ETHERTYPE_IPV4);
    const ip = at + ETHERNET_BYTES;
    const sum =
      0x4500 +
      ipLength +
      identification +
      fragmentField +
      ((TIME_TO_LIVE << 8) | PROTOCOL_TCP) +
      words(source) +
      words(destination);
    view.setUint16(ip, 0x4500);
    view.setUint16(ip + 2, ipLength);
    view.setUint16(ip + 4, identification);
    view.setUint16(ip + 6, fragmentField);
    view.setUint16(ip + 8, (TIME_TO_LIVE << 8) | PROTOCOL_TCP);
    view.setUint16(ip + 10, complement(sum));
    view.setInt32(ip + 12, source);
    view.setInt32(ip + 16, destination);
  }

  /** TCP header, options and payload at `at`. */
  #tcp(bytes, view, at, flow, direction, position, length, acknowledged, flags) {
    const fromClient = direction === C2S;
    const sourcePort = fromClient ? flow.clientPort : flow.serverPort;
    const destinationPort = fromClient ? flow.serverPort : flow.clientPort;
    const isn = fromClient ? flow.clientIsn : flow.serverIsn;
    const otherIsn = fromClient ? flow.serverIsn : flow.clientIsn;
    const sequence = (isn + 1 + position) | 0;
    const acknowledgment = flags & TcpFlag.ACK ? (otherIsn + 1 + acknowledged) | 0 : 0;
    const headerBytes = tcpHeaderBytes(flags);
    const offsetAndFlags = (headerBytes << 10) | flags; // header length in 32-bit words, in the top four bits
    const window = flags & TcpFlag.SYN ? SYN_WINDOW : WINDOW;
    let sum =
      words(flow.clientAddress) + // pseudo header (RFC 9293 section 3.1): both addresses, protocol, length
      words(flow.serverAddress) +
      PROTOCOL_TCP +
      headerBytes +
      length +
      sourcePort +
      destinationPort +
      words(sequence) +
      words(acknowledgment) +
      offsetAndFlags +
      window;
    view.setUint16(at, sourcePort);
    view.setUint16(at + 2, destinationPort);
    view.setInt32(at + 4, sequence);
    view.setInt32(at + 8, acknowledgment);
    view.setUint16(at + 12, offsetAndFlags);
    view.setUint16(at + 14, window);
    view.setUint16(at + 18, 0); // urgent pointer
    if (flags & TcpFlag.SYN) {
      sum += words(SYN_OPTIONS_HIGH) + words(SYN_OPTIONS_LOW);
      view.setUint32(at + 20, SYN_OPTIONS_HIGH);
      view.setUint32(at + 24, SYN_OPTIONS_LOW);
    }
    if (length > 0) {
      const place = this.#pool.place(fromClient ? flow.clientStart : flow.serverStart, position);
      sum += this.#pool.sum(place, length);
      bytes.set(this.#pool.bytes.subarray(place, place + length), at + headerBytes);
    }
    view.setUint16(at + 16, complement(sum));
  }
}

/** @param {number} flags @returns {number} */
function tcpHeaderBytes(flags) {
  return flags & TcpFlag.SYN ? TCP_BYTES + SYN_OPTION_BYTES : TCP_BYTES;
}

/** @param {number} value 32 bits @returns {number} sum of its two 16-bit words */
function words(value) {
  return (value >>> 16) + (value & 0xffff);
}

/** @param {number} sum @returns {number} the Internet checksum: folded to 16 bits and complemented (RFC 1071) */
function complement(sum) {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}
