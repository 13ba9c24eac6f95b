/**
 * Overlaps against models that are too simple to be wrong: an array of units of bytes, each with the piece that owns
 * it. Where a new piece meets an owned unit, the policy's table decides: for segments by how the two pieces lay when
 * they arrived, for fragments by how the new one lies against the run of units that the other one still owns.
 *
 *     N starts …   ends earlier   at the same place   ends later
 *       later          A1                A2               A3        O ├──────────┤
 *       together       B1                B2               B3
 *       earlier        C1                C2               C3
 */
import type { FragmentPolicy, SegmentPolicy } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import type { Capture } from "@tsnids/testkit";
import { capture, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { established, following, smallNids, text } from "./following.js";

/** N: the new piece wins, o: the stored one stays. Novak & Sturges 2007, Shankar & Paxson 2003. */
const segmentTables: Readonly<Record<SegmentPolicy, string>> = {
  first: "ooo ooo ooo",
  last: "NNN NNN NNN",
  bsd: "ooo ooo NNN",
  linux: "ooo ooN NNN",
};
const fragmentTables: Readonly<Record<Exclude<FragmentPolicy, "discard">, string>> = {
  first: "ooo ooo ooo",
  last: "NNN NNN NNN",
  linux: "ooo NNN NNN",
  bsd: "ooo ooo NNN",
  "bsd-right": "ooN oNN oNN",
  windows: "ooo ooo ooN",
  solaris: "ooo ooo oNN",
};

/** Units [start, end), filled with one letter. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly letter: string;
}

function newWins(table: string, piece: Piece, owner: Piece): boolean {
  const row = piece.start > owner.start ? 0 : piece.start === owner.start ? 1 : 2;
  const column = piece.end < owner.end ? 0 : piece.end === owner.end ? 1 : 2;
  return table.split(" ")[row]?.[column] === "N";
}

/** Who owns each unit after some pieces. */
abstract class Model {
  protected owners: (Piece | undefined)[] = [];

  abstract add(piece: Piece): void;

  /** Does nobody own this unit? */
  lacks(unit: number): boolean {
    return this.owners[unit] === undefined;
  }

  /** A letter for each unit, "." where nothing came. */
  get letters(): string {
    return Array.from(this.owners, (owner) => owner?.letter ?? ".").join("");
  }
}

/** Units that were delivered in order are final. */
class SegmentModel extends Model {
  readonly #table: string;
  /** The first unit that has not been delivered. */
  #next = 0;

  constructor(table: string) {
    super();
    this.#table = table;
  }

  add(piece: Piece): void {
    for (let unit = Math.max(piece.start, this.#next); unit < piece.end; unit++) {
      const owner = this.owners[unit];
      if (owner === undefined || newWins(this.#table, piece, owner)) this.owners[unit] = piece;
    }
    while (this.owners[this.#next] !== undefined) this.#next++;
  }
}

class FragmentModel extends Model {
  readonly #table: string;

  constructor(table: string) {
    super();
    this.#table = table;
  }

  add(piece: Piece): void {
    const before = [...this.owners];
    for (let unit = piece.start; unit < piece.end; unit++) {
      const owner = before[unit];
      if (owner === undefined || newWins(this.#table, piece, runAt(before, unit))) this.owners[unit] = piece;
    }
  }
}

/** The run of units around `unit` with the same owner. */
function runAt(owners: readonly (Piece | undefined)[], unit: number): Piece {
  let [start, end] = [unit, unit + 1];
  while (start > 0 && owners[start - 1] === owners[unit]) start--;
  while (owners[end] === owners[unit]) end++;
  return { start, end, letter: "" };
}

const piecesUpTo = (units: number): fc.Arbitrary<Piece[]> =>
  fc.array(
    fc
      .tuple(
        fc.integer({ min: 1, max: units - 1 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("a", "b", "c", "d", "e"),
      )
      .map(([start, length, letter]) => ({ start, end: Math.min(units, start + length), letter })),
    { minLength: 1, maxLength: 14 },
  );

/** The letters of a stream that got these pieces as segments, "." for what is missing. */
function streamed(pieces: readonly Piece[], segmentPolicy: SegmentPolicy, unit: number): string {
  const nids = smallNids({ segmentPolicy, maxReassemblyBytes: 1 << 20 });
  let letters = "";
  nids.registerTcp(
    following((stream) => {
      const { server } = stream;
      if (stream.state !== TcpState.DATA) return;
      letters += ".".repeat(server.gapLength) + text(server.data);
    }),
  );
  const talk = established();
  for (const { start, end, letter } of pieces) {
    talk.segment("client", { absoluteSeq: 1001 + start * unit, data: letter.repeat((end - start) * unit) });
  }
  nids.process(talk.batch());
  nids.exit();
  return letters;
}

describe("overlapping segments, against the model", () => {
  for (const policy of Object.keys(segmentTables) as SegmentPolicy[]) {
    for (const unit of [1, 701]) {
      it(`${policy}, in units of ${unit} bytes`, () => {
        const filler = fc.integer({ min: 1, max: 20 }).map((end) => ({ start: 0, end, letter: "F" }));
        fc.assert(
          fc.property(piecesUpTo(40), filler, piecesUpTo(40), (before, fill, after) => {
            const pieces = [...before, fill, ...after];
            const model = new SegmentModel(segmentTables[policy]);
            for (const piece of pieces) model.add(piece);
            const expected = Array.from(model.letters, (letter) => letter.repeat(unit)).join("");
            expect(streamed(pieces, policy, unit)).to.equal(expected);
          }),
          { numRuns: unit === 1 ? 400 : 60 },
        );
      });
    }
  }
});

/** Payload units of a datagram: 8 bytes of UDP header, then `data`. */
const units = 12;

/** The frames of a datagram in these pieces; those that reach its end say so. */
function fragmented(pieces: readonly Piece[], family: "ipv4" | "ipv6", unit: number): Capture {
  const [from, to] = family === "ipv4" ? ["10.0.0.1:1", "10.0.0.2:2"] : ["[2001:db8::1]:1", "[2001:db8::2]:2"];
  const whole = capture([frame(udpPacket(from, to, { data: "F".repeat(units * unit - 8) }))]);
  const ranges = pieces.map(({ start, end, letter }) => {
    const range = { start: start * unit, end: end * unit, more: end < units };
    return letter === "F" ? range : { ...range, data: letter.repeat((end - start) * unit) };
  });
  return whole.fragment(0, ranges, 1);
}

describe("overlapping fragments, against the model", () => {
  for (const policy of Object.keys(fragmentTables) as (keyof typeof fragmentTables)[]) {
    for (const [family, unit] of [
      ["ipv4", 8],
      ["ipv6", 8],
      ["ipv4", 808],
    ] as const) {
      it(`${policy}, ${family}, in units of ${unit} bytes`, () => {
        fc.assert(
          fc.property(piecesUpTo(units), (random) => {
            const model = new FragmentModel(fragmentTables[policy]);
            for (const piece of random) model.add(piece);
            // What is missing comes last, and the header after everything else.
            const missing = Array.from({ length: units }, (_, start) => ({ start, end: start + 1, letter: "F" }))
              .filter(({ start }) => model.lacks(start))
              .reverse();
            for (const piece of missing) model.add(piece);
            const nids = smallNids({ fragmentPolicy: policy, ipv6FragmentPolicy: policy, checksums: "ignore" });
            const heard: string[] = [];
            nids.registerUdp(({ data }) => void heard.push(text(data)));
            nids.process(fragmented([...random, ...missing], family, unit).batch());
            const expected = Array.from(model.letters, (letter) => letter.repeat(unit))
              .join("")
              .slice(8);
            expect(heard).to.deep.equal([expected]);
          }),
          { numRuns: unit === 8 ? 200 : 50 },
        );
      });
    }
  }
});
