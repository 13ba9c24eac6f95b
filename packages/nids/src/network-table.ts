// Values by network: "10.0.0.0/8" has one, "10.1.0.0/16" another, and the longest prefix that an address lies in decides.

import { parseAddress } from "./ip/address.js";

/** A network: the bytes of its address, and how many bits of them count. */
interface Network {
  readonly address: Uint8Array;
  readonly bits: number;
}

export class NetworkTable<Value> {
  /** Longest prefix first. */
  private readonly rows: readonly (Network & { readonly value: Value })[];

  /** `values` by networks that `parseNetwork` understands; others are left out. */
  constructor(values: Readonly<Record<string, Value>>) {
    this.rows = Object.entries(values)
      .flatMap(([text, value]) => {
        const network = parseNetwork(text);
        return network === undefined ? [] : [{ ...network, value }];
      })
      .sort((one, other) => other.bits - one.bits);
  }

  /** The value for the address of `length` bytes at `at`; undefined where no network holds it. */
  valueAt(bytes: Uint8Array, at: number, length: number): Value | undefined {
    return this.rows.find(({ address, bits }) => address.length === length && agree(address, bytes, at, bits))?.value;
  }
}

/** Reads "10.0.0.0/8", "2001:db8::/32" or a single address; undefined where it is none, or the prefix is too long. */
export function parseNetwork(text: string): Network | undefined {
  const [addressText = "", bitsText, ...rest] = text.split("/");
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  if (bitsText === undefined) return { address, bits: address.length * 8 };
  if (!/^\d{1,3}$/.test(bitsText) || Number(bitsText) > address.length * 8) return undefined;
  return { address, bits: Number(bitsText) };
}

/** Are the first `bits` bits of the address those of the bytes at `at`? */
function agree(address: Uint8Array, bytes: Uint8Array, at: number, bits: number): boolean {
  const whole = bits >>> 3;
  for (let index = 0; index < whole; index++) if (address[index] !== bytes[at + index]) return false;
  const rest = bits & 7;
  return rest === 0 || ((address[whole] as number) ^ (bytes[at + whole] as number)) >>> (8 - rest) === 0;
}
