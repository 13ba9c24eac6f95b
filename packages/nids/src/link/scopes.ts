// VLANs and tunnels are part of a flow's identity: 10.0.0.1 in VLAN 5 and 10.0.0.1 in VLAN 6 are different hosts. Each path
// of encapsulations a packet came through is a scope, known by a small number; 0 is the bare wire.
//
//   0 ──vlan 5──► 1 ──vlan 100──► 2          the same path always leads to the same number

/** How one encapsulation differs from another of the same value. */
export const ScopeKind = { VLAN: 1 } as const;
export type ScopeKind = (typeof ScopeKind)[keyof typeof ScopeKind];

export class ScopeTable {
  private readonly limit: number;
  private readonly known: Map<number, number> = new Map();
  private readonly overflowed: () => void;

  /** Tells at most `limit` scopes apart; one more calls `overflowed` and is given the number 0. */
  constructor(limit: number, overflowed: () => void) {
    this.limit = limit;
    this.overflowed = overflowed;
  }

  /** The scope reached from `parent` by one more encapsulation; `value` is its identifier, up to 24 bits. */
  enter(parent: number, kind: ScopeKind, value: number): number {
    const key = (parent * 16 + kind) * 2 ** 24 + value;
    const scope = this.known.get(key);
    if (scope !== undefined) return scope;
    if (this.known.size >= this.limit) {
      this.overflowed();
      return 0;
    }
    this.known.set(key, this.known.size + 1);
    return this.known.size;
  }

  /** Forgets all scopes. */
  clear(): void {
    this.known.clear();
  }
}
