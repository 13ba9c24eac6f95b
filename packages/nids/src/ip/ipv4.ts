// The IPv4 header (RFC 791 §3.1): checked once, here; behind this file nobody asks again.

import type { AlertSink } from "../alerts/alert-sink.js";
import type { Checksums } from "../checksum/checksum.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import { ChecksumState } from "../packet.js";
import type { Packet } from "../packet.js";
import { unacceptableOption } from "./ipv4-options.js";
import { ipv4HeaderBytes, TCP, UDP } from "./protocol.js";

export class Ipv4 {
  private readonly packet: Packet;
  private readonly checksums: Checksums;
  private readonly verification: ChecksumVerification;
  private readonly alerts: AlertSink;

  constructor(packet: Packet, checksums: Checksums, verification: ChecksumVerification, alerts: AlertSink) {
    this.packet = packet;
    this.checksums = checksums;
    this.verification = verification;
    this.alerts = alerts;
  }

  /** Checks the packet at `network` and fills in the cursor; false, after an alert, when it is not to be believed. */
  parse(): boolean {
    const { packet } = this;
    const { view, network, networkEnd } = packet;
    const captured = networkEnd - network;
    if (captured < ipv4HeaderBytes) return this.refuse(false);
    const firstWord = view.getInt32(network);
    const headerLength = (firstWord >>> 22) & 0x3c;
    if (firstWord >>> 28 !== 4 || headerLength < ipv4HeaderBytes || captured < headerLength) return this.refuse(false);
    packet.family = 4;
    packet.addresses = packet.pseudoHeader = network + 12;
    let totalLength = firstWord & 0xffff;
    if (totalLength === 0) totalLength = packet.availableLength; // left to the card by segmentation offload
    if (totalLength < headerLength) return this.refuse(true);
    const cut = totalLength - captured;
    if (cut > packet.missing) return this.refuse(true);
    packet.end = cut > 0 ? networkEnd : network + totalLength;
    packet.cut = cut > 0 ? cut : 0;
    const fragment = view.getUint16(network + 6);
    packet.protocol = packet.bytes[network + 9] as number;
    packet.transport = network + headerLength;
    packet.sourceKey = view.getInt32(network + 12);
    packet.destinationKey = view.getInt32(network + 16);
    packet.fragmentOffset = (fragment & 0x1fff) << 3;
    packet.moreFragments = (fragment & 0x2000) !== 0;
    packet.identification = view.getUint16(network + 4);
    packet.repeatedBytes = headerLength;
    packet.protocolAt = network + 9;
    if (!this.checksumsRight(headerLength, totalLength, (fragment & 0x3fff) !== 0)) return this.refuse(true);
    return headerLength === ipv4HeaderBytes || this.optionsAcceptable(network + ipv4HeaderBytes, packet.transport);
  }

  /** Verifies the header, and in the same go the payload, where that is TCP or UDP and whole. */
  private checksumsRight(headerLength: number, totalLength: number, isFragment: boolean): boolean {
    const { packet, verification } = this;
    packet.transportChecksum = ChecksumState.UNKNOWN;
    if (!verification.counts(packet)) return true;
    const { network, protocol } = packet;
    if (!isFragment && packet.cut === 0 && (protocol === TCP || protocol === UDP)) {
      const right = this.checksums.ipv4(network, headerLength, totalLength);
      packet.transportChecksum = (right & 2) === 0 ? ChecksumState.WRONG : ChecksumState.RIGHT;
      if ((right & 1) !== 0) return true;
    } else if (this.checksums.sum(network, headerLength) === 0xffff) {
      return true;
    }
    return packet.reassembled || verification.tolerates(packet);
  }

  /** An option that contradicts itself, or a source route, makes the packet suspect. */
  private optionsAcceptable(start: number, end: number): boolean {
    const kind = unacceptableOption(this.packet.bytes, start, end);
    if (kind !== undefined) this.alerts.raise("ip-options", true, `option ${kind}`);
    return kind === undefined;
  }

  private refuse(withAddresses: boolean): false {
    const { bytes, network, networkEnd } = this.packet;
    this.alerts.raise("ip-header", withAddresses, undefined, { packet: bytes.subarray(network, networkEnd) });
    return false;
  }
}
