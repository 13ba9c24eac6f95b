/**
 * Connections in any order and datagrams of other protocols, about half of them in IP fragments: most of these as hosts
 * and routers make them, some as no host does.
 */
import {
  fragmentFrame,
  frame,
  icmpPacket,
  time,
  tunnelPacket,
  udpPacket,
  type Frame,
  type FragmentPiece,
} from "@tsnids/testkit";
import fc from "fast-check";
import { disorderedConnections } from "./disordered-traffic.js";

const usual = <Value>(times: number, value: Value): Value[] => new Array<Value>(times).fill(value);

/** What happens to the fragments of a datagram. */
const oddities = "lost twice again other tiny unaligned flipped cut longer beyond tagged".split(" ");

interface Treatment {
  /** Units of 8 bytes of each fragment but the last; none: the datagram stays whole. */
  readonly units: readonly number[];
  /** How many frames later each fragment comes. */
  readonly delays: readonly number[];
  readonly oddity: string;
  readonly which: number;
  readonly identification: number;
  /** Milliseconds to the next packet. */
  readonly pause: number;
}

const treatment = fc.record<Treatment>({
  units: fc.oneof(
    fc.constant([]),
    fc.array(fc.integer({ min: 3, max: 40 }), { minLength: 1, maxLength: 6 }),
    fc.constant([3]),
  ),
  delays: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 5, 30), { minLength: 8, maxLength: 8 }),
  oddity: fc.constantFrom(...usual(30, ""), ...oddities),
  which: fc.nat(7),
  identification: fc.oneof({ weight: 9, arbitrary: fc.nat(60_000) }, fc.nat(3)),
  pause: fc.constantFrom(...usual(60, 3), 0, 400, -200, 2000),
});

/** So many connections, and a datagram of another protocol for every fourth packet of these. */
export function fragmentedTraffic(count: number, seed: number): Frame[] {
  const whole = disorderedConnections(count, seed).flatMap((each, index) =>
    index % 4 === 0 ? [each, datagram(index)] : [each],
  );
  const treatments = fc.sample(treatment, { numRuns: whole.length, seed });
  let now = 1_000_000_000_000;
  const placed = whole.flatMap((each, index) => {
    const { pause, delays, ...how } = treatments[index] as Treatment;
    now += pause;
    return treated({ ...each, time: time((now / 1000).toFixed(3)) }, how).map((one, number) => ({
      one,
      key: index + (delays[number] ?? 0),
    }));
  });
  return placed.toSorted((a, b) => a.key - b.key).map(({ one }) => one);
}

/** A datagram no stream is made of, of some hundred or thousand bytes; some in a tunnel. */
function datagram(index: number): Frame {
  const data = Uint8Array.from({ length: 100 + ((index * 37) % 4000) }, (_, at) => (at * 7 + index) & 0xff);
  const [source, destination] = ["10.0.0.3", "10.0.9.2"];
  if (index % 24 === 0) return frame(icmpPacket(source, destination, { type: 8, code: 0, data }));
  const packet = udpPacket(`${source}:53`, `${destination}:${index % 5}`, { data });
  return frame(index % 32 === 4 ? tunnelPacket("gre", packet, { source, destination }) : packet);
}

function treated(given: Frame, { units, oddity, which, identification }: Omit<Treatment, "delays" | "pause">): Frame[] {
  const length = given.bytes.length - given.networkOffset - 20;
  const cuts: number[] = [];
  for (const unit of units) {
    const cut = (cuts.at(-1) ?? 0) + unit * 8;
    if (cut < length - 8) cuts.push(cut);
  }
  if (cuts.length === 0) return [given];
  const edges = [0, ...cuts, length];
  const pieces: FragmentPiece[] = edges.slice(1).map((end, at) => ({ start: edges[at] ?? 0, end }));
  const at = which % pieces.length;
  const chosen = pieces[at] as FragmentPiece;
  if (oddity === "lost") pieces.splice(at, 1);
  if (oddity === "twice") pieces.push(chosen);
  if (oddity === "again") pieces.push({ start: 0, end: Math.min(length, chosen.end + 16) });
  if (oddity === "other") pieces.push({ ...chosen, data: new Uint8Array(chosen.end - chosen.start).fill(which) });
  if (oddity === "tiny") pieces.splice(0, 1, { start: 0, end: 8 }, { start: 8, end: edges[1] ?? 16 });
  if (oddity === "unaligned") pieces[at] = { ...chosen, end: chosen.end - 3 };
  if (oddity === "longer") pieces.push({ start: length & ~7, end: (length & ~7) + 40, data: new Uint8Array(40) });
  const behind = (length + 7) & ~7;
  if (oddity === "beyond") pieces.unshift({ start: behind, end: behind + 40, more: true, data: new Uint8Array(40) });
  const fragments = fragmentFrame(given, pieces, identification);
  return fragments.map((each, number) => (number === at ? marred(each, oddity, which) : each));
}

/** What happens to a frame on its way. */
function marred(given: Frame, oddity: string, which: number): Frame {
  const bytes = given.bytes.slice();
  const at = given.networkOffset + [1, 4, 8, 10, 2, 6, 9, 16][which]!;
  if (oddity === "flipped") bytes[at] = (bytes[at] ?? 0) ^ 0x20;
  if (oddity === "cut") return { ...given, bytes: bytes.slice(0, -1 - which) };
  if (oddity !== "tagged") return { ...given, bytes };
  return frame(given.bytes.slice(given.networkOffset), { vlan: [which], time: given.time });
}
