// Values by network: "10.0.0.0/8" has one, "10.1.0.0/16" another, and the longest prefix that an address lies in decides.

import { Network } from "./network.js";

export class NetworkTable<Value> {
  /** Longest prefix first. */
  private readonly rows: readonly { readonly network: Network; readonly value: Value }[];

  /** `values` by networks that `Network.parse` understands; others are left out. */
  constructor(values: Readonly<Record<string, Value>>) {
    this.rows = Object.entries(values)
      .flatMap(([text, value]) => {
        const network = Network.parse(text);
        return network === undefined ? [] : [{ network, value }];
      })
      .sort((one, other) => other.network.bits - one.network.bits);
  }

  /** The value for the address of `length` bytes at `at`; undefined where no network holds it. */
  valueAt(bytes: Uint8Array, at: number, length: number): Value | undefined {
    return this.rows.find(({ network }) => network.contains(bytes, at, length))?.value;
  }
}
