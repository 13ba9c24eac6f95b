// The caller's own tuples are checked closely: of a number out of range, the ID would use the lower bytes, and name
// another flow.

import { describeValue } from "@tsnids/pcap";
import { OutputError } from "./errors.js";
import type { FlowTuple } from "./flow-tuple.js";

const maximumProtocol = 0xff;
const maximumPort = 0xffff;

/**
 * The same tuple. Throws OutputError `invalid-argument` for a wrong protocol, a wrong port, and for one port
 * without the other.
 */
export function checkedTuple(tuple: FlowTuple): FlowTuple {
  const { protocol, sourcePort, destinationPort } = tuple;
  check("protocol", protocol, maximumProtocol);
  if (sourcePort === undefined && destinationPort === undefined) return tuple;
  check("sourcePort", sourcePort, maximumPort);
  check("destinationPort", destinationPort, maximumPort);
  return tuple;
}

function check(field: string, value: unknown, maximum: number): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maximum) return;
  const what = `must be a whole number from 0 to ${maximum}, not ${describeValue(value)}`;
  throw new OutputError("invalid-argument", `communityId: ${field} ${what}`);
}
