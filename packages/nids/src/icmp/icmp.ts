// ICMP (RFC 792) and ICMPv6 (RFC 4443): checked, then shown to the icmp callbacks, the last registered first. A message
// that says a TCP connection cannot be opened makes the engine forget what it has seen of it, so that the next attempt
// begins anew. As in libnids, established connections are immune (RFC 1122 §4.2.3.9 calls for more, RFC 5927 §5.2
// against), and what only the destination itself can say is not believed from anybody else.

import type { Faults } from "../callbacks/faults.js";
import { Registry } from "../callbacks/registry.js";
import { showTo } from "../callbacks/show-to.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { Views } from "../callbacks/views.js";
import { icmpHeaderBytes, ICMPV6, TCP } from "../ip/protocol.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { Statistics } from "../stats.js";
import type { FlowLookup } from "../tcp/flow-lookup.js";
import type { Connections } from "../tcp/connections.js";
import { IcmpMessage } from "./icmp-message.js";
import { QuotedPacket } from "./quoted-packet.js";

/** Of the quoted transport header so much must be there (RFC 792). */
const quotedBytes = 8;

/**
 * "Destination unreachable": its type, its codes, and those of them that only the destination can send: protocol and
 * port unreachable.
 */
const unreachable = {
  4: { type: 3, codes: 15, fromDestination: [2, 3] },
  6: { type: 1, codes: 7, fromDestination: [4] },
} as const;

/** A registered icmp callback. */
export type IcmpCallback = (message: IcmpMessage) => void;

/** Everything the ICMP stage works with. */
export interface IcmpParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly path: EncapsulationPath;
  readonly statistics: Statistics;
  readonly faults: Faults;
  readonly views: Views;
  readonly lookup: FlowLookup;
  readonly notifier: TcpNotifier;
  readonly connections: Connections;
}

export class Icmp {
  readonly callbacks: Registry<IcmpCallback> = new Registry();
  private readonly memory: EngineMemory;
  private readonly packet: Packet;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly views: Views;
  private readonly lookup: FlowLookup;
  private readonly connections: Connections;
  private readonly quote: QuotedPacket = new QuotedPacket();
  private readonly shown: IcmpMessage;

  constructor(parts: IcmpParts) {
    this.memory = parts.memory;
    this.packet = parts.packet;
    this.statistics = parts.statistics;
    this.faults = parts.faults;
    this.views = parts.views;
    this.lookup = parts.lookup;
    this.connections = parts.connections;
    this.shown = new IcmpMessage(parts.packet, parts.path, parts.views, parts.lookup, parts.notifier);
  }

  /** Takes the message of the packet's own version the cursor is at. */
  receive(): void {
    if (!this.acceptable()) {
      this.statistics.icmpInvalid++;
      return;
    }
    this.statistics.icmpMessages++;
    this.shown.ip.inHand = true;
    showTo(this.callbacks, this.shown, this.faults, this.views);
    this.shown.ip.inHand = false;
    if (this.saysUnreachable()) this.forget();
  }

  /** The header is there and the checksum right. No parameter excuses it: hosts do not leave this one to their cards. */
  private acceptable(): boolean {
    const { family, pseudoHeader, transport, end, cut } = this.packet;
    const { checksums } = this.memory;
    const length = end - transport;
    if (length < icmpHeaderBytes) return false;
    if (cut > 0) return true; // cannot be judged
    if (family === 4) return checksums.sum(transport, length) === 0xffff;
    return checksums.transport(pseudoHeader, 32, ICMPV6, transport, length) === 1;
  }

  /** True where the message says, and may say, that the packet it quotes did not arrive. */
  private saysUnreachable(): boolean {
    const { bytes, family, addresses, addressLength, transport, cut } = this.packet;
    const { type, codes, fromDestination } = unreachable[family === 4 ? 4 : 6];
    const code = bytes[transport + 1] as number;
    if (bytes[transport] !== type || code > codes || cut > 0 || !this.quote.read(this.packet)) return false;
    if (!(fromDestination as readonly number[]).includes(code)) return true;
    const quotedDestination = this.quote.addresses + addressLength;
    for (let at = 0; at < addressLength; at++) {
      if (bytes[addresses + at] !== bytes[quotedDestination + at]) return false;
    }
    return true;
  }

  private forget(): void {
    const { quote, packet } = this;
    if (quote.protocol !== TCP || !quote.hasPorts || quote.available < quotedBytes) return;
    const found = this.lookup.locate(quote.addresses, packet.family, packet.scope, quote.ports(packet));
    if (found !== 0) this.connections.unreachable(found >> 1);
  }
}
