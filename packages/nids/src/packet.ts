// The cursor: one object, reused for every packet, that says where the headers of the current packet lie in the engine's
// memory. Each stage fills in its part and hands the cursor to the right; nothing is copied and nothing is allocated.
//
//   frame          network            transport          end            networkEnd   frameEnd
//   │ link header  │ IP header(s)     │ segment …        │ (padding)    │            │
//
// For a datagram put together from fragments, network … end point into the datagram region instead of the frame.

import { FrameBatch } from "@tsnids/pcap";
import type { EngineMemory } from "./memory/layout.js";

/** What is known about the checksums of a packet. */
export const ChecksumState = { UNKNOWN: 0, RIGHT: 1, WRONG: 2 } as const;
export type ChecksumState = (typeof ChecksumState)[keyof typeof ChecksumState];

/** What `missing` is where bytes were cut off and nobody says how many; more than any packet has. */
export const unknownCut: number = 2 ** 20;

/** The current packet. All positions are byte offsets in the engine's memory. */
export class Packet {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;

  // The frame, as the source delivered it: its place in the batch, and what is not always looked at is asked there.
  batch: FrameBatch = new FrameBatch(1);
  index = 0;
  frame = 0;
  frameEnd = 0;
  /** The packet clock in whole seconds: like `seconds`, but it never goes back. */
  clock = 0;

  // link/: where the IP header begins (0: there is no packet in hand), where what was captured of it ends, and in which
  // VLAN or tunnel (0: none). Inside a tunnel these are about the packet in hand, not about the one around it.
  network = 0;
  /** Where everything around the packet ends: `network`, until that points to a datagram put together from fragments. */
  linkEnd = 0;
  networkEnd = 0;
  /** Where another packet begins in the same frame; 0 where it holds no more. */
  rest = 0;
  /** Bytes behind `networkEnd` that the snap length, or who mirrored the frame, cut off; or `unknownCut`. */
  missing = 0;
  scope = 0;

  // ip/: the validated datagram.
  /** 4 or 6. */
  family = 4;
  /** Transport protocol number. */
  protocol = 0;
  /** Where the source address lies; the destination follows it. */
  addresses = 0;
  /** The same for the pseudo-header of checksums: there the destination is the last one (RFC 8200 §8.1). */
  pseudoHeader = 0;
  /** Source and destination as 32-bit keys: the IPv4 addresses themselves, or seeded digests of the IPv6 ones. */
  sourceKey = 0;
  destinationKey = 0;
  /** Where the payload of the datagram begins (0: not known yet), and the end of what was captured of it. */
  transport = 0;
  end = 0;
  /** Bytes of the payload behind `end` that the snap length cut off. */
  cut = 0;
  /** Place in the datagram of a fragment's payload in bytes, and whether more follow; 0 and false for a whole datagram. */
  fragmentOffset = 0;
  moreFragments = false;
  identification = 0;
  /** Bytes of the headers that every fragment repeats, and where the byte lies that names the protocol of what follows them. */
  repeatedBytes = 0;
  protocolAt = 0;
  /** Whether the transport checksum is right, where that was asked together with the IP header's. */
  transportChecksum: ChecksumState = ChecksumState.UNKNOWN;
  /** True for a datagram that was put together from fragments. */
  reassembled = false;

  constructor(memory: Pick<EngineMemory, "bytes" | "view">) {
    this.bytes = memory.bytes;
    this.view = memory.view;
  }

  /** When the frame was captured: whole seconds since 1970. */
  get seconds(): number {
    return this.batch.seconds[this.index] as number;
  }

  get nanoseconds(): number {
    return this.batch.nanoseconds[this.index] as number;
  }

  /** Index of the interface the frame was captured on. */
  get interfaceIndex(): number {
    return this.batch.interfaceIndex[this.index] as number;
  }

  /** How long a packet at `network` is that does not say it: all there was, as far as that is known. */
  get availableLength(): number {
    return this.networkEnd - this.network + (this.missing === unknownCut ? 0 : this.missing);
  }

  /** The scope together with the family, as the flow table wants it. */
  get scopeKey(): number {
    return (this.scope << 1) | (this.family === 4 ? 0 : 1);
  }

  /** True for an IPv4 packet from 0.0.0.0 to 0.0.0.0: neither can be meant (RFC 1122 §3.2.1.3). */
  get isUnaddressed(): boolean {
    return this.family === 4 && (this.sourceKey | this.destinationKey) === 0;
  }

  /** Bytes of one address: 4 or 16. */
  get addressLength(): number {
    return this.family === 4 ? 4 : 16;
  }
}
