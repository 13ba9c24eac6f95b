// What the current packet is wrapped in, from the outside in: VLANs, labels, sessions and tunnels. As headers are taken
// off, each one that matters is entered here; what comes out is the list a user sees, and the scope: the part of the
// list that tells flows apart.
//
//   frame │ Ethernet │ VLAN 5 │ IPv4 │ UDP │ VXLAN 7 │ Ethernet │ IPv4 │ TCP │ …
//                       └► scope 1 ──────────► └► scope 2
//
// What tells flows apart must be the same in both directions. Identifiers that the receiving end chooses are not:
// GTP's TEIDs, L2TP's sessions, PPTP's calls and MPLS labels. Of the first three the two ends of the tunnel count
// instead; labels do not count as long as `foldEncapsulations` lists `mpls`, as it does by default: the last hop but
// one usually takes them off in one direction.

import type { AlertSink } from "../alerts/alert-sink.js";
import { formatAddress } from "../ip/address.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { EnvelopeNotes } from "./envelope-notes.js";
import { ScopeTable } from "./scopes.js";
import { TunnelEnds } from "./tunnel/ends.js";

/** Tunnels through an IP network. */
export const tunnelKinds = [
  "4in4",
  "4in6",
  "6in4",
  "6in6",
  "gre",
  "nvgre",
  "erspan",
  "pptp",
  "vxlan",
  "geneve",
  "gtp",
  "teredo",
  "l2tp",
  "mpls-in-udp",
] as const;
/** A tunnel: one of `tunnelKinds`. */
export type TunnelKind = (typeof tunnelKinds)[number];

/** What may stand around a packet: VLAN tags, service tags of a backbone (802.1ah), MPLS labels, PPPoE, or a tunnel. */
export type EncapsulationKind = "vlan" | "backbone" | "mpls" | "pppoe" | TunnelKind;
/** Every kind of encapsulation; its place in the list is its number. */
export const encapsulationKinds: readonly EncapsulationKind[] = ["vlan", "backbone", "mpls", "pppoe", ...tunnelKinds];

/** A kind as a number, which is what the path of a packet works with. */
export function numberOf(kind: EncapsulationKind): number {
  return encapsulationKinds.indexOf(kind);
}

/** For kinds without an identifier, and headers that do not say it. */
export const noIdentifier = -1;

/**
 * What of an encapsulation tells flows apart, besides its kind: its identifier, and the addresses of its two ends
 * in either order.
 */
interface Identity {
  readonly byId: boolean;
  readonly byEnds: boolean;
}

const byId: Identity = { byId: true, byEnds: false };
const byEnds: Identity = { byId: false, byEnds: true };
const byBoth: Identity = { byId: true, byEnds: true };
const byKind: Identity = { byId: false, byEnds: false };

const identities: Readonly<Record<EncapsulationKind, Identity>> = {
  vlan: byId,
  backbone: byId,
  mpls: byId,
  pppoe: byId,
  "4in4": byEnds,
  "4in6": byEnds,
  "6in4": byEnds,
  "6in6": byEnds,
  gre: byBoth,
  nvgre: byId, // a network's number, as the next but one: its hosts may move from end to end
  erspan: byBoth,
  vxlan: byId,
  geneve: byId,
  gtp: byEnds,
  teredo: byKind, // the addresses inside are unique, the relays on the way need not be the same
  l2tp: byEnds,
  pptp: byEnds,
  "mpls-in-udp": byEnds,
};

/** One thing a packet is wrapped in. */
export interface Encapsulation {
  /** What it is. */
  readonly kind: EncapsulationKind;
  /**
   * VLAN identifier, service instance of a backbone, MPLS label, PPPoE session, GRE key, ERSPAN session, VXLAN and
   * Geneve network identifier, NVGRE subnet identifier, GTP tunnel endpoint identifier, L2TP session, PPTP call;
   * undefined where the kind has none, or the header does not say.
   */
  readonly id: number | undefined;
  /** Address of the sender of the outer IP packet; undefined where the encapsulation is not a tunnel. */
  readonly source: string | undefined;
  /** Address of the receiver of the outer IP packet; undefined where the encapsulation is not a tunnel. */
  readonly destination: string | undefined;
}

const nothing: readonly Encapsulation[] = Object.freeze([]);

/** Both addresses of an IPv6 packet. */
const endsBytes = 32;

/** How a kind counts in this engine. */
interface Rule extends Identity {
  /** For tunnels. */
  readonly followed: boolean;
  readonly folded: boolean;
}

/** Steps of a scope beside those of a kind by its identifier: between which ends, and a kind of which nothing more is said. */
const endsStep: number = encapsulationKinds.length;
const kindStep: number = endsStep + 1;

export class EncapsulationPath {
  /** Only in an engine that may send. */
  readonly notes: EnvelopeNotes | undefined;
  private readonly packet: Packet;
  private readonly alerts: Pick<AlertSink, "raise">;
  private readonly limit: number;
  private readonly scopes: ScopeTable;
  private readonly ends: TunnelEnds;
  /** By the kind's number. */
  private readonly rules: readonly Rule[];

  /** How many things the packet is wrapped in, and what they are; what lies behind `depth` is of earlier packets. */
  private depth = 0;
  private readonly kinds: Uint8Array;
  private readonly ids: Float64Array;
  private readonly addressLengths: Uint8Array;
  private readonly addresses: Uint8Array;

  constructor(packet: Packet, params: NidsParams, alerts: Pick<AlertSink, "raise">, seed: number) {
    const { maxScopes, maxEncapsulations, tunnels, foldEncapsulations } = params;
    const overflowed = (): void => alerts.raise("scope-limit", false);
    this.notes = params.injector !== undefined || params.killDryRun ? new EnvelopeNotes() : undefined;
    this.packet = packet;
    this.alerts = alerts;
    this.limit = maxEncapsulations;
    this.scopes = new ScopeTable(maxScopes, overflowed);
    this.ends = new TunnelEnds(maxScopes, overflowed, seed);
    this.addresses = new Uint8Array(maxEncapsulations * endsBytes);
    this.kinds = new Uint8Array(maxEncapsulations);
    this.ids = new Float64Array(maxEncapsulations);
    this.addressLengths = new Uint8Array(maxEncapsulations);
    this.rules = encapsulationKinds.map((kind) => ({
      ...identities[kind],
      followed: tunnels.some((tunnel) => tunnel === kind),
      folded: foldEncapsulations.includes(kind),
    }));
  }

  /** A new frame begins: nothing around it is known. */
  begin(): void {
    this.depth = 0;
    this.packet.scope = 0;
    this.notes?.begin();
  }

  /** True when everything around the packet is of these kinds. */
  isOnlyOf(kinds: readonly EncapsulationKind[]): boolean {
    for (let layer = 0; layer < this.depth; layer++) {
      if (!kinds.includes(encapsulationKinds[this.kinds[layer] as number] as EncapsulationKind)) return false;
    }
    return true;
  }

  /** The packet is wrapped in one thing more; false, after an alert, when that is one too many. */
  enter(kind: number, id: number): boolean {
    if (!this.record(kind, id, 0)) return false;
    this.narrow(kind, id);
    return true;
  }

  /**
   * The same for a tunnel whose outer IP packet the cursor is at; false as well when tunnels of this kind are not
   * followed. With `anyEnds` its two ends do not tell flows apart, though they do for others of its kind.
   */
  enterTunnel(kind: number, id: number, anyEnds = false): boolean {
    const { packet } = this;
    if (!(this.rules[kind] as Rule).followed || !this.record(kind, id, packet.addressLength)) return false;
    this.notes?.tunnel(kind, packet);
    const from = packet.addresses;
    const to = (this.depth - 1) * endsBytes;
    for (let byte = 0; byte < 2 * packet.addressLength; byte++) {
      this.addresses[to + byte] = packet.bytes[from + byte] as number;
    }
    this.narrow(kind, id, anyEnds);
    return true;
  }

  /** What the packet is wrapped in, outermost first; the list is the caller's to keep. */
  describe(): readonly Encapsulation[] {
    if (this.depth === 0) return nothing;
    return Array.from({ length: this.depth }, (_, layer) => {
      const kind = encapsulationKinds[this.kinds[layer] as number] as EncapsulationKind;
      const id = this.ids[layer] === noIdentifier ? undefined : this.ids[layer];
      return { kind, id, source: this.end(layer, 0), destination: this.end(layer, 1) };
    });
  }

  /** Forgets all scopes. */
  exit(): void {
    this.begin();
    this.scopes.clear();
    this.ends.clear();
  }

  private record(kind: number, id: number, addressLength: number): boolean {
    if (this.depth === this.limit) {
      this.alerts.raise("encapsulation-depth", false, encapsulationKinds[kind]);
      return false;
    }
    this.kinds[this.depth] = kind;
    this.ids[this.depth] = id;
    this.addressLengths[this.depth] = addressLength;
    this.depth++;
    return true;
  }

  private narrow(kind: number, id: number, anyEnds = false): void {
    const { packet, scopes } = this;
    const rule = this.rules[kind] as Rule;
    if (rule.folded) return;
    if (rule.byEnds && !anyEnds) packet.scope = scopes.enter(packet.scope, endsStep, this.ends.numberOf(packet));
    const says = rule.byId && id !== noIdentifier;
    packet.scope = says ? scopes.enter(packet.scope, kind, id) : scopes.enter(packet.scope, kindStep, kind);
  }

  private end(layer: number, which: number): string | undefined {
    const length = this.addressLengths[layer] as number;
    if (length === 0) return undefined;
    const at = layer * endsBytes + which * length;
    return formatAddress(this.addresses.subarray(at, at + length));
  }
}
