// The filter of a Sniffer: what one endpoint sends and receives.

/** An endpoint of which one part may be open. */
export interface EndpointOptions {
  /** IPv4 or IPv6 address. Default: any. */
  readonly address?: string | undefined;
  /** TCP or UDP port, 0 to 65535. Default: any. */
  readonly port?: number | undefined;
}

/**
 * `(src host A and src port P) or (dst host A and dst port P)`, without what was not given; undefined where nothing
 * was.
 */
export function endpointFilter({ address, port }: EndpointOptions): string | undefined {
  const end = (direction: "src" | "dst"): string =>
    [
      ...(address === undefined ? [] : [`${direction} host ${address}`]),
      ...(port === undefined ? [] : [`${direction} port ${port}`]),
    ].join(" and ");
  return address === undefined && port === undefined ? undefined : `(${end("src")}) or (${end("dst")})`;
}
