// The interfaces of a merge: those of all sources in one list, in order of appearance. Every source has numbers of its
// own for them, and a new list of its own where a section or a capture begins; so each keeps a map from these to the list.

import type { CaptureInterface } from "@tsnids/pcap";
import type { SourceHead } from "./source-head.js";

/** Interfaces in the list at most. Another one begins a new list, as if another capture began. */
export const maximumMergedInterfaces = 65536;

/** From the number of an interface in its source to that in the merge. */
interface InterfaceMap {
  /** What the numbers of the source point into. */
  readonly from: readonly CaptureInterface[];
  /** What the numbers of the merge point into. */
  readonly to: readonly CaptureInterface[];
  readonly numbers: number[];
}

/** The list, and the maps to it. */
export class MergedInterfaces {
  #list: CaptureInterface[] = [];
  readonly #maps: Map<SourceHead, InterfaceMap> = new Map();

  /** All interfaces so far; it grows, and is another one after it was full. */
  get list(): readonly CaptureInterface[] {
    return this.#list;
  }

  /** False when the frame at the head needs a new list, so that it cannot be in a batch with the frames before it. */
  hasRoomFor(head: SourceHead): boolean {
    return this.#list.length < maximumMergedInterfaces || this.#mapOf(head).numbers[head.interfaceIndex] !== undefined;
  }

  /** The number in the list of the interface that the frame at the head came from. */
  indexOf(head: SourceHead): number {
    if (!this.hasRoomFor(head)) this.#list = [];
    const { from, numbers } = this.#mapOf(head);
    const known = numbers[head.interfaceIndex];
    if (known !== undefined) return known;
    const added = this.#list.push(from[head.interfaceIndex]!) - 1;
    numbers[head.interfaceIndex] = added;
    return added;
  }

  #mapOf(head: SourceHead): InterfaceMap {
    const known = this.#maps.get(head);
    if (known?.from === head.interfaces && known.to === this.#list) return known;
    const map = { from: head.interfaces, to: this.#list, numbers: [] };
    this.#maps.set(head, map);
    return map;
  }
}
