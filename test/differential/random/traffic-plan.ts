/**
 * Random traffic, as a plan: what each side of some conversations does, step by step, and what happens to it on the way
 * to the capture. A plan is data and has no bytes in it (traffic-player.ts makes them), so fast-check can shrink one
 * that fails to the few steps that matter.
 *
 *     TrafficPlan ─┬─ ConversationPlan ─┬─ opening   how it begins: in order, repeated, refused, with parts missing
 *                  │                    └─ steps     data, acknowledgments, FINs, resets, pauses
 *                  └─ DatagramPlan                   UDP, scans, and what is no TCP at all
 */
import type { Side } from "@tsnids/testkit";
import fc from "fast-check";
import { ipOptions, type IpOptionsName } from "./ip-options.js";

/** Milliseconds after the beginning, as the time of a frame. */
export function moment(milliseconds: number): string {
  return (1_000_000_000 + milliseconds / 1000).toFixed(6);
}

/** What becomes of a packet between its sender and the capture. */
export type Fate = "arrives" | "lost" | "late" | "twice";

/** How a packet is cut into IP fragments; see fragment-stairs.ts. */
export interface Fragmentation {
  /** Lengths of the pieces in units of 8 bytes; the last takes the rest. */
  readonly lengths: readonly number[];
  /** How far each piece reaches back over the one before, in units of 8 bytes. */
  readonly overlaps: readonly number[];
  /** The order of sending: pieces are sorted by these numbers. */
  readonly order: readonly number[];
  /** The piece that is sent a second time, at the end; -1: none. */
  readonly repeated: number;
  readonly lost: number;
}

export type Step = {
  readonly side: Side;
  /** Milliseconds since the step before. */
  readonly wait: number;
} & (
  | {
      readonly kind: "data";
      /** Where it begins: bytes behind (negative: before) the last byte sent so far. */
      readonly at: number;
      readonly length: number;
      /** 0 is what the stream really says; others are copies that differ. */
      readonly wording: number;
      readonly fate: Fate;
      readonly flags: string;
      readonly urgent: number | undefined;
      /** How far its acknowledgment is from what was seen. */
      readonly ack: number;
      readonly checksumIsWrong: boolean;
      /** Of its IP header. */
      readonly options: IpOptionsName;
      readonly fragments: Fragmentation | undefined;
    }
  | { readonly kind: "ack"; readonly ack: number; readonly window: number; readonly fate: Fate }
  | { readonly kind: "fin"; readonly length: number; readonly fate: Fate; readonly wait: number }
  | { readonly kind: "reset"; readonly at: number; readonly flags: string; readonly payload: number }
  /** Fills what is missing, as a sender does that hears of no progress. */
  | { readonly kind: "repair" }
  /** A SYN in the middle, the client's own again or the server's. */
  | { readonly kind: "syn-again" }
);

/** How a conversation begins. */
export interface Opening {
  readonly kind: "whole" | "refused" | "no-syn" | "no-syn-ack" | "no-ack";
  readonly synTwice: boolean;
  readonly synAckTwice: boolean;
  /** A SYN,ACK that acknowledges something else comes first. */
  readonly wrongSynAck: boolean;
  /** The client's first data come with its ACK. */
  readonly dataOnAck: number;
  /** Extra flags of the SYN. */
  readonly synFlags: string;
  readonly timestamps: readonly [boolean, boolean];
  readonly scale: readonly [number | undefined, number | undefined];
}

export interface ConversationPlan {
  readonly clientHost: number;
  readonly serverHost: number;
  readonly serverPort: number;
  /** Initial sequence numbers: close behind the end of the number space, where they are negative. */
  readonly isn: readonly [number, number];
  readonly start: number;
  readonly opening: Opening;
  readonly steps: readonly Step[];
}

export interface DatagramPlan {
  readonly at: number;
  readonly kind: "udp" | "other" | "bad-header" | "scan";
  readonly length: number;
  /** UDP: what is wrong with the length field. Scan: how many targets. Otherwise which field lies. */
  readonly lie: number;
  readonly checksum: "good" | "none" | "wrong";
  /** Of the segments of a scan. */
  readonly flags: string;
  readonly options: IpOptionsName;
  readonly fragments: Fragmentation | undefined;
}

export interface TrafficPlan {
  readonly conversations: readonly ConversationPlan[];
  readonly datagrams: readonly DatagramPlan[];
  /** Frames shorter than this are padded, as Ethernet does. */
  readonly padTo: number;
}

const often = <T>(usual: T, ...rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: rare.length, arbitrary: fc.constantFrom(...rare) });
const side = fc.constantFrom<Side>("client", "server");
const wait = often(1, 0, 10, 300, 6000);
const fate = often<Fate>("arrives", "arrives", "late", "twice", "lost");
const rarely = (one: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight: one - 1, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const someOptions = Object.keys(ipOptions) as IpOptionsName[];

const fragmentation: fc.Arbitrary<Fragmentation> = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
  overlaps: fc.array(fc.nat(2), { maxLength: 5 }),
  order: fc.array(fc.nat(9), { maxLength: 6 }),
  repeated: often(-1, 0, 1, 2),
  lost: often(-1, -1, -1, 0, 1),
});
const fragments = fc.option(fragmentation, { nil: undefined, freq: 12 });

const data = fc.record({
  kind: fc.constant("data" as const),
  side,
  wait,
  at: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -60, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: -1500, max: 1500 }) },
  ),
  length: fc.oneof(fc.constantFrom(1, 3, 8, 20, 100, 700, 1400), fc.integer({ min: 0, max: 40 })),
  wording: often(0, 1, 2),
  fate,
  flags: often("PA", "A", "A", "PAE", "FA", "P"),
  urgent: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(60) }),
  ack: often(0, -1, -30, 1, 40),
  checksumIsWrong: rarely(30),
  options: fc.oneof(
    { weight: 15, arbitrary: fc.constant<IpOptionsName>("none") },
    { weight: 1, arbitrary: fc.constantFrom(...someOptions) },
  ),
  fragments,
});
const ack = fc.record({
  kind: fc.constant("ack" as const),
  side,
  wait,
  ack: often(0, 0, -1, -100, 1, 60, 2000),
  window: often(60_000, 65_535, 8192, 100, 0),
  fate,
});
const fin = fc.record({
  kind: fc.constant("fin" as const),
  side,
  wait,
  length: often(0, 1, 30),
  fate,
});
/** Outside any window, however it is scaled: libnids scales those of SYNs as well, which RFC 7323 §2.2 says not to. */
const farAway = 1_500_000_000;
const reset = fc.record({
  kind: fc.constant("reset" as const),
  side,
  wait,
  at: often(0, -1, 1, 5, farAway),
  flags: fc.constantFrom("R", "RA"),
  payload: often(0, 4),
});
const repair = fc.record({ kind: fc.constant("repair" as const), side, wait });
const synAgain = fc.record({ kind: fc.constant("syn-again" as const), side, wait });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: data },
  { weight: 20, arbitrary: ack },
  { weight: 6, arbitrary: repair },
  { weight: 3, arbitrary: fin },
  { weight: 1, arbitrary: synAgain },
  { weight: 1, arbitrary: reset },
);

const opening: fc.Arbitrary<Opening> = fc.record({
  kind: fc.oneof(
    { weight: 16, arbitrary: fc.constant("whole" as const) },
    { weight: 4, arbitrary: fc.constantFrom("refused" as const, "no-syn", "no-syn-ack", "no-ack") },
  ),
  synTwice: rarely(10),
  synAckTwice: rarely(10),
  wrongSynAck: rarely(15),
  dataOnAck: often(0, 10),
  synFlags: often("S", "SEC", "SU", "SF"),
  timestamps: fc.constantFrom([false, false], [false, false], [true, true], [true, false], [false, true]),
  scale: fc.tuple(fc.constantFrom(undefined, 2, 14, 15), fc.constantFrom(undefined, 2)),
});

const isn = fc.oneof(fc.integer({ min: 100_000, max: 2_000_000_000 }), fc.integer({ min: -300_000_000, max: -2 }));

const conversation: fc.Arbitrary<ConversationPlan> = fc.record({
  clientHost: fc.integer({ min: 1, max: 3 }),
  serverHost: fc.integer({ min: 1, max: 2 }),
  serverPort: fc.constantFrom(80, 21, 25),
  isn: fc.tuple(isn, isn),
  start: fc.nat(200),
  opening,
  steps: fc.array(step, { maxLength: 40, size: "max" }),
});

const datagram: fc.Arbitrary<DatagramPlan> = fc.record({
  at: fc.nat(2000),
  kind: fc.constantFrom("udp", "udp", "other", "bad-header", "scan"),
  length: fc.constantFrom(0, 4, 60, 200, 1200),
  lie: often(0, 1, 2, 3, 4),
  checksum: often<"good" | "none" | "wrong">("good", "none", "wrong"),
  flags: fc.constantFrom("F", "", "FPU", "R"),
  options: often<IpOptionsName>("none", ...someOptions),
  fragments: fc.option(fragmentation, { nil: undefined, freq: 2 }),
});

/** Any traffic. */
export const trafficPlan: fc.Arbitrary<TrafficPlan> = fc.record({
  conversations: fc.array(conversation, { minLength: 1, maxLength: 3, size: "max" }),
  datagrams: fc.array(datagram, { maxLength: 6, size: "max" }),
  padTo: fc.constantFrom(0, 60),
});
