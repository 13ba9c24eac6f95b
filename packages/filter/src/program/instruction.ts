// The instructions of the machine. A program is a graph of them: each knows those it may go to.
//
//     ┌──────┬───┬───┬───┬───┬───┬──────┬───────────┐
//     │ code │ a │ b │ c │ d │ e │ then │ otherwise │
//     └──────┴───┴───┴───┴───┴───┴──┬───┴─────┬─────┘
//                                   ▼         ▼
//
// One that decides nothing goes on at `then`. Instructions only know those made before them, so there are no circles, and a
// program ends after as many steps as it has instructions.

/** One step of a program. Numbers are signed, with the bits of the unsigned ones they stand for. */
export class Instruction {
  readonly code: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly then: Instruction;
  readonly otherwise: Instruction;

  /** Without somewhere to go to it is an end, which goes to itself. */
  constructor(code: number, a = 0, b = 0, c = 0, d = 0, e = 0, then?: Instruction, otherwise?: Instruction) {
    this.code = code;
    this.a = a | 0;
    this.b = b;
    this.c = c | 0;
    this.d = d | 0;
    this.e = e;
    this.then = then ?? this;
    this.otherwise = otherwise ?? this;
  }
}

/** What an instruction does. "r[x]" is a register, "at" the place r[b] + a. */
export const Code = {
  /** the end: the frame fulfils the filter */
  ACCEPT: -1,
  /** the end: it does not */
  REJECT: -2,
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
  /** r[c] = length of the radio's header at the beginning; d: which one, by its index in `radioHeaders` */
  RADIO_HEADER: 13,
  /** r[c] = r[b] + length of the 802.11 header at r[b]; d: radiotap before it */
  WLAN_HEADER: 14,
  /** the Geneve header at: r[c] = place of its type, r[d] = place of the inner frame, r[e] = place of what that carries */
  GENEVE_HEADER: 15,
  /** the IPv4 header at has protocol c in its chain of headers */
  CHAIN_4: 16,
  /** the same for IPv6 */
  CHAIN_6: 17,
  /** the IPv4 packet at is a fragment; notes where it is */
  FRAGMENT: 18,
} as const;

/** Operators of COMPUTE, by number. */
export const operators = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"] as const;

/** Headers of radios, by number. */
export const radioHeaders = ["radiotap", "ppi", "prism", "avs"] as const;

/** The two ends of every program. */
export const End: Readonly<Record<"ACCEPT" | "REJECT", Instruction>> = {
  ACCEPT: new Instruction(Code.ACCEPT),
  REJECT: new Instruction(Code.REJECT),
};
