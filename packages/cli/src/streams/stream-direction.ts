// One direction of a stream: its bytes are hashed, counted and written as they come; none are kept. Urgent bytes are
// bytes of the stream like all others, as receivers should treat them (RFC 6093 §6) and other tools do. The engine
// hands them out apart, when it is their turn; here they are put back.

import type { Hash } from "node:crypto";
import { formatEndpoint } from "@tsnids/nids";
import type { Encapsulation, HalfStream } from "@tsnids/nids";
import { endpointKey } from "../lines/endpoint-key.js";

/** Gaps of a direction that are told one by one; those behind them are counted. */
export const maximumGaps = 65536;

/** Who sends: the client to the server, or the other way round. */
export type DirectionName = "c2s" | "s2c";

/**
 * Which stream: its endpoints, its VLAN or tunnel, and how many streams between the same client and server there began
 * before it.
 */
export interface StreamName {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  /** The VLAN or tunnel as the engine's number, and what it is. */
  readonly scope: number;
  readonly encapsulation: readonly Encapsulation[];
  readonly nth: number;
}

/** Where the delivered bytes go. */
export interface BytesTarget {
  /** What it is called in the listing. */
  readonly name: string;
  /** Takes bytes, valid only during the call. */
  write(data: Uint8Array): void;
  /** No more will come. */
  end(): void;
}

/** Gaps that are not told one by one: how many, and the bytes that are missing in them. */
export interface GapTotals {
  readonly count: number;
  readonly bytes: number;
}

/** One direction of a stream that is being followed. */
export class StreamDirection {
  readonly name: StreamName;
  readonly dir: DirectionName;
  /** Where the bytes go; undefined where nobody wants them. */
  readonly target: BytesTarget | undefined;
  #hash: Hash | undefined;
  #bytes = 0;
  readonly #gaps: [offset: number, missing: number][] = [];
  #gapCount = 0;
  #unlistedBytes = 0;
  /** Where the last gap is. */
  #lastGap = -1;

  constructor(name: StreamName, dir: DirectionName, target: BytesTarget | undefined) {
    this.name = name;
    this.dir = dir;
    this.target = target;
  }

  /** Delivered bytes, gaps left out. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where in the delivered bytes some are missing, and how many: the first `maximumGaps`. */
  get gaps(): readonly (readonly [offset: number, missing: number])[] {
    return this.#gaps;
  }

  /** The gaps behind those; undefined where there are none. */
  get moreGaps(): GapTotals | undefined {
    const count = this.#gapCount - this.#gaps.length;
    return count > 0 ? { count, bytes: this.#unlistedBytes } : undefined;
  }

  /** Takes what a DATA notification has for this direction: fresh bytes, an urgent byte, a gap, or nothing. */
  take(half: HalfStream): void {
    // Nothing is ever kept by discard(), so all of `data` is fresh.
    if (half.countNew > 0) this.#deliver(half.data);
    else if (half.countNewUrgent > 0) this.#deliver(Uint8Array.of(half.urgentData));
    else if (half.gapLength > 0) this.#gap(half.gapLength);
  }

  /** SHA-256 of the delivered bytes, in hexadecimal. To be called once, at the end. */
  digest(): string {
    return (this.#hash ?? newHash()).digest("hex");
  }

  #deliver(data: Uint8Array): void {
    this.#hash ??= newHash();
    this.#hash.update(data);
    this.target?.write(data);
    this.#bytes += data.length;
  }

  /** Two holes with nothing between them are one. */
  #gap(missing: number): void {
    const goesOn = this.#lastGap === this.#bytes;
    this.#lastGap = this.#bytes;
    if (!goesOn) this.#gapCount++;
    if (this.#gapCount > maximumGaps) this.#unlistedBytes += missing;
    else if (goesOn) this.#gaps.at(-1)![1] += missing;
    else this.#gaps.push([this.#bytes, missing]);
  }
}

/** Node's hashes are loaded when the first one is needed; commands that do not hash streams need none. */
function newHash(): Hash {
  return process.getBuiltinModule("node:crypto").createHash("sha256");
}

/**
 * The object that describes a direction. Its keys have the order that other programs rely on; keys behind `gaps` are
 * there only where they have a value.
 */
export function directionJson(direction: StreamDirection, sha256: string, communityId?: string): string {
  const { clientAddress, clientPort, serverAddress, serverPort, encapsulation, nth } = direction.name;
  return JSON.stringify({
    client: endpointKey(clientAddress, clientPort),
    server: endpointKey(serverAddress, serverPort),
    nth,
    dir: direction.dir,
    bytes: direction.bytes,
    sha256,
    gaps: direction.gaps,
    moreGaps: direction.moreGaps,
    encapsulation: encapsulation.length > 0 ? encapsulation : undefined,
    file: direction.target?.name,
    communityId,
  });
}

/** The endpoints of a stream for people: "10.0.0.1:40000" and "10.0.0.2:80". */
export function endpointsText(name: StreamName): readonly [client: string, server: string] {
  return [formatEndpoint(name.clientAddress, name.clientPort), formatEndpoint(name.serverAddress, name.serverPort)];
}
