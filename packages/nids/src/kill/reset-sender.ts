// kill(): RST segments (RFC 9293 §3.10.7). Which sequence numbers they have, the strategy says (kill-options.ts);
// libnids' is the default. A reset must hit the receiver's window, and the receiver moves on while the reset travels;
// so each end gets one at the sequence number expected now and one half a window further on. Where it has moved on
// still further, what it sends and is sent from then on is answered (pursuit.ts).
//
//   1 client → server  next(client)              3 client → server  1 + window(server) / 2
//   2 server → client  next(server)              4 server → client  2 + window(client) / 2
//
// The frames begin with what was seen around the stream's packets in that direction (envelope.ts). Where no packet of a
// direction was seen, it is the other one's, turned.

import { NidsError } from "../errors.js";
import { TCP, tcpHeaderBytes } from "../ip/protocol.js";
import type { LinkLayer } from "../link/decap.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import type { Endpoints } from "../tcp/endpoints.js";
import { ATTENTION, clientSide, KNOWN_0 } from "../tcp/flow-flags.js";
import { ACK, FLOW_INTS, NEXT, WINDOW } from "../tcp/flow-record.js";
import type { FlowTable } from "../tcp/flow-table.js";
import { advance, later } from "../tcp/sequence.js";
import { TcpFlag } from "../tcp/segment.js";
import type { Segment } from "../tcp/segment.js";
import { windowInHeader } from "../tcp/sides.js";
import { isAuthenticated } from "./authentication.js";
import { Envelope } from "./envelope.js";
import type { InjectedFrame, Injection, InjectionTarget } from "./injector.js";
import { ipDatagram, pseudoHeader, writeChecksum } from "./ip-datagram.js";
import { KeptEnvelopes } from "./kept-envelopes.js";
import { checkKillOptions, persists, stepsAhead } from "./kill-options.js";
import type { KillOptions } from "./kill-options.js";
import { KillWatch } from "./kill-watch.js";
import { Pursuit } from "./pursuit.js";
import type { Rails } from "./rails.js";

/** As libnids has it; nobody looks at the window of a RST. */
const window = 32000;

/** A direction that resets are sent in: from which side, to whom, in what. */
interface Direction {
  readonly from: number;
  readonly to: InjectionTarget;
  readonly envelope: Envelope;
  /** The number the side was to send next when the stream was announced, where a packet said it. */
  readonly announced: number | undefined;
}

/** What resets are made from. */
export interface ResetParts {
  readonly flows: FlowTable;
  readonly packet: Packet;
  readonly path: EncapsulationPath;
  readonly link: LinkLayer;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly rails: Rails;
}

export class ResetSender {
  private readonly flows: FlowTable;
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;
  private readonly link: LinkLayer;
  private readonly statistics: Statistics;
  private readonly rails: Rails;
  private readonly graceSeconds: number;
  /** Undefined in an engine that sends nothing. */
  private readonly kept: KeptEnvelopes | undefined;
  private readonly watches: Map<number, KillWatch> = new Map();

  constructor(parts: ResetParts) {
    const { params, statistics, path } = parts;
    this.flows = parts.flows;
    this.packet = parts.packet;
    this.path = path;
    this.link = parts.link;
    this.statistics = statistics;
    this.rails = parts.rails;
    this.graceSeconds = Math.ceil(params.killGraceMs / 1000);
    this.kept = path.notes === undefined ? undefined : new KeptEnvelopes(params.maxKillableStreams, statistics);
  }

  /** True where it wants to know what is around packets. */
  get keeps(): boolean {
    return this.kept !== undefined;
  }

  /** Keeps what is around the packet in hand: it is of a stream that is about to be announced. */
  announced(slot: number, from: number): void {
    if (this.kept === undefined) return;
    const { view, transport } = this.packet;
    const sequence = view.getInt32(transport + 4);
    const acknowledges = (view.getUint8(transport + 13) & TcpFlag.ACK) !== 0;
    const ack = acknowledges ? view.getInt32(transport + 8) : undefined;
    this.kept.begin(slot, from, this.around(), from === 0 ? [sequence, ack] : [ack, sequence]);
  }

  /** The same for a packet of the other side, before the stream is announced or afterwards. */
  seen(slot: number, from: number): void {
    this.kept?.add(slot, from, this.around());
  }

  /**
   * A segment takes the long way, of a stream that was announced. False where it is no sign of life: a reset of a
   * stream that was killed.
   */
  heard(slot: number, from: number, segment: Segment): boolean {
    if (this.watches.size === 0) return true;
    const watch = this.watches.get(slot);
    if (watch === undefined) return true;
    if (segment.has(TcpFlag.RST)) return false;
    if (!this.rails.sendMore(watch.heard(from, segment))) watch.giveUp();
    return true;
  }

  /** True where what the ends of a connection still send is to be answered: it may not take the short way. */
  isAnswering(slot: number): boolean {
    return this.watches.size > 0 && this.watches.get(slot)?.isAnswering === true;
  }

  /** The stream has ended. */
  ended(slot: number): void {
    this.kept?.delete(slot);
  }

  /** The connection is forgotten. */
  forget(slot: number): void {
    this.kept?.delete(slot);
    if (this.watches.size === 0) return;
    this.watches.get(slot)?.finish();
    this.watches.delete(slot);
  }

  /** All connections are forgotten. */
  clear(): void {
    this.kept?.clear();
    for (const watch of this.watches.values()) watch.finish();
    this.watches.clear();
  }

  /** Sends the resets of a stream, or what `Injection` says instead. Throws NidsError as `TcpStream.kill` says. */
  kill(slot: number, options: KillOptions): Injection {
    checkKillOptions(options);
    this.rails.check("kill");
    const endpoints = this.flows.endpoints(slot);
    const ends = [endpoints.address(0), endpoints.address(1)] as const;
    const injection = this.rails.send(ends, options.dryRun, () => this.frames(slot, options));
    if (injection.outcome === "sent") this.statistics.kills++;
    return injection;
  }

  /** Watches a stream that was killed with these options. */
  watch(slot: number, options: KillOptions): KillWatch {
    const watch = new KillWatch(this.flows, this.packet, slot, this.graceSeconds, this.pursuit(slot, options));
    this.watches.get(slot)?.finish();
    this.watches.set(slot, watch);
    if (watch.isAnswering) this.flows.setFlags(slot, this.flows.flagsOf(slot) | ATTENTION);
    return watch;
  }

  private pursuit(slot: number, options: KillOptions): Pursuit | undefined {
    if (!persists(options)) return undefined;
    const directions = this.directions(slot, options);
    const endpoints = this.flows.endpoints(slot);
    return new Pursuit((from, sequence) => {
      const direction = directions.find((each) => each.from === from);
      return direction === undefined ? undefined : reset(endpoints, direction, sequence);
    });
  }

  private around(): Envelope | undefined {
    const { bytes, network, transport } = this.packet;
    return isAuthenticated(bytes, network, transport)
      ? undefined
      : Envelope.around(this.packet, this.path, this.link.linkType);
  }

  /** The directions that resets are sent in, the client's first. */
  private directions(slot: number, { sides = "both" }: KillOptions): readonly Direction[] {
    const kept = this.kept?.get(slot);
    const client = clientSide(this.flows.flagsOf(slot));
    return [client, 1 - client].flatMap((from) => {
      const to = from === client ? "server" : "client";
      const envelope = kept?.envelopes[from] ?? kept?.envelopes[1 - from]?.turned();
      if (kept === undefined || envelope === undefined || (sides !== "both" && sides !== to)) return [];
      return [{ from, to, envelope, announced: kept.next[from] }];
    });
  }

  private frames(slot: number, options: KillOptions): InjectedFrame[] {
    const endpoints = this.flows.endpoints(slot);
    const directions = this.directions(slot, options).flatMap((direction) => {
      const { from } = direction;
      const expected = this.expected(slot, direction, options);
      if (expected === undefined) return [];
      const scaled = this.flows.flows[slot * FLOW_INTS + WINDOW + 1 - from] as number;
      const steps = stepsAhead(options, scaled, windowInHeader(this.flows, slot, 1 - from));
      return [{ ...direction, steps, expected }];
    });
    if (directions.length === 0) throw notInjectable();
    const rounds = Math.max(...directions.map(({ steps }) => steps.length));
    return Array.from({ length: rounds }).flatMap((_, round) =>
      directions.flatMap((direction) => {
        const ahead = direction.steps[round];
        return ahead === undefined ? [] : [reset(endpoints, direction, advance(direction.expected, ahead))];
      }),
    );
  }

  /**
   * The number the receiver expects next from this side. What it has acknowledged, though it was not captured, it has
   * received; of a side that was seen, libnids only knows what it saw. Undefined where no packet has said a number.
   */
  private expected(
    slot: number,
    { from, announced }: Direction,
    { strategy = "libnids" }: KillOptions,
  ): number | undefined {
    const at = slot * FLOW_INTS;
    const acknowledged = this.flows.flows[at + ACK + 1 - from] as number;
    if ((this.flows.flagsOf(slot) & (KNOWN_0 << from)) === 0) {
      // 0: the receiver has not acknowledged anything since.
      return acknowledged === 0 ? announced : later(announced ?? acknowledged, acknowledged);
    }
    const next = this.flows.flows[at + NEXT + from] as number;
    return strategy === "libnids" ? next : later(next, acknowledged);
  }
}

function reset(endpoints: Endpoints, { from, to, envelope }: Direction, sequence: number): InjectedFrame {
  const [source, destination] = [endpoints.address(from), endpoints.address(1 - from)];
  const segment = new Uint8Array(tcpHeaderBytes);
  const view = new DataView(segment.buffer);
  view.setUint16(0, endpoints.port(from));
  view.setUint16(2, endpoints.port(1 - from));
  view.setInt32(4, sequence);
  view.setUint16(12, ((tcpHeaderBytes / 4) << 12) | TcpFlag.RST);
  view.setUint16(14, window);
  const addresses = new Uint8Array([...source, ...destination]);
  writeChecksum(segment, 16, 0, segment.length, pseudoHeader(addresses, TCP, segment.length));
  const bytes = envelope.enclose(ipDatagram(source, destination, TCP, segment));
  return { bytes, interfaceIndex: envelope.interfaceIndex, to };
}

function notInjectable(): NidsError {
  return new NidsError(
    "not-injectable",
    "kill(): no packet of the stream was seen in which a reset could be sent to that side, or none that says with " +
      "which number. Resets go into Ethernet, cooked and bare IP captures, and into tunnels but ERSPAN and those " +
      "with sequence numbers (stream.encapsulation says what the stream is in), not into packets with an " +
      "authentication header; of at most maxKillableStreams streams the headers are kept",
  );
}
