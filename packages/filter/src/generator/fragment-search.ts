// Finds the fragment of an IPv4 packet in a frame that an expression asks for ports, or for other bytes behind an IPv4
// header: at the front, or behind the encapsulations that stand to the left of such a primitive. It is a condition of
// its own, because the expression need not come as far as the primitive: "greater 1000 and port 53" ends before it in
// short fragments.
//
//     port 53 or vlan and port 53   ──►   (IPv4 and fragment) or (vlan and IPv4 and fragment)
//
// The outermost fragment counts: what is in it comes whole only when that has been put together.

import { all, always, any, never } from "../program/condition.js";
import type { Condition } from "../program/condition.js";

/** Encapsulations behind which fragments are found; the expression may have more. */
const deepest = 16;

interface Level {
  /** Tells that a frame has the encapsulation. */
  readonly entry: Condition;
  /** Tells that an IPv4 fragment follows it; `never` where the expression does not care. */
  fragment: Condition;
}

/** What there is to find for one expression, gathered from left to right. */
export class FragmentSearch {
  readonly #levels: Level[] = [{ entry: always, fragment: never }];

  /** All that is added from now on is behind an encapsulation, and all before. */
  enter(entry: Condition): void {
    this.#levels.push({ entry, fragment: never });
  }

  /** An IPv4 fragment here matters. */
  add(fragment: Condition): void {
    this.#levels.at(-1)!.fragment = fragment;
  }

  /** True of frames with such a fragment; undefined where none matters. */
  get condition(): Condition | undefined {
    const levels = this.#levels.slice(0, deepest + 1);
    if (levels.every(({ fragment }) => fragment === never)) return undefined;
    return levels.reduceRight((inner, { entry, fragment }) => all(entry, any(fragment, inner)), never);
  }
}
