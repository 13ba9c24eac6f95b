/**
 * Plays one conversation of a plan: the handshake, then step by step, with segments that are on the way for a while,
 * come twice or never pass the capture. Positions are bytes of a direction, counted from 0 behind the SYN
 * (direction.ts).
 */
import {
  conversation,
  noOperation,
  timestamps,
  windowScale,
  type Conversation,
  type Frame,
  type SegmentOptions,
  type Side,
  type TcpOption,
} from "@tsnids/testkit";
import { Direction } from "./direction.js";
import { sendInFragments } from "./fragment-stairs.js";
import { ipOptions, refusedOptions, type IpOptionsName } from "./ip-options.js";
import {
  moment,
  type ConversationPlan,
  type Fate,
  type Fragmentation,
  type Opening,
  type Step,
} from "./traffic-plan.js";

/** What the conversation has in common with the rest of the traffic. */
export interface Surroundings {
  /** Its number; it has a port of its own. */
  readonly index: number;
  readonly padTo: number;
  /** The next identification of an IP packet. */
  readonly identification: () => number;
}

/** A segment as it is sent; it becomes bytes when it passes the capture. */
interface Sending {
  readonly from: Side;
  readonly at: number;
  readonly length: number;
  readonly wording: number;
  readonly flags: string;
  readonly ack: number;
  readonly window?: number | undefined;
  readonly urgent?: number | undefined;
  readonly checksumIsWrong?: boolean;
  readonly options?: IpOptionsName;
  readonly fragments?: Fragmentation | undefined;
  readonly timestamp: number;
}

/** libnids throws the queue of a direction away beyond 64 KiB (D7). A packet costs its length and less than this there. */
const mostCost = 65_000;
const packetCost = 400;
const lateBy = 3;
const text = "GET /one two three four five six\n";

/** The frames of a conversation. */
export function playConversation(plan: ConversationPlan, surroundings: Surroundings): Frame[] {
  return new ConversationPlayer(plan, surroundings).play();
}

class ConversationPlayer {
  private readonly frames: Frame[] = [];
  private readonly directions: Readonly<Record<Side, Direction>>;
  private readonly segments: Conversation;
  private now: number;
  private clock = 0;
  /** Segments on the way, with the number of the step after which they pass the capture. */
  private late: { readonly due: number; readonly sending: Sending }[] = [];
  private established = false;
  private repeatedSyn = false;
  private readonly plan: ConversationPlan;
  private readonly surroundings: Surroundings;

  constructor(plan: ConversationPlan, surroundings: Surroundings) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.now = plan.start;
    const [client, server] = plan.isn;
    this.directions = { client: new Direction(client), server: new Direction(server) };
    this.segments = conversation({
      client: `10.0.0.${plan.clientHost}:${1025 + surroundings.index}`,
      server: `10.0.1.${plan.serverHost}:${plan.serverPort}`,
      padTo: surroundings.padTo,
    });
  }

  play(): Frame[] {
    this.open(this.plan.opening);
    this.plan.steps.forEach((step, number) => {
      this.now += step.wait;
      this.take(step, number);
      const passing = this.late.filter(({ due }) => due <= number);
      this.late = this.late.filter(({ due }) => due > number);
      for (const { sending } of passing) this.pass(sending);
    });
    for (const { sending } of this.late) this.pass(sending);
    return this.frames;
  }

  private open(opening: Opening): void {
    const { kind, synTwice, synAckTwice, wrongSynAck, dataOnAck } = opening;
    const { client } = this.directions;
    if (kind === "refused") {
      this.syn("client");
      this.raw("server", { flags: "RA", absoluteSeq: 0, absoluteAck: (client.isn + 1) >>> 0 });
      client.isn += 5000;
    }
    if (kind !== "no-syn") this.syn("client");
    if (synTwice && kind !== "no-syn") this.syn("client");
    if (kind !== "no-syn-ack") {
      if (wrongSynAck) this.raw("server", { flags: "SA", absoluteSeq: 77, absoluteAck: (client.isn + 9) >>> 0 });
      this.syn("server");
      if (synAckTwice) this.syn("server");
    }
    if (kind === "no-ack") return;
    this.established = kind === "whole" || kind === "refused";
    this.pass({ from: "client", at: 0, length: dataOnAck, wording: 0, flags: "A", ack: 0, timestamp: this.tick() });
  }

  private take(step: Step, number: number): void {
    if (!this.established && this.plan.opening.kind === "no-ack") {
      this.establish(step);
      return;
    }
    switch (step.kind) {
      case "data": {
        this.data(step, number);
        return;
      }
      case "ack": {
        this.send(step.fate, number, {
          ...{ from: step.side, at: this.directions[step.side].sent, length: 0, wording: 0, flags: "A" },
          ...{ ack: step.ack, window: step.window, timestamp: this.tick() },
        });
        return;
      }
      case "fin": {
        this.finish(step.side, step.length, step.fate, number);
        return;
      }
      case "repair": {
        this.repair(step.side);
        return;
      }
      case "reset": {
        this.reset(step.side, step.at, step.flags, step.payload);
        return;
      }
      case "syn-again":
        if (this.established && !this.repeatedSyn) this.syn(step.side);
        this.repeatedSyn = true;
    }
  }

  /** The ACK of the handshake was not captured: what the client sends next takes its place. */
  private establish(step: Step): void {
    if (step.side !== "client" || step.kind === "syn-again" || step.kind === "reset") return;
    this.established = true;
    const length = step.kind === "data" ? step.length : 0;
    this.pass({ from: "client", at: 0, length, wording: 0, flags: "PA", ack: 0, timestamp: this.tick() });
  }

  private data(step: Extract<Step, { kind: "data" }>, number: number): void {
    const { side, length, wording, flags, ack, urgent, checksumIsWrong, options, fragments } = step;
    const at = Math.max(0, this.directions[side].sent + step.at);
    this.send(step.fate, number, {
      ...{ from: side, at, length, wording, flags, ack, urgent, checksumIsWrong, options, fragments },
      timestamp: this.tick(),
    });
  }

  private finish(from: Side, length: number, fate: Fate, number: number): void {
    const direction = this.directions[from];
    const at = direction.sent;
    direction.fin = at + length;
    this.send(fate, number, { from, at, length, wording: 0, flags: "FA", ack: 0, timestamp: this.tick() });
  }

  /** Sends what the capture has not shown, up to the next byte it has, and the FIN if that is what is missing. */
  private repair(from: Side): void {
    const direction = this.directions[from];
    const { expected, shown, sent, fin } = direction;
    let end = expected;
    while (end < sent && end - expected < 1400 && !shown.has(end)) end++;
    const needsFin = fin === end && !direction.finShown;
    if (end === expected && !needsFin) return;
    const flags = needsFin ? "FA" : "PA";
    this.pass({ from, at: expected, length: end - expected, wording: 0, flags, ack: 0, timestamp: this.tick() });
  }

  private reset(from: Side, at: number, flags: string, payload: number): void {
    const sequence = this.directions[from].isn + 1 + this.directions[from].expected + at;
    const absoluteAck = this.acknowledgment(from, 0) >>> 0;
    this.raw(from, { flags, absoluteSeq: sequence >>> 0, absoluteAck, data: text.slice(0, payload) });
  }

  private syn(from: Side): void {
    const { isn } = this.directions[from];
    const { synFlags } = this.plan.opening;
    const isClient = from === "client";
    this.raw(from, {
      flags: isClient ? synFlags : "SA",
      absoluteSeq: isn >>> 0,
      ...(isClient ? {} : { absoluteAck: (this.directions.client.isn + 1) >>> 0 }),
      options: this.synOptions(isClient ? 0 : 1),
    });
  }

  private synOptions(side: 0 | 1): TcpOption[] {
    const { timestamps: stamps, scale } = this.plan.opening;
    const shift = scale[side];
    return [
      ...(shift === undefined ? [] : [windowScale(shift), noOperation()]),
      ...(stamps[side] ? [timestamps(this.tick(), 0)] : []),
    ];
  }

  /** A packet that is not one of the stream's own. */
  private raw(from: Side, options: SegmentOptions): void {
    const built = this.segments.build(from, { window: 60_000, ...options, ...this.passing(), stray: true });
    this.frames.push(built);
  }

  /** Sends a segment; the capture sees it now, later, twice or never. */
  private send(fate: Fate, number: number, sending: Sending): void {
    const direction = this.directions[sending.from];
    direction.sent = Math.max(direction.sent, sending.at + sending.length);
    if (fate === "late") this.late.push({ due: number + lateBy, sending });
    if (fate === "arrives" || fate === "twice") this.pass(sending);
    if (fate === "twice") this.pass(sending);
  }

  /** The capture sees a segment. */
  private pass(sending: Sending): void {
    const {
      from,
      at,
      length,
      wording,
      flags,
      urgent,
      checksumIsWrong,
      fragments,
      timestamp,
      options = "none",
    } = sending;
    const direction = this.directions[from];
    direction.cost += length + packetCost;
    if (direction.cost > mostCost) return;
    direction.sent = Math.max(direction.sent, at + length);
    const [clientStamps, serverStamps] = this.plan.opening.timestamps;
    const built = this.segments.build(from, {
      data: words(at, length, wording),
      flags: urgent === undefined ? flags : `${flags}U`,
      absoluteSeq: (direction.isn + 1 + at) >>> 0,
      ...(flags.includes("A") ? { absoluteAck: this.acknowledgment(from, sending.ack) >>> 0 } : {}),
      ...(urgent === undefined ? {} : { urgentPointer: urgent }),
      ...(checksumIsWrong === true ? { checksum: 0x1234 } : {}),
      window: this.windowOf(sending),
      options: clientStamps && serverStamps ? [noOperation(), noOperation(), timestamps(timestamp, 0)] : [],
      ...this.passing(options),
      stray: true,
    });
    const { frames, isWhole } = sendInFragments(built, fragments);
    this.frames.push(...frames);
    const isTaken = isWhole && checksumIsWrong !== true && !refusedOptions.includes(options);
    if (isTaken) direction.show(at, at + length, flags.includes("F"));
  }

  private acknowledgment(from: Side, offset: number): number {
    return this.directions[from === "client" ? "server" : "client"].acknowledgment + offset;
  }

  /** A window that is announced stays until another one is. */
  private windowOf({ from, window }: Sending): number {
    const direction = this.directions[from];
    if (window !== undefined) direction.window = window;
    return direction.window;
  }

  private passing(options: IpOptionsName = "none"): Pick<SegmentOptions, "time" | "ip"> {
    const ipv4 = { identification: this.surroundings.identification(), options: Uint8Array.from(ipOptions[options]) };
    return { time: moment(this.now), ip: { ipv4 } };
  }

  private tick(): number {
    return ++this.clock;
  }
}

/** Bytes of the stream at a position, or others instead of them. */
function words(at: number, length: number, wording: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => {
    const position = at + index;
    return wording === 0 ? text.charCodeAt(position % text.length) : 0x30 + ((position + wording * 3) % 10);
  });
}
