/**
 * Turns a scenario into frames, in eight variants that must all give the same event log: IPv4 or IPv6; sequence numbers
 * as the page has them or moved so that they wrap within the first data; addresses as usual or exchanged, so that the
 * client is the higher one (a flow table that orders endpoints then stores them the other way round).
 *
 *     page        SYN seq=100   │ 101 102 103 104 105 …
 *     near wrap   SYN 2^32 - 4  │  -3  -2  -1   0   1 …       all of a side's numbers, and acks of them, move alike
 *
 * Connection n uses client port 39999 + n. Numbers of the page are those of its first segment; a side whose first
 * segment has none begins at ISN 100 (client) or 500 (server).
 */
import { LinkType } from "@tsnids/pcap";
import { Capture } from "./capture.js";
import { conversation, type Conversation, type SegmentOptions, type Side } from "./conversation.js";
import { ScenarioError, TestkitError } from "./errors.js";
import { cutFrame, fragmentFrame, frame, type Frame } from "./frame.js";
import { icmpPacket, udpPacket, type IpOptions } from "./packet.js";
import type { Scenario } from "./scenario.js";
import type { ScenarioNumber, ScenarioPacket } from "./scenario-packet.js";
import { advance } from "./sequence.js";
import { addTime, defaultStart } from "./time.js";

/** How a scenario is played. */
export interface ScenarioVariant {
  /** The family of all addresses. */
  readonly family: "ipv4" | "ipv6";
  /** Sequence numbers wrap within the first data of either side. */
  readonly nearWrap: boolean;
  /** Client and server exchange addresses; ports stay. */
  readonly swapped: boolean;
}

/** One connection of a played scenario. */
export interface ScenarioConnection {
  /** From 1, as in the direction words of the event log. */
  readonly number: number;
  /** Address of the client, as text. */
  readonly clientAddress: string;
  /** Port of the client. */
  readonly clientPort: number;
  /** Address of the server, as text. */
  readonly serverAddress: string;
  /** Port of the server. */
  readonly serverPort: number;
}

/** A played scenario: the frames, and which endpoints the page's names stand for. */
export interface ScenarioCapture {
  /** The frames. */
  readonly capture: Capture;
  /** In order of their numbers. */
  readonly connections: readonly ScenarioConnection[];
}

const hosts = { ipv4: ["10.0.0.1", "10.0.0.2"], ipv6: ["2001:db8::1", "2001:db8::2"] } as const;
const bystanders = { ipv4: ["192.0.2.1", "192.0.2.2"], ipv6: ["2001:db8:ffff::1", "2001:db8:ffff::2"] } as const;
const echoRequest = { ipv4: 8, ipv6: 128 } as const;
const defaultIsn: Readonly<Record<Side, number>> = { client: 100, server: 500 };
const isnNearWrap = 2 ** 32 - 4;
const firstClientPort = 40000;
const serverPort = 80;

const linkByName: ReadonlyMap<string, number> = new Map([
  ["ethernet", LinkType.ETHERNET],
  ["sll", LinkType.LINUX_SLL],
  ["sll2", LinkType.LINUX_SLL2],
  ["null", LinkType.NULL],
  ["loop", LinkType.LOOP],
  ["raw", LinkType.RAW],
]);

/** All variants that make sense for the scenario: eight, or four when it says `only: ipv4` or `only: ipv6`. */
export function scenarioVariants(scenario: Scenario): ScenarioVariant[] {
  const only = scenario.parameters["only"];
  if (only !== undefined && only !== "ipv4" && only !== "ipv6") {
    throw new ScenarioError(scenario.line, `only: "${only}" is neither ipv4 nor ipv6`);
  }
  const families: readonly ScenarioVariant["family"][] = only === undefined ? ["ipv4", "ipv6"] : [only];
  const either = [false, true];
  return families.flatMap((family) =>
    either.flatMap((nearWrap) => either.map((swapped) => ({ family, nearWrap, swapped }))),
  );
}

/** "ipv6, near wrap, swapped": for the title of a test. */
export function variantName({ family, nearWrap, swapped }: ScenarioVariant): string {
  return [family, ...(nearWrap ? ["near wrap"] : []), ...(swapped ? ["swapped"] : [])].join(", ");
}

/** Link type and VLAN tags that the scenario's parameters ask for. */
interface Wire {
  readonly link: number;
  readonly vlan: readonly number[];
}

function wireOf(scenario: Scenario): Wire {
  const name = scenario.parameters["link"] ?? "ethernet";
  const link = linkByName.get(name);
  if (link === undefined) {
    throw new ScenarioError(scenario.line, `link: "${name}" is none of ${[...linkByName.keys()].join(" ")}`);
  }
  const vlan = scenario.parameters["vlan"]?.split(",").map(Number) ?? [];
  return { link, vlan };
}

/** One connection while the scenario is played. */
interface Player {
  readonly connection: ScenarioConnection;
  readonly conversation: Conversation;
  /** From the page's sequence numbers to those of the variant. */
  readonly shift: Readonly<Record<Side, number>>;
}

/** The ISN that the page gives a side: the number of its first segment, which is one past it unless that is a SYN. */
function pageIsn(packets: readonly ScenarioPacket[], from: Side): number {
  const first = packets.find((packet) => packet.kind === "tcp" && packet.from === from);
  if (first?.seq === undefined || first.seq.relative) return defaultIsn[from];
  return first.flags.includes("S") ? first.seq.value : advance(first.seq.value, -1);
}

function connectionOf(number: number, variant: ScenarioVariant): ScenarioConnection {
  const [low, high] = hosts[variant.family];
  const [clientAddress, serverAddress] = variant.swapped ? [high, low] : [low, high];
  return { number, clientAddress, clientPort: firstClientPort + number - 1, serverAddress, serverPort };
}

function endpointText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function clientText({ clientAddress, clientPort }: ScenarioConnection): string {
  return endpointText(clientAddress, clientPort);
}

function serverText(connection: ScenarioConnection): string {
  return endpointText(connection.serverAddress, connection.serverPort);
}

function playerFor(number: number, scenario: Scenario, variant: ScenarioVariant, wire: Wire): Player {
  const packets = scenario.packets.filter((packet) => packet.connection === number);
  const isn = { client: pageIsn(packets, "client"), server: pageIsn(packets, "server") };
  const connection = connectionOf(number, variant);
  return {
    connection,
    conversation: conversation({
      ...wire,
      client: clientText(connection),
      server: serverText(connection),
      clientIsn: variant.nearWrap ? isnNearWrap : isn.client,
      serverIsn: variant.nearWrap ? isnNearWrap : isn.server,
    }),
    shift: {
      client: variant.nearWrap ? isnNearWrap - isn.client : 0,
      server: variant.nearWrap ? isnNearWrap - isn.server : 0,
    },
  };
}

function seqOption(seq: ScenarioNumber | undefined, shift: number): Pick<SegmentOptions, "seq" | "absoluteSeq"> {
  if (seq === undefined) return {};
  return seq.relative ? { seq: seq.value } : { absoluteSeq: advance(seq.value, shift) };
}

function ackOption(ack: ScenarioNumber | undefined, shift: number): Pick<SegmentOptions, "ack" | "absoluteAck"> {
  if (ack === undefined) return {};
  return ack.relative ? { ack: ack.value } : { absoluteAck: advance(ack.value, shift) };
}

/** Every packet has its own identification, so that fragments of two never mix. */
function ipOptions(packet: ScenarioPacket, family: ScenarioVariant["family"]): IpOptions {
  const identification = packet.line & 0xffff;
  if (packet.badIpChecksum !== true) return { ipv4: { identification } };
  if (family === "ipv6") throw new ScenarioError(packet.line, "badipsum: IPv6 has no header checksum; say only: ipv4");
  return { ipv4: { identification, checksum: "bad" } };
}

function tcpFrame(packet: ScenarioPacket, player: Player, ip: IpOptions): Frame {
  const { from, data, flags, segment } = packet;
  const ackShift = player.shift[from === "client" ? "server" : "client"];
  return player.conversation.build(from, {
    ...segment,
    ...seqOption(packet.seq, player.shift[from]),
    ...ackOption(packet.ack, ackShift),
    data,
    flags,
    ip,
    options: packet.options.map((option) => option(ackShift)),
  });
}

function udpFrame(packet: ScenarioPacket, { connection }: Player, wire: Wire, ip: IpOptions): Frame {
  const ends = [clientText(connection), serverText(connection)] as const;
  const [from, to] = packet.from === "client" ? ends : [ends[1], ends[0]];
  const { checksum = "good" } = packet.segment;
  return frame(udpPacket(from, to, { data: packet.data, checksum }, ip), { ...wire, ...packet.segment });
}

function tickFrame(variant: ScenarioVariant, wire: Wire): Frame {
  const [from, to] = bystanders[variant.family];
  return frame(icmpPacket(from, to, { type: echoRequest[variant.family] }), wire);
}

/** The frames of one packet: fragments if it asks for them, cut if it asks for that. */
function captured(whole: Frame, packet: ScenarioPacket): Frame[] {
  const timed = { ...whole, time: addTime(defaultStart, packet.time) };
  const frames =
    packet.fragments === undefined ? [timed] : fragmentFrame(timed, packet.fragments, packet.line & 0xffff);
  return frames.map((one) => {
    const snapped = packet.snapLength === undefined ? one : cutFrame(one, packet.snapLength);
    return packet.cut === undefined ? snapped : cutFrame(snapped, Math.max(0, snapped.bytes.length - packet.cut));
  });
}

/** Plays the scenario. Throws ScenarioError naming the line of a packet that cannot be built. */
export function scenarioCapture(scenario: Scenario, variant: ScenarioVariant): ScenarioCapture {
  const wire = wireOf(scenario);
  const numbers = new Set(scenario.packets.filter(({ kind }) => kind !== "tick").map(({ connection }) => connection));
  const players = new Map([...numbers].map((number) => [number, playerFor(number, scenario, variant, wire)]));
  const framesOf = (packet: ScenarioPacket): Frame[] => {
    const player = players.get(packet.connection);
    if (packet.kind === "tick" || player === undefined) return captured(tickFrame(variant, wire), packet);
    const ip = ipOptions(packet, variant.family);
    const whole = packet.kind === "tcp" ? tcpFrame(packet, player, ip) : udpFrame(packet, player, wire, ip);
    return captured(whole, packet);
  };
  const frames = scenario.packets.flatMap((packet) => {
    try {
      return framesOf(packet);
    } catch (error) {
      if (error instanceof ScenarioError || !(error instanceof TestkitError)) throw error;
      throw new ScenarioError(packet.line, error.message);
    }
  });
  return { capture: new Capture(frames), connections: [...players.values()].map(({ connection }) => connection) };
}
