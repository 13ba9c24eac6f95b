// Later fragments of what a filter keeps. Only the first fragment of an IPv4 datagram has ports, so a filter for ports,
// as it is, gives an engine datagrams that can never be put together. The verdict on the first fragment therefore holds
// for all of its datagram:
//
//     first fragment         the filter decides; its verdict is remembered
//     later, first kept      kept
//     later, first dropped   kept if the filter is true of it, whatever ports it may be of
//     later, not known       kept if the filter could be true of its datagram: its addresses and protocol fit
//
// So fragments that overtake the first one are kept too, and some that are of no use: an engine that never sees their
// first one forgets them. A datagram may pass twice, as at a router that is captured on all its devices, and one copy
// alone fulfil the filter (`inbound`, `vlan 5`): "kept" holds for both, in whatever order they come. Where a filter asks
// for nothing behind the IP header, nothing of this happens.

import type { Machine } from "./program/machine.js";

/** Verdicts remembered at most; the oldest are forgotten first. */
export const maximumVerdicts = 4096;

/** Seconds a verdict holds: a sender takes an identification again after a while (RFC 791 §3.2 reckons with 15 to 120). */
export const verdictSeconds = 30;

const headerLength = 20;

/** A filter for one link type, as far as fragments need it. */
export interface FragmentMachines {
  /** Finds frames with a fragment, and where it is. */
  readonly search: Machine;
  /** The filter, which finds no ports in later fragments. */
  readonly exact: Machine;
  /** True of later fragments that it would accept whatever the ports are. */
  readonly certain: Machine;
  /** True of those that it could accept, were the ports known. */
  readonly possible: Machine;
}

interface Verdict {
  readonly isKept: boolean;
  readonly seconds: number;
}

/** The verdicts of one filter on datagrams in fragments. */
export class FragmentVerdicts {
  /** Verdicts that had to be forgotten because there were too many. */
  forgotten = 0;
  readonly #verdicts: Map<string, Verdict> = new Map();

  /** What becomes of a frame that `search` has just found a fragment in; `seconds` is its time. */
  isKept(
    { search, exact, certain, possible }: FragmentMachines,
    bytes: Uint8Array,
    offset: number,
    length: number,
    wireLength: number,
    seconds: number,
  ): boolean {
    const accepts = (machine: Machine): boolean => machine.accepts(bytes, offset, length, wireLength);
    if (search.packet + headerLength > length) return accepts(exact);
    const ip = offset + search.packet;
    const key = datagramKey(bytes, ip);
    const known = this.#known(key, seconds);
    const isFirst = ((bytes[ip + 6]! & 0x1f) | bytes[ip + 7]!) === 0;
    if (isFirst) {
      const isKept = accepts(exact);
      if (isKept || known?.isKept !== true) this.#remember(key, { isKept, seconds });
      return isKept;
    }
    if (known === undefined) return accepts(possible);
    return known.isKept || accepts(certain);
  }

  /** The verdict on a datagram, while it holds. */
  #known(key: string, seconds: number): Verdict | undefined {
    const verdict = this.#verdicts.get(key);
    return verdict !== undefined && Math.abs(seconds - verdict.seconds) <= verdictSeconds ? verdict : undefined;
  }

  #remember(key: string, verdict: Verdict): void {
    this.#verdicts.delete(key);
    if (this.#verdicts.size >= maximumVerdicts) {
      const [oldest] = this.#verdicts.keys();
      if (oldest !== undefined) this.#verdicts.delete(oldest);
      this.forgotten++;
    }
    this.#verdicts.set(key, verdict);
  }
}

/** Identification, protocol and addresses: what the fragments of a datagram have in common (RFC 791 §3.2). */
function datagramKey(bytes: Uint8Array, ip: number): string {
  return String.fromCharCode(bytes[ip + 4]!, bytes[ip + 5]!, bytes[ip + 9]!, ...bytes.subarray(ip + 12, ip + 20));
}
