// What all primitives need while conditions are made of them, from left to right: the layout as it is at that place, and a
// way to complain.

import { FilterError } from "../filter-error.js";
import type { FilterErrorCode, Place as TextPlace } from "../filter-error.js";
import { EtherType } from "../language/protocols.js";
import type { Layout } from "../link/link-layer.js";
import { after, all, any, equals, not } from "../program/condition.js";
import type { Condition } from "../program/condition.js";
import { FragmentSearch } from "./fragment-search.js";

/**
 * What becomes of IPv4 fragments behind the first, which have no ports to look at: "exact" finds nothing in them, as
 * libpcap; "possible" accepts those that it could accept, were the ports known; "certain" those that it would accept
 * whatever the ports are.
 */
export type Fragments = "exact" | "possible" | "certain";

/** One expression, being compiled for one link type. */
export class Context {
  readonly layout: Layout;
  /** True within an odd number of negations. */
  isNegated = false;
  /** The fragments that matter to what was compiled so far. */
  readonly search: FragmentSearch = new FragmentSearch();
  readonly #expression: string;
  readonly #fragments: Fragments;

  constructor(expression: string, layout: Layout, fragments: Fragments) {
    this.layout = layout;
    this.#expression = expression;
    this.#fragments = fragments;
  }

  /** Throws: the expression is wrong at `place`. */
  fail(code: FilterErrorCode, place: TextPlace, what: string, expected?: string): never {
    throw new FilterError(code, this.#expression, place, what, expected);
  }

  /** Frames that carry a protocol of the link, given as EtherType or SAP. */
  carries(protocol: number, place: TextPlace): Condition {
    const { layout } = this;
    if (layout.labels === 0) {
      const { carries, name } = layout.link;
      return (
        carries?.(layout, protocol) ??
        this.fail("unsupported-link-type", place, `filters cannot look into frames of link type ${name}`)
      );
    }
    // Nothing behind labels says what follows: below the last one, IP is known by its version.
    const version = protocol === EtherType.ip ? 4 : protocol === EtherType.ip6 ? 6 : undefined;
    if (version === undefined) return this.fail("unsupported", place, "behind MPLS labels only IP can be found");
    return all(equals(after(layout.packet, -2), 1, 1, 1), equals(layout.packet, 1, version << 4, 0xf0));
  }

  /** `condition`, which is about what follows an IPv4 header, in the fragment that has it. */
  inFirstFragment(condition: Condition, place: TextPlace): Condition {
    const isFirst = this.isFirstFragment(place);
    // Where it is negated, what accepts more within accepts less on the whole.
    const acceptsOthers = this.#fragments === (this.isNegated ? "certain" : "possible");
    return acceptsOthers ? any(not(isFirst), condition) : all(isFirst, condition);
  }

  /** The IPv4 packet at hand is whole, or the first fragment. */
  isFirstFragment(place: TextPlace): Condition {
    const { packet } = this.layout;
    this.search.add(all(this.carries(EtherType.ip, place), { kind: "fragment", ip: packet }));
    return equals(after(packet, 6), 2, 0, 0x1fff);
  }
}
