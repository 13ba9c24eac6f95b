// Which sources' checksums count, by network: for hosts whose checksums are known to be unfinished, or known to be
// right. The first rule that has the source decides, for the IP header, TCP and UDP; a source in no rule is left to the
// parameter `checksums`.

import { Network } from "../ip/network.js";
import type { Packet } from "../packet.js";

/** What to do about the checksums of packets from a network. */
export interface ChecksumRule {
  /** "10.0.0.0/8", "2001:db8::/32", or one address. */
  readonly network: string;
  /** True: wrong ones are dropped, whatever `checksums` says. False: they are not looked at. */
  readonly verify: boolean;
}

/** What is wrong in a list of rules: "…a rule 1 that …"; undefined where nothing is. */
export function faultInRules(rules: readonly unknown[]): string | undefined {
  for (const [index, rule] of rules.entries()) {
    const { network, verify } = (rule ?? {}) as { readonly network?: unknown; readonly verify?: unknown };
    if (typeof network !== "string") return `a rule ${index} that has no network`;
    if (Network.parse(network) === undefined) return `a rule ${index} whose network, "${network}", is none`;
    if (typeof verify !== "boolean") return `a rule ${index} that says neither verify: true nor verify: false`;
    const unknown = Object.keys(rule as object).find((name) => name !== "network" && name !== "verify");
    if (unknown !== undefined) return `a rule ${index} that says "${unknown}", which is neither network nor verify`;
  }
  return undefined;
}

export class ChecksumRules {
  private readonly rules: readonly { readonly network: Network; readonly verify: boolean }[];

  /** The rules have been found right. */
  constructor(rules: readonly ChecksumRule[]) {
    this.rules = rules.map(({ network, verify }) => ({ network: Network.parse(network) as Network, verify }));
  }

  /** Whether checksums of the packet count; undefined where no rule says. */
  verdict({ bytes, addresses, addressLength }: Packet): boolean | undefined {
    return this.rules.find(({ network }) => network.contains(bytes, addresses, addressLength))?.verify;
  }

  /** True where there is a source whose checksums count because a rule says so. */
  get demand(): boolean {
    return this.rules.some(({ verify }) => verify);
  }
}
