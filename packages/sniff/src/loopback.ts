// Loopback duplicates. What a host sends to itself passes its loopback device twice, out and in, and some systems and
// programs capture both. The two have the same bytes from the IP header on and come at once; a retransmission comes
// later (RFC 6298 §2.4: a second, in practice 200 ms), and over IPv4 most often with another identification.

import { LinkType } from "@tsnids/pcap";
import type { Packet } from "./packet.js";
import { LinuxCooked } from "./protocol/link.js";
import type { Timestamp } from "./timestamp.js";

/** At most so many seconds lie between the two. */
const longestDelay = 0.01;
/** At most so many packets are remembered whose second copy may still come. */
const maximumPending = 64;
/** ARPHRD_LOOPBACK of Linux. */
const loopbackHardware = 772;
const noAddress = "00:00:00:00:00:00";

/** Finds the second of two. */
export class LoopbackDuplicates {
  readonly #pending: Map<string, Timestamp> = new Map();

  /** True for a packet whose first copy came just before on the loopback device, and has not had its second yet. */
  isDuplicate(packet: Packet): boolean {
    const { ip, timestamp, bytes, trailer } = packet;
    if (ip === undefined || !isLoopback(packet)) return false;
    const start = ip.bytes.byteOffset - bytes.byteOffset;
    const key = Buffer.from(bytes.subarray(start, bytes.length - trailer.length)).toString("latin1");
    const first = this.#pending.get(key);
    this.#pending.delete(key);
    if (first !== undefined && Math.abs(timestamp.since(first)) <= longestDelay) return true;
    this.#pending.set(key, timestamp);
    if (this.#pending.size > maximumPending) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.#pending.delete(oldest);
    }
    return false;
  }
}

/** Whether a packet was captured on a loopback device, as far as it shows. */
function isLoopback({ linkType, ethernet, layers, ip }: Packet): boolean {
  if (linkType === LinkType.NULL || linkType === LinkType.LOOP) return true;
  if (ethernet?.source === noAddress && ethernet.destination === noAddress) return true;
  if (layers.some((layer) => layer instanceof LinuxCooked && layer.hardware === loopbackHardware)) return true;
  return ip !== undefined && (ip.source.startsWith("127.") || ip.source === "::1");
}
