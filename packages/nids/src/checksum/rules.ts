// Which sources' checksums count, by network: for hosts whose checksums are known to be unfinished, or known to be right. The
// first rule that has the source decides, for the IP header, TCP and UDP; a source in no rule is left to the parameter `checksums`.

import { Network } from "../ip/network.js";
import type { Packet } from "../packet.js";

/** What to do about the checksums of packets from a network. */
export interface ChecksumRule {
  /** "10.0.0.0/8", "2001:db8::/32", or one address. */
  readonly network: string;
  /** True: wrong ones are dropped, whatever `checksums` says. False: they are not looked at. */
  readonly verify: boolean;
}

/** What is wrong with a list of rules, as a wish: "…must be …"; undefined where nothing is. */
export function checksumRulesComplaint(given: unknown): string | undefined {
  const wish = 'a list of rules such as { network: "10.0.0.0/8", verify: false }';
  if (!Array.isArray(given)) return wish;
  for (const [index, rule] of (given as readonly unknown[]).entries()) {
    const { network, verify } = (rule ?? {}) as { readonly network?: unknown; readonly verify?: unknown };
    if (typeof network !== "string" || typeof verify !== "boolean") return `${wish}; rule ${index} is not one`;
    if (Network.parse(network) === undefined) {
      return `${wish}; the network of rule ${index}, "${network}", is not an address with the length of a prefix`;
    }
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
