// A list of waiting pieces (piece-store.ts): its record of four numbers, which is part of its owner's record in the
// engine's memory (a backlog's, an incomplete datagram's), where the kernel finds it, too (kernel/pieces.ts).

/** The record of a list. */
const HEAD = 0;
const TAIL = 1;
const BYTES = 2;
const PIECES = 3;

/** A list of waiting pieces; its owner keeps it and hands it to the store. */
export class PieceList {
  protected readonly record: Int32Array;
  protected readonly at: number;

  /** The record lies in `record` from `at` on; it must be zeroed. */
  constructor(record: Int32Array, at: number) {
    this.record = record;
    this.at = at;
  }

  /** First and last node; 0: none. */
  get head(): number {
    return this.record[this.at + HEAD] as number;
  }

  set head(node: number) {
    this.record[this.at + HEAD] = node;
  }

  get tail(): number {
    return this.record[this.at + TAIL] as number;
  }

  set tail(node: number) {
    this.record[this.at + TAIL] = node;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.record[this.at + BYTES] as number;
  }

  set bytes(count: number) {
    this.record[this.at + BYTES] = count;
  }

  /** Nodes used. */
  get pieces(): number {
    return this.record[this.at + PIECES] as number;
  }

  set pieces(count: number) {
    this.record[this.at + PIECES] = count;
  }

  /** The first node, which kept so many bytes, is taken off; `next` is the one behind it, 0 where there is none. */
  dropFirst(next: number, size: number): void {
    const { record, at } = this;
    record[at + HEAD] = next;
    if (next === 0) record[at + TAIL] = 0;
    record[at + BYTES] = (record[at + BYTES] as number) - size;
    record[at + PIECES] = (record[at + PIECES] as number) - 1;
  }
}
