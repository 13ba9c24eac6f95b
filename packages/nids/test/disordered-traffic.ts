/**
 * Connections whose segments come in any order: cut at different places, repeated, overlapping, now and then with other
 * bytes, urgent, or too long.
 */
import { frame, noOperation, tcpPacket, timestamps, type Frame, type TcpFields } from "@tsnids/testkit";
import fc from "fast-check";

const usual = <Value>(times: number, value: Value): Value[] => new Array<Value>(times).fill(value);

/** How a segment differs from what a host would send; `behind` acknowledges less than the one before. */
type Oddity = "" | "urgent" | "pushed" | "fin" | "stale" | "odd options" | "far" | "behind";
const oddity = fc.constantFrom<Oddity>(
  ...usual<Oddity>(60, ""),
  ...usual<Oddity>(3, "urgent"),
  ...usual<Oddity>(3, "behind"),
  "pushed",
  "fin",
  "stale",
  "odd options",
  "far",
);

/** Most segments fit a slab, some do not; many begin or end where others do. */
const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 700 }) },
  { weight: 6, arbitrary: fc.nat(7).map((count) => (count + 1) * 50) },
  fc.constantFrom(1, 2048, 2500),
);
const place = fc.oneof(
  fc.nat(3000),
  fc.nat(30).map((count) => count * 50),
);

/** Part of a window; a byte of it is changed by `flip`. */
interface Piece {
  readonly start: number;
  readonly length: number;
  readonly flip: number;
  readonly oddity: Oddity;
}

/** The receiver says something before the segment at this place: that it has everything up to there, or so it says. */
interface Answer {
  readonly at: number;
  readonly upTo: number;
  readonly window: number;
}

/** What a side sends in one go: cut into segments, some of it again, all shuffled. */
interface Burst {
  readonly side: number;
  readonly cuts: readonly { readonly length: number; readonly oddity: Oddity }[];
  readonly copies: readonly (Piece & { readonly again: boolean })[];
  /** Numbers by which it is shuffled. */
  readonly order: readonly number[];
  /** Place of a segment that never comes, if there are so many. */
  readonly lost: number;
  readonly answers: readonly Answer[];
  readonly isAnswered: boolean;
  /** With a FIN of its own, which comes behind it all or ahead of it, or on the last segment, which is shuffled with the others. */
  readonly closes: "" | "behind" | "ahead" | "within";
}

const burst = fc.record<Burst>({
  side: fc.constantFrom(0, 0, 0, 1),
  cuts: fc.array(fc.record({ length, oddity }), { minLength: 1, maxLength: 12 }),
  copies: fc.array(
    fc.record({ start: place, length, oddity, flip: fc.constantFrom(...usual(5, 0), 9), again: fc.boolean() }),
    { maxLength: 10 },
  ),
  order: fc.array(fc.nat(1000), { minLength: 22, maxLength: 22 }),
  lost: fc.constantFrom(...usual(5, 99), 0, 2),
  answers: fc.array(
    fc.record({
      at: fc.nat(12),
      upTo: fc.integer({ min: -300, max: 3500 }),
      window: fc.constantFrom(60_000, 60_000, 700),
    }),
    { maxLength: 2 },
  ),
  isAnswered: fc.constantFrom(true, true, false),
  closes: fc.constantFrom<Burst["closes"]>(...usual<"">(8, ""), "behind", "ahead", "within"),
});

const story = fc.record({
  port: fc.constantFrom(80, 80, 80, 80, 81, 83),
  stamped: fc.boolean(),
  /** False: it was running before the first packet. */
  opens: fc.constantFrom(true, true, true, true, false),
  bursts: fc.array(burst, { minLength: 1, maxLength: 5 }),
});

/** So many connections, eight at a time. */
export function disorderedConnections(count: number, seed: number): Frame[] {
  const frames: Frame[] = [];
  const stories = fc.sample(story, { numRuns: count, seed }).map(({ port, stamped, opens, bursts }, index) => {
    const talk = new Talk(index, port, stamped);
    if (opens) talk.open();
    for (const each of bursts) {
      talk.burst(each);
      if (each.closes !== "") break;
    }
    return talk.packets;
  });
  for (let first = 0; first < count; first += 8) {
    const together = stories.slice(first, first + 8);
    const longest = Math.max(...together.map((packets) => packets.length));
    for (let row = 0; row < longest; row++) {
      for (const packets of together) {
        const packet = packets[row];
        const time = (1_000_000_000 + frames.length / 100).toFixed(3);
        if (packet !== undefined) frames.push(frame(packet, { time }));
      }
    }
  }
  return frames;
}

/** The packets of one connection. */
class Talk {
  readonly packets: Uint8Array[] = [];
  readonly #ends: readonly [string, string];
  /** Some cross the end of the sequence numbers. */
  readonly #begins: readonly [number, number];
  readonly #stamped: boolean;
  readonly #sent: [number, number] = [1, 1];
  #now = 100;

  constructor(index: number, port: number, stamped: boolean) {
    this.#ends = [`10.0.${index >> 8}.1:${5000 + (index & 255)}`, `10.0.9.2:${port}`];
    this.#begins = [index % 3 === 0 ? 0xffffff00 : 1000, index % 5 === 0 ? 0xfffff800 : 5000];
    this.#stamped = stamped;
  }

  open(): void {
    this.#say(0, 0, 0, { flags: "S", ack: 0 });
    this.#say(1, 0, 1, { flags: "SA" });
    this.#say(0, 1, 1);
  }

  burst({ side, cuts, copies, order, lost, answers, isAnswered, closes }: Burst): void {
    const [from, to] = side === 0 ? ([0, 1] as const) : ([1, 0] as const);
    const begin = this.#sent[from];
    const pieces: Piece[] = [];
    let end = 0;
    for (const [place, { length: size, oddity: how }] of cuts.entries()) {
      const isLast = closes === "within" && place === cuts.length - 1;
      pieces.push({ start: end, length: size, flip: 0, oddity: isLast ? "fin" : how });
      end += size;
    }
    for (const copy of copies) pieces.push(copy.again ? (pieces[copy.start % cuts.length] ?? copy) : within(copy, end));
    pieces.splice(lost, 1);
    if (closes === "ahead") this.#say(from, begin + end, this.#sent[to], { flags: "FA" });
    for (const [place, piece] of shuffled(pieces, order).entries()) {
      for (const { at, upTo, window } of answers) {
        if (at === place) this.#say(to, this.#sent[to], begin + upTo, { window });
      }
      this.#send(from, begin, piece, this.#sent[to]);
    }
    this.#sent[from] = begin + end;
    if (closes === "behind") this.#say(from, begin + end, this.#sent[to], { flags: "FA" });
    if (isAnswered) this.#say(to, this.#sent[to], begin + end + Number(closes !== ""));
  }

  #send(side: number, begin: number, piece: Piece, upTo: number): void {
    const data = text(side, begin + piece.start, piece.length);
    const middle = data.length >> 1;
    data[middle] = ((data[middle] ?? 0) + piece.flip) & 0xff;
    const position = begin + piece.start + (piece.oddity === "far" ? 70_000 : 0);
    this.#say(side, position, piece.oddity === "behind" ? upTo - 50 : upTo, { data, ...this.#fieldsOf(piece.oddity) });
  }

  #fieldsOf(how: Oddity): Partial<TcpFields> {
    const [pad, stamp] = [noOperation(), timestamps(how === "stale" ? 1 : this.#now, 0)];
    if (how === "urgent") return { flags: "UA", urgentPointer: 3 };
    if (how === "pushed") return { flags: "PA" };
    if (how === "fin") return { flags: "FA" };
    if (how === "stale") return { options: [pad, pad, stamp] };
    return how === "odd options" ? { options: [stamp, pad, pad] } : {};
  }

  /** Every third timestamp is a little older than the one before: not every host sends in the order of its clock. */
  #say(side: number, at: number, upTo: number, fields: Partial<TcpFields> = {}): void {
    this.#now += this.packets.length % 3 === 2 ? -1 : 1;
    this.packets.push(
      tcpPacket(this.#ends[side] ?? "", this.#ends[1 - side] ?? "", {
        seq: ((this.#begins[side] ?? 0) + at) >>> 0,
        ack: ((this.#begins[1 - side] ?? 0) + upTo) >>> 0,
        flags: "A",
        options: this.#stamped ? [noOperation(), noOperation(), timestamps(this.#now, 0)] : [],
        window: 60_000,
        ...fields,
      }),
    );
  }
}

/** A piece that does not reach beyond `end`. */
function within(piece: Piece, end: number): Piece {
  const start = piece.start % end;
  return { ...piece, start, length: Math.min(piece.length, end - start) };
}

function shuffled(pieces: readonly Piece[], order: readonly number[]): Piece[] {
  const places = pieces.map((piece, place) => ({ piece, key: order[place] ?? 0 }));
  return places.toSorted((a, b) => a.key - b.key).map(({ piece }) => piece);
}

/** What a side sends from a position on. */
function text(side: number, position: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => {
    const at = position + index;
    return (at * 31 + (at >> 8) + side) & 0xff;
  });
}
