/** Engines that divide a capture among them, in one thread: each given all frames, or those that the sieve says it has to see. */
import type { NidsParams, SortedFrames, StatisticsSnapshot } from "@tsnids/nids";
import { everyShare, FrameSieve, Nids, totalOfShares } from "@tsnids/nids";
import { FrameBatch } from "@tsnids/pcap";

const seed = 20261;

/** Small engines for so many shares; `prepare` registers callbacks. */
export function sharers(of: number, params: Partial<NidsParams>, prepare: (nids: Nids) => void): Nids[] {
  return Array.from({ length: of }, (_, index) => {
    const nids = new Nids({ ...params, share: { index, of, seed } });
    prepare(nids);
    return nids;
  });
}

/** The frames at `indexes` of a batch, as one of their own. */
function part(whole: FrameBatch, indexes: readonly number[]): FrameBatch {
  const batch = new FrameBatch(Math.max(1, indexes.length));
  batch.bytes = whole.bytes;
  batch.interfaces = whole.interfaces;
  for (const index of indexes) {
    const { offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = whole;
    const columns = [offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex];
    const [at = 0, captured = 0, original = 0, second = 0, nanos = 0, from = 0] = columns.map(
      (column) => column[index],
    );
    batch.push(at, captured, original, second, nanos, from);
  }
  return batch;
}

/** What engines counted together that were each given all frames. */
export function givenAll(engines: readonly Nids[], whole: FrameBatch): StatisticsSnapshot {
  for (const nids of engines) {
    nids.process(whole);
    nids.exit();
  }
  return totalOfShares(
    engines.map((nids) => nids.statistics()),
    [],
  );
}

/** The same where the sieve sorts, frame by frame; and how many frames were for one engine alone. */
export function sieved(engines: readonly Nids[], whole: FrameBatch): { total: StatisticsSnapshot; alone: number } {
  const sieve = new FrameSieve(engines.length, seed);
  const settled = new Uint8Array(whole.interfaces.length);
  const shares = new Uint16Array(1);
  const ticks = new Int32Array(1);
  const sorted: (SortedFrames & { frames: number; bytes: number })[] = engines.map(() => ({ frames: 0, bytes: 0 }));
  const silent = new FrameBatch(1);
  const view = new DataView(whole.bytes.buffer, whole.bytes.byteOffset, whole.bytes.length);
  for (let index = 0; index < whole.length; index++) {
    const batch = part(whole, [index]);
    const moved = sieve.sort(batch, view, settled, shares, ticks) > 0;
    const [share = everyShare] = shares;
    for (const [number, nids] of engines.entries()) {
      if (share === everyShare || share === number) nids.process(batch);
      else if (moved) {
        silent.beSilent(whole.seconds[index] ?? 0, whole.nanoseconds[index]);
        nids.process(silent);
      }
    }
    const counted = sorted[share];
    if (counted !== undefined) {
      counted.frames++;
      counted.bytes += whole.capturedLength[index] ?? 0;
    }
    whole.interfaces.forEach((_, number) => {
      settled[number] = engines[0]?.isSettled(number) === true ? 1 : 0;
    });
  }
  for (const nids of engines) nids.exit();
  const total = totalOfShares(
    engines.map((nids) => nids.statistics()),
    sorted,
  );
  return { total, alone: sorted.reduce((sum, { frames }) => sum + frames, 0) };
}

/** How often each alert was raised, by all engines together. */
export function alertsOf(engines: readonly Nids[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const nids of engines) {
    for (const [code, count] of Object.entries(nids.alertCounts())) sum[code] = (sum[code] ?? 0) + count;
  }
  return sum;
}
