// The streams of flows, by slot: one array, twice as long whenever it is full. (In pages nothing would be copied then,
// a few milliseconds for half a million streams; but to look into a page takes as many instructions again, and that
// counts for every packet: see `touch`.)

import type { TcpStream } from "./tcp-stream.js";

const fewestSlots = 1024;

export class StreamTable {
  /** As many places as a power of two says. */
  private readonly bySlot: (TcpStream | undefined)[] = [];

  constructor() {
    this.bySlot.length = fewestSlots;
  }

  /** The stream in a slot, where somebody listens to it. */
  at(slot: number): TcpStream | undefined {
    return this.bySlot[slot];
  }

  /** The stream is the one in this slot from now on. */
  put(slot: number, stream: TcpStream): void {
    const { bySlot } = this;
    while (slot >= bySlot.length) bySlot.length *= 2;
    bySlot[slot] = stream;
  }

  /** The slot, in which there is a stream, is empty again. */
  clear(slot: number): void {
    this.bySlot[slot] = undefined;
  }

  /**
   * Asks memory for the streams of packets: every `step`th number of `found`, and a multiple of eight of them, says the
   * flow, as slot * 2 + side. A processor looks some hundred instructions ahead: the fewer lie between two of these
   * loads, the more of them are under way at once. Therefore eight are found before the first is asked, and a slot for
   * which there is no place yet is taken for another one. What it returns means nothing: it keeps a compiler from
   * leaving out the loads.
   */
  touch(found: Int32Array, first: number, step: number): number {
    const { bySlot } = this;
    const places = bySlot.length - 1;
    let touched = 0;
    for (let at = first; at < found.length; at += 8 * step) {
      const a = bySlot[((found[at] as number) >> 1) & places];
      const b = bySlot[((found[at + step] as number) >> 1) & places];
      const c = bySlot[((found[at + 2 * step] as number) >> 1) & places];
      const d = bySlot[((found[at + 3 * step] as number) >> 1) & places];
      const e = bySlot[((found[at + 4 * step] as number) >> 1) & places];
      const f = bySlot[((found[at + 5 * step] as number) >> 1) & places];
      const g = bySlot[((found[at + 6 * step] as number) >> 1) & places];
      const h = bySlot[((found[at + 7 * step] as number) >> 1) & places];
      if (a !== undefined) touched ^= a.key;
      if (b !== undefined) touched ^= b.key;
      if (c !== undefined) touched ^= c.key;
      if (d !== undefined) touched ^= d.key;
      if (e !== undefined) touched ^= e.key;
      if (f !== undefined) touched ^= f.key;
      if (g !== undefined) touched ^= g.key;
      if (h !== undefined) touched ^= h.key;
    }
    return touched;
  }

  /** All streams, in order of slots. */
  all(): TcpStream[] {
    return this.bySlot.filter((stream) => stream !== undefined);
  }
}
