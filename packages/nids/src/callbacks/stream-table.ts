// The streams of flows, by slot. In pages, because one array for a million streams would be copied whenever it grows, and packets
// wait meanwhile; where there is no stream yet, an empty page stands for all.
//
//   pages  │ 0 │ 1 │ 2 │ …        slot = page * 1024 + place
//            │   └───┴─► nothing
//            └─► │ – │ stream │ – │ stream │ …

import type { TcpStream } from "./tcp-stream.js";

type Page = (TcpStream | undefined)[];

const pageBits = 10;
const pageSlots = 1 << pageBits;

export class StreamTable {
  private readonly nothing: Page = emptyPage();
  private readonly pages: Page[];

  /** For slots 1 … `slots`. */
  constructor(slots: number) {
    this.pages = new Array<Page>((slots >> pageBits) + 1).fill(this.nothing);
  }

  /** The stream in a slot, where somebody listens to it. */
  at(slot: number): TcpStream | undefined {
    return (this.pages[slot >> pageBits] as Page)[slot & (pageSlots - 1)];
  }

  /** The stream is the one in this slot from now on. */
  put(slot: number, stream: TcpStream): void {
    const page = slot >> pageBits;
    if (this.pages[page] === this.nothing) this.pages[page] = emptyPage();
    (this.pages[page] as Page)[slot & (pageSlots - 1)] = stream;
  }

  /** The slot, in which there is a stream, is empty again. */
  clear(slot: number): void {
    (this.pages[slot >> pageBits] as Page)[slot & (pageSlots - 1)] = undefined;
  }

  /**
   * Asks memory for the streams of `count` packets that come next; every `step`th number of `found` says the flow, as slot * 2 + side.
   * What it returns means nothing: it keeps a compiler from leaving out the loads.
   */
  touch(found: Int32Array, first: number, step: number, count: number): number {
    let touched = 0;
    for (let at = first, end = first + count * step; at < end; at += step) {
      const stream = this.at((found[at] as number) >> 1);
      if (stream !== undefined) touched ^= stream.key;
    }
    return touched;
  }

  /** All streams, in order of slots. */
  all(): TcpStream[] {
    const pages = this.pages.filter((page) => page !== this.nothing);
    return pages.flatMap((page) => page.filter((stream) => stream !== undefined));
  }
}

function emptyPage(): Page {
  return new Array<TcpStream | undefined>(pageSlots).fill(undefined);
}
