/**
 * What other tools made of the UDP datagrams and the fragments of the corpus (oracle/*.json): libnids, tshark, and the
 * independent reassembler that the folder calls "pyref". A row is what at least two of them agree on.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The datagrams from one UDP endpoint to another in a capture. */
export interface UdpRow {
  readonly file: string;
  /** "address|port>address|port". */
  readonly flow: string;
  readonly datagrams: number;
  /** Bytes of all payloads, and the SHA-256 of these one after the other. */
  readonly bytes: number;
  readonly sha256: string;
}

/** A datagram that was put together. */
export interface FragmentedRow {
  readonly file: string;
  /** Bytes of what the fragments carried, and their SHA-256. */
  readonly bytes: number;
  readonly sha256: string;
  /** True where fragments overlapped. */
  readonly overlaps: boolean;
}

/** Datagrams, bytes and hash of a flow; tshark's have no hash. */
type Counts = readonly [datagrams: number, bytes: number, sha256?: string];
type Flows = Readonly<Record<string, Counts>>;

/** The parts of the oracles' files that are read here. */
interface TsharkJson {
  readonly udp_flows: readonly { client: string; server: string; communityid: string; c2s: Counts; s2c: Counts }[];
  readonly tcp_streams: readonly { client: string; server: string; communityid: string }[];
  readonly reassembled: readonly { length: number; sha256: string; overlap?: boolean }[];
}
interface LibnidsRun {
  readonly udp_dirs?: Flows;
}
interface LibnidsJson {
  readonly checksum_on: LibnidsRun | null;
  readonly checksum_off: LibnidsRun | string | null;
}
interface PyrefJson {
  readonly udp_dirs?: Flows;
  readonly fragments?: readonly { len: number; first: string; last: string }[];
}

/** A flow with the Community ID that tshark gives it. */
export interface NamedFlow {
  readonly protocol: number;
  /** "address|port". */
  readonly client: string;
  readonly server: string;
  readonly communityId: string;
}

/** What the oracles agree on about one capture. */
export class DatagramOracle {
  readonly #file: string;
  readonly #tshark: TsharkJson | undefined;
  readonly #libnids: LibnidsJson | undefined;
  readonly #pyref: PyrefJson | undefined;

  constructor(corpus: string, file: string) {
    const read = (tool: string): unknown => {
      const path = join(corpus, "oracle", `${file}.${tool}.json`);
      return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
    };
    this.#file = file;
    this.#tshark = read("tshark") as TsharkJson | undefined;
    this.#libnids = read("libnids") as LibnidsJson | undefined;
    this.#pyref = read("pyref") as PyrefJson | undefined;
  }

  /**
   * UDP flows with payloads that two of the tools see alike, whether checksums are right or not. Where fragments
   * overlap and differ there are several valid readings: fragment-policies.spec.ts has those.
   */
  udpRows(): UdpRow[] {
    if (this.#fragments.some(({ first, last }) => first !== last)) return [];
    const hashed = [this.#pyref?.udp_dirs ?? {}, this.#libnidsFlows()];
    const counted = this.#tsharkFlows();
    const rows: UdpRow[] = [];
    for (const flow of new Set(hashed.flatMap((flows) => Object.keys(flows)))) {
      const [pyref, libnids] = hashed.map((flows) => flows[flow]);
      const agreed = [pyref, libnids].find(
        (each) =>
          each !== undefined && [pyref, libnids, counted[flow]].filter((other) => alike(each, other)).length > 1,
      );
      if (agreed === undefined) continue;
      const [datagrams, bytes, sha256 = ""] = agreed;
      rows.push({ file: this.#file, flow, datagrams, bytes, sha256 });
    }
    return rows;
  }

  /** Datagrams from fragments that tshark and pyref see alike, and on which overlap policies have no influence. */
  fragmentedRows(): FragmentedRow[] {
    const certain = this.#fragments.filter(({ first, last }) => first === last).map(({ first }) => first);
    return (this.#tshark?.reassembled ?? []).flatMap(({ length, sha256, overlap = false }) => {
      const at = certain.indexOf(sha256);
      if (at < 0) return [];
      certain.splice(at, 1);
      return [{ file: this.#file, bytes: length, sha256, overlaps: overlap }];
    });
  }

  /** Flows with tshark's Community IDs. */
  namedFlows(): NamedFlow[] {
    const named = (protocol: number) => (flow: { client: string; server: string; communityid: string }) => {
      return { protocol, client: flow.client, server: flow.server, communityId: flow.communityid };
    };
    return [...(this.#tshark?.tcp_streams ?? []).map(named(6)), ...(this.#tshark?.udp_flows ?? []).map(named(17))];
  }

  get #fragments(): readonly { first: string; last: string }[] {
    return this.#pyref?.fragments ?? [];
  }

  #libnidsFlows(): Flows {
    const off = this.#libnids?.checksum_off;
    return (typeof off === "string" ? this.#libnids?.checksum_on : off)?.udp_dirs ?? {};
  }

  /** Several tshark streams may have the same endpoints. */
  #tsharkFlows(): Flows {
    const flows: Record<string, Counts> = {};
    for (const { client, server, c2s, s2c } of this.#tshark?.udp_flows ?? []) {
      for (const [name, [datagrams, bytes]] of [
        [`${client}>${server}`, c2s],
        [`${server}>${client}`, s2c],
      ] as const) {
        const [before, bytesBefore] = flows[name] ?? [0, 0];
        flows[name] = [before + datagrams, bytesBefore + bytes];
      }
    }
    return flows;
  }
}

function alike(one: Counts, other: Counts | undefined): boolean {
  if (other === undefined || one[0] !== other[0] || one[1] !== other[1]) return false;
  return one[2] === undefined || other[2] === undefined || one[2] === other[2];
}
