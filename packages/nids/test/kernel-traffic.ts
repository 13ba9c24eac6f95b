/** Traffic that meets the short ways of a segment, and all that is a little different from it. */
import {
  capture,
  conversation,
  frame,
  maximumSegmentSize,
  noOperation,
  sackPermitted,
  tcpPacket,
  timestamps,
  udpPacket,
  windowScale,
  type Conversation,
  type Frame,
  type SegmentOptions,
  type TcpOption,
} from "@tsnids/testkit";
import fc from "fast-check";

const stamp = (value: number): TcpOption[] => [noOperation(), noOperation(), timestamps(value, 0)];

/**
 * Four connections at once, two of them with timestamps, one that nobody wants and one that is given up while bytes
 * wait; windows open and close, segments are late, or were seen before.
 */
export function runningConnections(text: Uint8Array): Frame[] {
  const talks = [80, 81, 82, 83].map((port) =>
    conversation({ client: `10.0.0.1:${4000 + port}`, server: `10.0.0.2:${port}` }),
  );
  for (const [index, talk] of talks.entries()) talk.handshake(index % 2 === 0 ? [...stamp(1000), windowScale(3)] : []);
  const steps = fc.sample(
    fc.record({
      which: fc.nat(3),
      side: fc.constantFrom("client" as const, "server" as const),
      length: fc.constantFrom(0, 0, 1, 7, 400),
      seq: fc.constantFrom(...new Array<number>(40).fill(0), -3, 5),
      window: fc.constantFrom(...new Array<number>(20).fill(65_535), 0, 500),
      age: fc.constantFrom(...new Array<number>(20).fill(0), -900, 60),
    }),
    { numRuns: 4000, seed: 7323 },
  );
  for (const [now, { which, side, length, seq, window, age }] of steps.entries()) {
    const options = which % 2 === 0 ? stamp(2000 + now + age) : [];
    const stray = seq !== 0 || age !== 0;
    const data = text.subarray(0, length);
    talks[which]?.wait("0.01").segment(side, { data, flags: "A", seq, window, options, stray });
  }
  return [...capture(talks)];
}

/** What hosts offer in a SYN, from nothing to what no host does: a shift too large, one option twice, one cut off, a signature. */
const offers: readonly (readonly TcpOption[])[] = [
  [],
  [maximumSegmentSize(1460)],
  [maximumSegmentSize(1460), sackPermitted(), timestamps(1000, 0), noOperation(), windowScale(7)],
  [maximumSegmentSize(1460), noOperation(), windowScale(2)],
  [timestamps(1000, 0)],
  [windowScale(15)],
  [windowScale(1), windowScale(2)],
  [Uint8Array.of(19, 18, ...new Array<number>(16).fill(7))],
  [Uint8Array.of(0), windowScale(4)],
  [Uint8Array.of(3, 2), windowScale(4)],
  [maximumSegmentSize(536), Uint8Array.of(8, 10, 1, 2)],
];

/** A step in the life of a connection: what is sent, and how it differs from what a host would send. */
interface Step {
  readonly side: "client" | "server";
  readonly flags: string;
  readonly length: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly age: number;
}

const usual = <Value>(times: number, value: Value): Value[] => new Array<Value>(times).fill(value);

const step = fc.record<Step>({
  side: fc.constantFrom("client", "server"),
  flags: fc.constantFrom(...usual(6, "A"), ...usual(4, "FA"), "PA", "FPA", "FA", "S", "SA", "RA", "UA", "F"),
  length: fc.constantFrom(0, 0, 0, 0, 5),
  seq: fc.constantFrom(...usual(16, 0), -1, 1, 7),
  ack: fc.constantFrom(...usual(16, 0), -1, -2, 1),
  window: fc.constantFrom(...usual(8, 8000), 0, 1),
  age: fc.constantFrom(...usual(12, 0), -4, -4, -500),
});

/** How a handshake differs from the plain one. */
const openings = "unseen fast turned wrong slow again polite early far old data".split(" ");

const life = fc.record({
  client: fc.nat(2),
  port: fc.constantFrom(80, 80, 80, 81, 83),
  offered: fc.oneof(fc.constant([2, 2]), fc.tuple(fc.nat(offers.length - 1), fc.nat(offers.length - 1))),
  pause: fc.nat(40),
  opening: fc.constantFrom(...usual(8, "plain"), ...openings),
  closing: fc.constantFrom("plain", "plain", "plain", "at once", "data", "none"),
  steps: fc.array(step, { maxLength: 9 }),
});

/**
 * Connections that open, say little and close, many at a time and some between the same endpoints; about half of them
 * are plain from beginning to end.
 */
export function shortConnections(): Frame[] {
  const lives = fc.sample(life, { numRuns: 1500, seed: 9293 });
  let clock = 1_000_000_000;
  const talks = lives.map(({ client, port, offered, pause, opening, closing, steps }, index) => {
    clock += pause / 1000;
    const talk = conversation({
      client: `10.0.${client}.1:${4000 + (index % 500)}`,
      server: `10.0.9.2:${port}`,
      clientIsn: 1000 + index * 50_000,
      serverIsn: index * 70_000,
      start: clock.toFixed(3),
      step: "0.003",
    });
    const [offer = 0, answer = 0] = offered;
    let now = 1000;
    const say = (side: "client" | "server", options: SegmentOptions, age = 0): Conversation =>
      talk.segment(side, { options: offer === 2 && answer === 2 ? stamp((now += 3) + age) : [], ...options });
    open(talk, say, opening, [offers[offer] ?? [], offers[answer] ?? []]);
    say("client", { data: "hello" });
    say("server", { flags: "A" });
    if (index % 2 === 0) {
      for (const { side, flags, length, seq, ack, window, age } of steps) {
        const stray = seq !== 0 || flags.includes("R") || (flags.includes("S") && length > 0);
        say(side, { flags, data: "x".repeat(length), seq, ack, window, stray }, age);
      }
    }
    close(say, closing);
    return talk;
  });
  const others = Array.from({ length: 300 }, (_, index) =>
    frame(udpPacket("10.0.0.3:53", "10.0.9.2:53", { data: "?" }), { time: (1_000_000_000 + index / 9).toFixed(3) }),
  );
  return [...capture([...talks, others])];
}

/**
 * SYNs of a few dozen sources to a few dozen targets, some of them again and again, some with data; now and then time
 * goes back, or stands still for seconds. Some are answered at once.
 */
export function manySyns(count: number): Frame[] {
  const probes = fc.sample(
    fc.record({
      source: fc.oneof(fc.nat(3), fc.nat(40)),
      host: fc.nat(3),
      port: fc.integer({ min: 1, max: 12 }),
      flags: fc.constantFrom(...usual(12, "S"), "SEC", "", "F", "FPU", "R"),
      offer: fc.nat(offers.length - 1),
      data: fc.constantFrom(...usual(12, ""), "now"),
      pause: fc.constantFrom(...usual(30, 1), 0, 40, 60, 2500, -30, -3000),
      answered: fc.boolean(),
    }),
    { numRuns: count, seed: 1393 },
  );
  let now = 1_000_000_000_000;
  return probes.flatMap(({ source, host, port, flags, offer, data, pause, answered }, index) => {
    now += pause;
    const time = (now / 1000).toFixed(3);
    const ends = [`10.0.${source}.1:${5000 + (index % 300)}`, `10.9.0.${host}:${port}`] as const;
    const options = offers[offer] ?? [];
    const syn = frame(tcpPacket(...ends, { seq: index * 1000, flags, options, data, window: index }), { time });
    if (!answered || flags !== "S") return [syn];
    const [client, server] = ends;
    const next = index * 1000 + 1 + data.length;
    const answer = tcpPacket(server, client, { seq: 7, ack: next, flags: "SA", options });
    const third = tcpPacket(client, server, { seq: next, ack: 8, flags: "A" });
    return [syn, frame(answer, { time }), frame(third, { time })];
  });
}

/** More connections that begin at once than an index is made for: it grows in the middle of them. */
export function floodOfHandshakes(count: number): Frame[] {
  return [
    ...capture(
      Array.from({ length: count }, (_, index) =>
        conversation({
          client: `10.${index >> 8}.${index & 255}.1:4000`,
          server: "10.255.0.1:80",
          start: (1_000_000_000 + (index >> 4) / 1000).toFixed(3),
          step: "0.003",
        })
          .handshake()
          .send("client", "hello"),
      ),
    ),
  ];
}

type Say = (side: "client" | "server", options: SegmentOptions, age?: number) => Conversation;

function open(
  talk: Conversation,
  say: Say,
  way: string,
  [offer = [], answer = []]: readonly (readonly TcpOption[])[],
): void {
  if (way !== "unseen")
    talk.segment("client", { flags: "S", options: offer, window: 4000, data: way === "fast" ? "get" : "" });
  if (way === "turned") talk.segment("client", { flags: "SA", absoluteAck: 0, stray: true });
  if (way === "wrong") talk.segment("server", { flags: "SA", options: answer, ack: 9, stray: true });
  if (way === "slow") talk.segment("server", { flags: "SA", options: answer, data: "at your service" });
  else
    talk.segment("server", {
      flags: "SA",
      options: answer,
      window: way === "early" ? 0 : 3000,
      ack: way === "fast" ? -3 : 0,
    });
  if (way === "again") talk.segment("server", { flags: "SA", options: answer, stray: true });
  if (way === "polite") say("server", { flags: "A" });
  if (way === "early") say("server", { data: "welcome" }).ack("client", { ack: -7 });
  if (way === "wrong") say("client", { flags: "A", ack: 5 });
  if (way === "far") say("client", { flags: "A", seq: 100_000, stray: true });
  if (way === "old") say("client", { flags: "A" }, -500);
  say("client", way === "data" ? { data: "at once" } : { flags: "A" });
}

function close(say: Say, closing: string): void {
  if (closing === "none") return;
  say("server", closing === "data" ? { flags: "FA", data: "bye" } : { flags: "FA" });
  if (closing !== "at once") say("client", { flags: "A" });
  say("client", { flags: "FA" });
  say("server", { flags: "A" });
}
