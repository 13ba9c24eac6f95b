// VLANs and tunnels are part of a flow's identity: 10.0.0.1 in VLAN 5 and 10.0.0.1 in VLAN 6 are different hosts. Each path
// of encapsulations a packet came through is a scope, known by a small number; 0 is the bare wire.
//
//   0 ──vlan 5──► 1 ──vlan 100──► 2          the same path always leads to the same number

/** Kinds of steps and their values are numbers below these; scopes as well, so that the three of them make one exact number. */
const kindsOfSteps = 2 ** 5;
const values = 2 ** 32;
/** The most scopes that can be told apart. */
export const mostScopes: number = 2 ** 16 - 1;

const lateSlots = 256;
/** Leaves as many bits of a 32-bit hash as number the slots. */
const lateShift = 24;

export class ScopeTable {
  private readonly limit: number;
  private readonly known: Map<number, number> = new Map();
  private readonly overflowed: () => void;
  /** What was asked lately is often asked again: a slot for each of a few keys, by the end of a hash. */
  private readonly lateKeys: Float64Array = new Float64Array(lateSlots).fill(-1);
  private readonly lateScopes: Uint16Array = new Uint16Array(lateSlots);

  /** Tells at most `limit` scopes apart; one more calls `overflowed` and is given the number 0. */
  constructor(limit: number, overflowed: () => void) {
    this.limit = limit;
    this.overflowed = overflowed;
  }

  /** The scope reached from `parent` by one step more, of this kind (0 to 31) and value (32 bits). */
  enter(parent: number, kind: number, value: number): number {
    const key = (parent * kindsOfSteps + kind) * values + value;
    const slot = Math.imul((parent << 5) ^ kind ^ value, 0x9e3779b1) >>> lateShift;
    if (this.lateKeys[slot] === key) return this.lateScopes[slot] as number;
    const scope = this.known.get(key) ?? this.add(key);
    if (scope === 0) return 0;
    this.lateKeys[slot] = key;
    this.lateScopes[slot] = scope;
    return scope;
  }

  /** Forgets all scopes. */
  clear(): void {
    this.known.clear();
    this.lateKeys.fill(-1);
  }

  private add(key: number): number {
    if (this.known.size >= this.limit) {
      this.overflowed();
      return 0;
    }
    this.known.set(key, this.known.size + 1);
    return this.known.size;
  }
}
