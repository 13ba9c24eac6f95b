// UDP (RFC 768, RFC 8200 §8.1): checked, then shown to the udp callbacks, the last registered first.

import type { Faults } from "../callbacks/faults.js";
import { Registry } from "../callbacks/registry.js";
import { showTo } from "../callbacks/show-to.js";
import type { Views } from "../callbacks/views.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import { udpHeaderBytes } from "../ip/protocol.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { Tunnels } from "../link/tunnel/tunnels.js";
import { ChecksumState } from "../packet.js";
import type { Packet } from "../packet.js";
import type { Statistics } from "../stats.js";
import { UdpDatagram } from "./udp-datagram.js";

/** A registered udp callback. */
export type UdpCallback = (datagram: UdpDatagram) => void;

export class Udp {
  readonly callbacks: Registry<UdpCallback> = new Registry();
  private readonly packet: Packet;
  private readonly verification: ChecksumVerification;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly views: Views;
  private readonly shown: UdpDatagram;

  constructor(
    packet: Packet,
    path: EncapsulationPath,
    verification: ChecksumVerification,
    statistics: Statistics,
    faults: Faults,
    views: Views,
  ) {
    this.packet = packet;
    this.verification = verification;
    this.statistics = statistics;
    this.faults = faults;
    this.views = views;
    this.shown = new UdpDatagram(packet, path, views);
  }

  /** Takes the datagram the cursor is at; false when it is not right. */
  receive(tunnels: Tunnels): boolean {
    if (!this.acceptable(tunnels)) {
      this.statistics.udpInvalid++;
      return false;
    }
    this.statistics.udpDatagrams++;
    this.shown.ip.inHand = true;
    showTo(this.callbacks, this.shown, this.faults, this.views);
    this.shown.ip.inHand = false;
    return true;
  }

  /** True where header and checksum are right; what is behind the datagram is then cut off. */
  acceptable(tunnels: Tunnels): boolean {
    const { packet } = this;
    const { view, transport, end, cut } = packet;
    const available = end - transport;
    if (available < udpHeaderBytes) return false;
    let length = view.getUint16(transport + 4);
    if (length < udpHeaderBytes || length > available + cut) {
      // Only in a jumbogram is the length left out, because it does not fit (RFC 2675 §4).
      if (length > 0 || available + cut <= 0xffff) return false;
      length = available + cut;
    }
    // Trailing bytes belong to the IP packet, not to the datagram, and not to its checksum.
    const trailing = available + cut - length;
    if (trailing > 0) {
      packet.end = Math.min(end, transport + length);
      packet.transportChecksum = ChecksumState.UNKNOWN;
    }
    // IPv6 allows to leave the checksum out only for tunnels (RFC 6935 §5).
    const unchecked = view.getUint16(transport + 6) === 0 && (packet.family === 4 || tunnels.isAtPort);
    return unchecked || this.verification.transportRight(packet);
  }
}
