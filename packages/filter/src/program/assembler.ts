// A condition as a program. It is built from its end: an instruction is made when those it may go to exist, so no address
// has to be filled in later, and "and", "or" and "not" cost no instruction at all:
//
//     a and b    b goes to (yes, no); a goes to (b, no)
//     a or b     b goes to (yes, no); a goes to (yes, b)
//     not a      a goes to (no, yes)

import { Register } from "./condition.js";
import type { Condition, Place, Size, Step, Value } from "./condition.js";
import { Code, End, Instruction, operators, radioHeaders } from "./instruction.js";

/** Where a program begins, and how many registers it uses. */
export interface Program {
  readonly start: Instruction;
  readonly registers: number;
}

const equalCode: Readonly<Record<Size, number>> = { 1: Code.EQUAL_8, 2: Code.EQUAL_16, 4: Code.EQUAL_32 };
const loadCode: Readonly<Record<Size, number>> = { 1: Code.LOAD_8, 2: Code.LOAD_16, 4: Code.LOAD_32 };
const compareCode = { "=": Code.COMPARE_EQUAL, ">": Code.COMPARE_GREATER, ">=": Code.COMPARE_AT_LEAST } as const;

/** The program of a condition. Registers below `firstRegister` are its own, those from there on are for computing. */
export function assemble(condition: Condition, firstRegister: number): Program {
  const assembler = new Assembler(firstRegister);
  const start = assembler.condition(condition, End.ACCEPT, End.REJECT);
  return { start, registers: assembler.registers };
}

class Assembler {
  registers: number;
  readonly #firstRegister: number;

  constructor(firstRegister: number) {
    this.#firstRegister = firstRegister;
    this.registers = firstRegister;
  }

  /** Where to begin to find out whether the condition holds, and to go on at `yes` or `no`. */
  condition(condition: Condition, yes: Instruction, no: Instruction): Instruction {
    switch (condition.kind) {
      case "constant":
        return condition.value ? yes : no;
      case "field": {
        const { size, place, mask, value } = condition;
        return this.#add(equalCode[size], place, mask & widest(size), value, 0, yes, no);
      }
      case "comparison": {
        const [left, right] = [this.#firstRegister, this.#firstRegister + 1];
        const compare = new Instruction(compareCode[condition.relation], left, right, 0, 0, 0, yes, no);
        return this.#value(condition.left, left, this.#value(condition.right, right, compare));
      }
      case "fragment":
        return this.#add(Code.FRAGMENT, condition.ip, 0, 0, 0, yes, no);
      case "step":
        return this.#step(condition.step, yes);
      case "header-chain": {
        const { ip, version, protocol } = condition;
        return this.#add(version === 4 ? Code.CHAIN_4 : Code.CHAIN_6, ip, protocol, 0, 0, yes, no);
      }
      case "not":
        return this.condition(condition.operand, no, yes);
      case "chain": {
        // From the last member to the first: what is before a member goes to it, or past it.
        let [then, otherwise] = [yes, no];
        for (const { joint, operand } of condition.rest.toReversed()) {
          const start = this.condition(operand, then, otherwise);
          if (joint === "and") then = start;
          else otherwise = start;
        }
        return this.condition(condition.first, then, otherwise);
      }
    }
  }

  /** Where to begin to have the value in register `to`, and to go on at `then`. Registers above `to` are free. */
  #value(value: Value, to: number, then: Instruction): Instruction {
    this.registers = Math.max(this.registers, to + 1);
    switch (value.kind) {
      case "number":
        return new Instruction(Code.NUMBER, value.value, 0, to, 0, 0, then, End.REJECT);
      case "length":
        return new Instruction(Code.LENGTH, 0, 0, to, 0, 0, then, End.REJECT);
      case "register":
        return new Instruction(
          Code.COMPUTE,
          value.register,
          Register.ZERO,
          to,
          operators.indexOf("+"),
          0,
          then,
          End.REJECT,
        );
      case "binary": {
        const operator = operators.indexOf(value.operator);
        const compute = new Instruction(Code.COMPUTE, to, to + 1, to, operator, 0, then, End.REJECT);
        return this.#value(value.left, to, this.#value(value.right, to + 1, compute));
      }
      case "load":
        return this.#load(value, to, then);
    }
  }

  #load({ size, place, index, before }: Value & { kind: "load" }, to: number, then: Instruction): Instruction {
    if (index === undefined) {
      const start = this.#add(loadCode[size], place, to, 0, 0, then, End.REJECT);
      return before === undefined ? start : this.#step(before, start);
    }
    let start = this.#add(loadCode[size], { register: to, offset: place.offset }, to, 0, 0, then, End.REJECT);
    if (place.register !== Register.ZERO) {
      start = new Instruction(Code.COMPUTE, to, place.register, to, operators.indexOf("+"), 0, start, End.REJECT);
    }
    if (before !== undefined) start = this.#step(before, start);
    return this.#value(index, to, start);
  }

  #step(step: Step, then: Instruction): Instruction {
    switch (step.kind) {
      case "ipv4-header":
        return this.#add(Code.IPV4_HEADER, step.ip, 0, 0, 0, then, End.REJECT);
      case "nowhere":
        return new Instruction(Code.NUMBER, 0xffffffff, 0, step.register, 0, 0, then, End.REJECT);
      case "radio-header":
        return new Instruction(Code.RADIO_HEADER, 0, 0, step.to, radioHeaders.indexOf(step.radio), 0, then, End.REJECT);
      case "wlan-header":
        return new Instruction(Code.WLAN_HEADER, 0, step.frame, step.to, step.radiotap ? 1 : 0, 0, then, End.REJECT);
      case "geneve-header":
        return this.#add(Code.GENEVE_HEADER, step.header, step.type, step.frame, step.payload, then, End.REJECT);
    }
  }

  /** An instruction about a place in the frame. */
  #add(
    code: number,
    { offset, register }: Place,
    c: number,
    d: number,
    e: number,
    then: Instruction,
    otherwise: Instruction,
  ): Instruction {
    return new Instruction(code, offset, register, c, d, e, then, otherwise);
  }
}

/** The bits a number of this size has. */
function widest(size: Size): number {
  return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
}
