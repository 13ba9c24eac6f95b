// Which connections are open in a watch, and which numbers they have. Both survive a restart: while what was processed
// before is replayed, connections get the numbers they had, and nothing is reported. If another connection seems open
// at the end of the replay, it is the rest of one that was reported: it began before the replay did, and its end was
// not recognized.

import { TcpState } from "@tsnids/nids";
import type { Encapsulation, Nids, PacketTime } from "@tsnids/nids";
import { encapsulationText } from "../lines/encapsulation-text.js";
import { endpointKey } from "../lines/endpoint-key.js";
import type { SavedConnection } from "./watch-state.js";

/** What tells connections apart, of a stream or a connection. */
interface Identity {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly encapsulation: readonly Encapsulation[];
}

/** An open connection; its number may still be missing. */
interface OpenConnection {
  readonly name: string;
  readonly start: PacketTime;
  id: number | undefined;
}

/** The open connections of an engine. */
export class WatchedConnections {
  /** Number of the next connection. */
  nextId: number;
  #resumed: Map<string, SavedConnection> | undefined;
  readonly #open: Map<string, OpenConnection> = new Map();

  /** With `resumed`, a replay comes first, up to `endReplay`. */
  constructor(nids: Nids, nextId: number, resumed: readonly SavedConnection[] | undefined) {
    this.nextId = nextId;
    this.#resumed = resumed && new Map(resumed.map((saved) => [keyOf(saved.name, saved.start), saved]));
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) this.#begin(nameOf(stream), stream.startTime);
    });
  }

  /** True while everything that happens was reported already. */
  get isReplaying(): boolean {
    return this.#resumed !== undefined;
  }

  /** Ends the replay. Returns how many of the open connections have lost their beginning, or everything. */
  endReplay(): number {
    const missing = new Map<string, number>();
    for (const { name, start, id } of this.#resumed?.values() ?? []) {
      if (!this.#open.has(keyOf(name, start))) missing.set(name, id);
    }
    // Where the file with its beginning is gone, a connection has been picked up later, with another start.
    for (const connection of this.#open.values()) {
      connection.id ??= missing.get(connection.name);
    }
    this.#resumed = undefined;
    return missing.size;
  }

  /** Notes that a connection has ended. Returns its number; undefined when it is not to be reported. */
  end(connection: Identity & { readonly start: PacketTime }): number | undefined {
    const key = keyOf(nameOf(connection), connection.start);
    const id = this.#open.get(key)?.id;
    this.#open.delete(key);
    return this.isReplaying ? undefined : id;
  }

  /** The open connections, for the next watch. */
  save(): SavedConnection[] {
    const saved: SavedConnection[] = [];
    for (const { id, name, start } of this.#open.values()) if (id !== undefined) saved.push({ id, name, start });
    return saved;
  }

  #begin(name: string, start: PacketTime): void {
    const key = keyOf(name, start);
    const id = this.#resumed === undefined ? this.nextId++ : this.#resumed.get(key)?.id;
    this.#open.set(key, { name, start, id });
  }
}

/** The two ends, in an order that does not depend on which one was taken for the client. */
function nameOf({ clientAddress, clientPort, serverAddress, serverPort, encapsulation }: Identity): string {
  const ends = [endpointKey(clientAddress, clientPort), endpointKey(serverAddress, serverPort)].sort();
  return [...ends, encapsulationText(encapsulation)].join(" ");
}

function keyOf(name: string, { seconds, nanoseconds }: PacketTime): string {
  return `${name} ${seconds} ${nanoseconds}`;
}
