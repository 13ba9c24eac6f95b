// The instructions of the machine. A program is a Int32Array of eight numbers per instruction:
//
//     ┌──────┬──────┬──────┬──────┬──────┬──────┬──────┬──────┐
//     │ code │  a   │  b   │  c   │  d   │  e   │ then │ else │
//     └──────┴──────┴──────┴──────┴──────┴──────┴──────┴──────┘
//
// then and else are indices of instructions, or ends. An instruction that decides nothing goes on at `then`. Every jump
// goes to a smaller index, so a program ends after as many steps as it has instructions.

/** Numbers per instruction, as a shift: an instruction begins at index << instructionShift. */
export const instructionShift = 3;

/** Where an instruction goes instead of to another one. */
export const End = { ACCEPT: -1, REJECT: -2 } as const;

/** The codes. "r[x]" is a register, "at" the place r[b] + a. */
export const Code = {
  /** (byte at & c) === d */
  EQUAL_8: 0,
  /** (16 bits at & c) === d */
  EQUAL_16: 1,
  /** (32 bits at & c) === d */
  EQUAL_32: 2,
  /** r[c] = byte at */
  LOAD_8: 3,
  /** r[c] = 16 bits at */
  LOAD_16: 4,
  /** r[c] = 32 bits at */
  LOAD_32: 5,
  /** r[c] = a */
  NUMBER: 6,
  /** r[c] = length on the wire */
  LENGTH: 7,
  /** r[c] = r[a] op r[b], d being the operator */
  COMPUTE: 8,
  /** r[a] === r[b] */
  COMPARE_EQUAL: 9,
  /** r[a] > r[b] */
  COMPARE_GREATER: 10,
  /** r[a] >= r[b] */
  COMPARE_AT_LEAST: 11,
  /** r[TRANSPORT] = r[b] + 4 * (byte at & 15) */
  IPV4_HEADER: 12,
  /** r[c] = bytes 2 and 3, the lower one first */
  RADIO_HEADER: 13,
  /** r[c] = r[b] + length of the 802.11 header at r[b]; d: radiotap before it */
  WLAN_HEADER: 14,
  /** the Geneve header at: r[c] = place of its type, r[d] = place of the inner frame, r[e] = place of what that carries */
  GENEVE_HEADER: 15,
  /** the IPv4 packet at is whole or a first fragment; notes where it is */
  FIRST_FRAGMENT: 18,
  /** the IPv4 header at has protocol c in its chain of headers */
  CHAIN_4: 16,
  /** the same for IPv6 */
  CHAIN_6: 17,
} as const;

/** Operators of COMPUTE, by number. */
export const operators = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"] as const;
