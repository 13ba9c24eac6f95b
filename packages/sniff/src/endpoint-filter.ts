// The filter of a Sniffer: what one endpoint sends and receives.

import { parseAddress } from "@tsnids/nids";
import { SniffError } from "./errors.js";

/** An endpoint of which one part may be open. */
export interface EndpointOptions {
  /** IPv4 or IPv6 address. Default: any. */
  readonly address?: string | undefined;
  /** TCP or UDP port, 0 to 65535. Default: any. */
  readonly port?: number | undefined;
}

/**
 * `(src host A and src port P) or (dst host A and dst port P)`, without what was not given; undefined where nothing
 * was. Throws SniffError `invalid-argument`.
 */
export function endpointFilter({ address, port }: EndpointOptions): string | undefined {
  if (address !== undefined && parseAddress(address) === undefined) {
    throw new SniffError("invalid-argument", `address "${address}" is not an IPv4 or IPv6 address`);
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new SniffError("invalid-argument", `port must be a whole number from 0 to 65535, not ${String(port)}`);
  }
  const end = (direction: "src" | "dst"): string =>
    [
      ...(address === undefined ? [] : [`${direction} host ${address}`]),
      ...(port === undefined ? [] : [`${direction} port ${port}`]),
    ].join(" and ");
  return address === undefined && port === undefined ? undefined : `(${end("src")}) or (${end("dst")})`;
}
