// Ports of TCP, UDP and SCTP: all three have the source port in the first two bytes, the destination port in the next two.
//
// As in libpcap, in IPv4 only what is not a later fragment has ports, and in IPv6 only what has no extension header.

import { findService } from "../language/services.js";
import type { Service } from "../language/services.js";
import { EtherType } from "../language/protocols.js";
import type { Identifier, Qualifiers } from "../language/syntax.js";
import { after, all, any, atLeast, equals, greater, not, Register } from "../program/condition.js";
import type { Condition, Place } from "../program/condition.js";
import { inDirection } from "./address.js";
import type { Context } from "./context.js";

const numbers: Readonly<Record<string, number>> = { sctp: 132, tcp: 6, udp: 17 };

/**
 * Characters of a range of ports at most, far more than two names have: a range is tried to be split at every hyphen.
 */
const longestRange = 256;

/** Ports that are meant, and of which protocols. */
interface Ports {
  readonly first: number;
  readonly last: number;
  readonly protocols: readonly number[];
}

/** The condition of "port" and "portrange". */
export function portCondition(context: Context, qualifiers: Qualifiers, identifier: Identifier): Condition {
  const { protocol, direction, place } = qualifiers;
  if (protocol !== "default" && numbers[protocol] === undefined) {
    return context.fail("unsupported", place, `${protocol} has no ports of its own`, "tcp, udp, sctp, or nothing");
  }
  if (/^addr|^[rt]a$/.test(direction))
    return context.fail("unsupported", place, `${direction} is for MAC addresses only`);
  const { first, last, protocols } = portsOf(context, qualifiers, identifier);
  const isPort = (at: Place): Condition => {
    if (qualifiers.type === "port") return equals(at, 2, first);
    return all(atLeast(at, 2, first), not(greater(at, 2, last)));
  };
  const havePorts = (transport: Place): Condition =>
    inDirection(direction, isPort(transport), isPort(after(transport, 2)));
  const { packet } = context.layout;
  const isProtocol = (offset: number): Condition =>
    any(...protocols.map((number) => equals(after(packet, offset), 1, number)));
  const transport: Place = { register: Register.TRANSPORT, offset: packet.offset };
  return any(
    all(context.carries(EtherType.ip6, place), isProtocol(6), havePorts(after(packet, 40))),
    all(
      context.carries(EtherType.ip, place),
      isProtocol(9),
      context.inFirstFragment(
        all({ kind: "step", step: { kind: "ipv4-header", ip: packet } }, havePorts(transport)),
        place,
      ),
    ),
  );
}

function portsOf(context: Context, { protocol, type }: Qualifiers, identifier: Identifier): Ports {
  const asked = protocol === "default" ? Object.values(numbers) : [numbers[protocol]!];
  if (identifier.kind === "number") {
    const port = checked(context, identifier, identifier.value);
    return { first: port, last: port, protocols: asked };
  }
  if (identifier.kind !== "name") return context.fail("invalid-value", identifier, "an address is no port", "a port");
  const found = namedPorts(context, identifier, type === "portrange");
  const [start, end = start] = found;
  const ports = found.map(({ port }) => port);
  // A name that is registered for one protocol means that one, unless the other end of a range means another.
  const meant = start?.protocol === end?.protocol ? start?.protocol : "any";
  if (protocol !== "default" && meant !== "any" && meant !== protocol) {
    return context.fail("invalid-value", identifier, `this port is one of ${meant}`);
  }
  const protocols = protocol === "default" && meant !== undefined && meant !== "any" ? [numbers[meant]!] : asked;
  return { first: Math.min(...ports), last: Math.max(...ports), protocols };
}

/** The port of a name, or both ends of a range. */
function namedPorts(context: Context, identifier: Identifier & { kind: "name" }, isRange: boolean): readonly Service[] {
  const { text } = identifier;
  const found = isRange ? splitRange(text) : [findPort(text)];
  return (found ?? [undefined]).map((service) => {
    if (service === undefined) {
      const [what, expected] = isRange ? ["range of ports", "two numbers such as 6000-6008"] : ["port", "a number"];
      return context.fail("unknown-name", identifier, `the ${what} "${text}" is not known`, expected);
    }
    checked(context, identifier, service.port);
    return service;
  });
}

/** "6000-6008", or names on both sides, which may have hyphens of their own; undefined where it is no range. */
function splitRange(text: string): readonly Service[] | undefined {
  if (text.length > longestRange) return undefined;
  for (const { index } of text.matchAll(/-/g)) {
    const [first, last] = [findPort(text.slice(0, index)), findPort(text.slice(index + 1))];
    if (first !== undefined && last !== undefined) return [first, last];
  }
  return undefined;
}

/** A port by number or name. */
function findPort(text: string): Service | undefined {
  return /^[0-9]+$/.test(text) ? { port: Number(text), protocol: "any" } : findService(text);
}

function checked(context: Context, identifier: Identifier, port: number): number {
  if (port > 0xffff) return context.fail("invalid-value", identifier, `there is no port ${port}`, "0 to 65535");
  return port;
}
