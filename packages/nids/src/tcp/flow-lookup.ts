// Looking a connection up by its addresses as a user knows them, rather than by a packet.

import { requireInteger, wrongArgument } from "../params/arguments.js";
import { tupleAddresses } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";
import { parseAddress } from "../ip/address.js";
import { Ipv6 } from "../ip/ipv6.js";
import { Packet } from "../packet.js";
import { clientSide } from "./flow-flags.js";
import type { FlowTable } from "./flow-table.js";

/** The endpoints of a connection; addresses as text. */
export interface Tuple {
  /** IPv4 or IPv6 address of the side that opened the connection. */
  readonly clientAddress: string;
  /** Its port, 0 to 65535. */
  readonly clientPort: number;
  /** Address of the other side, of the same family. */
  readonly serverAddress: string;
  /** Its port. */
  readonly serverPort: number;
}

const call = "findTcpStream(tuple)";

export class FlowLookup {
  private readonly probe: Packet;
  private readonly flows: FlowTable;
  private readonly seed: number;

  constructor(memory: EngineMemory, flows: FlowTable, seed: number) {
    this.probe = new Packet(memory);
    this.flows = flows;
    this.seed = seed;
  }

  /**
   * The slot of the connection from this client to this server outside of any VLAN or tunnel; 0 where there is none.
   * Throws NidsError `invalid-argument`.
   */
  find(tuple: Tuple): number {
    const { probe, flows } = this;
    const [client, server] = [address(tuple, "clientAddress"), address(tuple, "serverAddress")];
    const ports = (port(tuple, "clientPort") << 16) | port(tuple, "serverPort");
    if (client.length !== server.length) return 0;
    probe.bytes.set(client, tupleAddresses);
    probe.bytes.set(server, tupleAddresses + client.length);
    const found = this.locate(tupleAddresses, client.length === 4 ? 4 : 6, 0, ports);
    const slot = found >> 1;
    return (found & 1) === clientSide(flows.flagsOf(slot)) ? slot : 0;
  }

  /**
   * The connection a packet belongs to whose source address lies at `addresses` in the engine's memory, the destination
   * behind it, and whose ports are source << 16 | destination: as slot * 2 + side of the source; 0 where there is none.
   */
  locate(addresses: number, family: number, scope: number, ports: number): number {
    const { probe, flows, seed } = this;
    probe.family = family;
    probe.addresses = addresses;
    probe.scope = scope;
    const key = (at: number): number => (family === 4 ? probe.view.getInt32(at) : Ipv6.digest(probe.view, at, seed));
    return flows.find(key(addresses), key(addresses + probe.addressLength), ports, probe.scopeKey, probe);
  }
}

function address(tuple: Partial<Tuple> | undefined, name: "clientAddress" | "serverAddress"): Uint8Array {
  const text: unknown = tuple?.[name];
  const bytes = typeof text === "string" ? parseAddress(text) : undefined;
  if (bytes === undefined) throw wrongArgument(call, name, "an IPv4 or IPv6 address", text);
  return bytes;
}

function port(tuple: Tuple, name: "clientPort" | "serverPort"): number {
  requireInteger(call, name, tuple[name], 0, 65535);
  return tuple[name];
}
