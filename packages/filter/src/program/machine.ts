// Runs a program on a frame. Closures were measured too: a call per test through a place of many shapes costs more than
// this loop, and the loop neither recurses nor makes code at run time, which a browser's content security policy forbids.
//
// Arithmetic is that of unsigned 32-bit numbers; dividing by zero, and every byte behind the end of the frame, rejects.

import type { Program } from "./assembler.js";
import { Register } from "./condition.js";
import { hasProtocolInChain4, hasProtocolInChain6 } from "./header-chain.js";
import { Code, End, instructionShift, operators } from "./instruction.js";
import { geneveHeader, wlanHeader } from "./variable-header.js";

/** A program ready to be run on one frame after the other. */
export class Machine {
  readonly #code: Int32Array;
  readonly #start: number;
  readonly #registers: Int32Array;
  /** Where in the last frame the IPv4 packet was whose fragment offset decided; -1 where none did. */
  packet = -1;

  constructor({ code, start, registers }: Program) {
    this.#code = code;
    this.#start = start;
    this.#registers = new Int32Array(Math.max(registers, Register.firstFree));
  }

  /** Whether the frame of `length` bytes at `offset` of `bytes`, which had `wireLength` bytes, is accepted. */
  accepts(bytes: Uint8Array, offset: number, length: number, wireLength: number): boolean {
    const code = this.#code;
    const r = this.#registers;
    let next = this.#start;
    this.packet = -1;
    while (next >= 0) {
      const i = next << instructionShift;
      const a = code[i + 1]!;
      const b = code[i + 2]!;
      const c = code[i + 3]!;
      let holds = true;
      switch (code[i]) {
        case Code.EQUAL_8: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 1 > length) return false;
          holds = (bytes[offset + at]! & c) === code[i + 4];
          break;
        }
        case Code.EQUAL_16: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 2 > length) return false;
          const p = offset + at;
          holds = (((bytes[p]! << 8) | bytes[p + 1]!) & c) === code[i + 4];
          break;
        }
        case Code.EQUAL_32: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 4 > length) return false;
          holds = (word(bytes, offset + at) & c) === code[i + 4];
          break;
        }
        case Code.FIRST_FRAGMENT: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 8 > length) return false;
          this.packet = at;
          holds = ((bytes[offset + at + 6]! & 0x1f) | bytes[offset + at + 7]!) === 0;
          break;
        }
        case Code.IPV4_HEADER: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 1 > length) return false;
          r[Register.TRANSPORT] = r[b]! + ((bytes[offset + at]! & 15) << 2);
          break;
        }
        case Code.LOAD_8: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 1 > length) return false;
          r[c] = bytes[offset + at]!;
          break;
        }
        case Code.LOAD_16: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 2 > length) return false;
          const p = offset + at;
          r[c] = (bytes[p]! << 8) | bytes[p + 1]!;
          break;
        }
        case Code.LOAD_32: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          if (at + 4 > length) return false;
          r[c] = word(bytes, offset + at);
          break;
        }
        case Code.NUMBER:
          r[c] = a;
          break;
        case Code.LENGTH:
          r[c] = wireLength;
          break;
        case Code.COMPUTE: {
          const right = r[b]!;
          const operator = operators[code[i + 4]!]!;
          if (right === 0 && (operator === "/" || operator === "%")) return false;
          r[c] = compute(operator, r[a]!, right);
          break;
        }
        case Code.COMPARE_EQUAL:
          holds = r[a] === r[b];
          break;
        case Code.COMPARE_GREATER:
          holds = r[a]! >>> 0 > r[b]! >>> 0;
          break;
        case Code.COMPARE_AT_LEAST:
          holds = r[a]! >>> 0 >= r[b]! >>> 0;
          break;
        case Code.RADIO_HEADER:
          if (length < 4) return false;
          r[c] = bytes[offset + 2]! | (bytes[offset + 3]! << 8);
          break;
        case Code.WLAN_HEADER: {
          const header = wlanHeader(bytes, offset, length, r[b]!, code[i + 4] === 1);
          if (header < 0) return false;
          r[c] = r[b]! + header;
          break;
        }
        case Code.GENEVE_HEADER: {
          const at = (a >>> 0) + (r[b]! >>> 0);
          const inner = geneveHeader(bytes, offset, length, at);
          if (inner < 0) return false;
          const isEthernet = bytes[offset + at + 2] === 0x65 && bytes[offset + at + 3] === 0x58;
          r[c] = isEthernet ? inner + 12 : at + 2;
          r[code[i + 4]!] = inner;
          r[code[i + 5]!] = isEthernet ? inner + 14 : inner;
          break;
        }
        case Code.CHAIN_4:
        case Code.CHAIN_6: {
          const find = code[i] === Code.CHAIN_4 ? hasProtocolInChain4 : hasProtocolInChain6;
          const found = find(bytes, offset, length, (a >>> 0) + (r[b]! >>> 0), c);
          if (found === undefined) return false;
          holds = found;
          break;
        }
        default:
          return false;
      }
      next = holds ? code[i + 6]! : code[i + 7]!;
    }
    return next === End.ACCEPT;
  }
}

function word(bytes: Uint8Array, p: number): number {
  return (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
}

/** The result of an operator, as a signed 32-bit number with the bits of the unsigned one. The divisor is not 0. */
export function compute(operator: (typeof operators)[number], left: number, right: number): number {
  switch (operator) {
    case "+":
      return (left + right) | 0;
    case "-":
      return (left - right) | 0;
    case "*":
      return Math.imul(left, right);
    case "/":
      return ((left >>> 0) / (right >>> 0)) | 0;
    case "%":
      return ((left >>> 0) % (right >>> 0)) | 0;
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "<<":
      return right >>> 0 < 32 ? left << right : 0;
    case ">>":
      return right >>> 0 < 32 ? (left >>> right) | 0 : 0;
  }
}
