// Later fragments of what a filter keeps. Only the first fragment of an IPv4 datagram has ports, so a filter for ports,
// as it is, gives an engine datagrams that can never be put together. The verdict on the first fragment therefore holds
// for all of its datagram:
//
//     first fragment          the filter decides; its verdict is remembered
//     later, verdict known    the verdict
//     later, not known        kept if the filter could be true of its datagram: its addresses and protocol fit
//
// So fragments that overtake the first one are kept too, and some that are of no use: an engine that never sees their
// first one forgets them. Where a filter asks for nothing behind the IP header, nothing of this happens.

import type { Machine } from "./program/machine.js";

/** Verdicts remembered at most; the oldest are forgotten first. */
export const maximumVerdicts = 4096;

/** Seconds a verdict holds: a sender takes an identification again after a while (RFC 791 §3.2 reckons with 15 to 120). */
export const verdictSeconds = 30;

const MORE_FRAGMENTS = 0x20;
const headerLength = 20;

interface Verdict {
  readonly isKept: boolean;
  readonly seconds: number;
}

/** The verdicts of one filter on datagrams in fragments. */
export class FragmentVerdicts {
  /** Verdicts that had to be forgotten because there were too many. */
  forgotten = 0;
  readonly #verdicts: Map<string, Verdict> = new Map();

  /**
   * What becomes of a frame that `exact` gave `verdict` for. `possible` is the same filter, which takes it that what it
   * asks for is in another fragment; `seconds` is the time of the frame.
   */
  settle(
    verdict: boolean,
    exact: Machine,
    possible: Machine,
    bytes: Uint8Array,
    offset: number,
    length: number,
    wireLength: number,
    seconds: number,
  ): boolean {
    if (exact.packet < 0 || exact.packet + headerLength > length) return verdict;
    const ip = offset + exact.packet;
    const flags = bytes[ip + 6]!;
    const isFirst = ((flags & 0x1f) | bytes[ip + 7]!) === 0;
    if (isFirst && (flags & MORE_FRAGMENTS) === 0) return verdict;
    const key = datagramKey(bytes, ip);
    if (isFirst) {
      this.#remember(key, { isKept: verdict, seconds });
      return verdict;
    }
    const known = this.#verdicts.get(key);
    if (known !== undefined && Math.abs(seconds - known.seconds) <= verdictSeconds) return known.isKept;
    return verdict || possible.accepts(bytes, offset, length, wireLength);
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
