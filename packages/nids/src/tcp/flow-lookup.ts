// Looking a connection up by its addresses as a user knows them, rather than by a packet.

import type { EngineMemory } from "../memory/layout.js";
import { Ipv6 } from "../ip/ipv6.js";
import { Packet } from "../packet.js";
import { clientSide } from "./connection.js";
import { FLAGS, FLOW_INTS } from "./flow-table.js";
import type { FlowTable } from "./flow-table.js";

/** The endpoints of a connection; addresses as text. */
export interface Tuple {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/** Two addresses are laid out in the first page of the engine's memory, which nothing else uses. */
const scratch = 64;

export class FlowLookup {
  private readonly probe: Packet;
  private readonly flows: FlowTable;
  private readonly seed: number;

  constructor(memory: EngineMemory, flows: FlowTable, seed: number) {
    this.probe = new Packet(memory);
    this.flows = flows;
    this.seed = seed;
  }

  /** The slot of the connection from this client to this server outside of any VLAN or tunnel; 0 where there is none. */
  find(client: Uint8Array, server: Uint8Array, tuple: Tuple): number {
    const { probe, flows } = this;
    if (client.length !== server.length) return 0;
    probe.bytes.set(client, scratch);
    probe.bytes.set(server, scratch + client.length);
    probe.family = client.length === 4 ? 4 : 6;
    probe.addresses = scratch;
    const key = (at: number): number =>
      probe.family === 4 ? probe.view.getInt32(at) : Ipv6.digest(probe.view, at, this.seed);
    const ports = (tuple.clientPort << 16) | (tuple.serverPort & 0xffff);
    const found = flows.find(key(scratch), key(scratch + client.length), ports, probe.scopeKey, probe);
    const slot = found >> 1;
    return (found & 1) === clientSide(flows.flows[slot * FLOW_INTS + FLAGS] as number) ? slot : 0;
  }
}
