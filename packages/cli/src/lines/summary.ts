// The summary at the end of a run: what was counted, and how fast. A line per subject, the subject as its first word:
//
//     streams    12: 10 CLOSE, 2 EXITING; 1 midstream
//
// Subjects and parts that are 0 are left out.

import type { LiveStatistics } from "@tsnids/capture";
import type { AlertCode, StatisticsSnapshot } from "@tsnids/nids";

/** What a run amounts to. */
export interface Summary {
  readonly statistics: StatisticsSnapshot;
  /** How often each alert was raised, in order of first appearance. */
  readonly alerts: { readonly [code in AlertCode]?: number };
  /** Packets a filter left out; undefined without one. */
  readonly filtered: number | undefined;
  /** Those of them that it cannot be asked about, by their link types. */
  readonly unfilterable: number | undefined;
  /** Wall-clock time of the replay. */
  readonly seconds: number;
  /** What a live capture counted; undefined for files. */
  readonly live: LiveStatistics | undefined;
}

/** Packets and megabytes (10⁶ bytes as captured) per second of wall-clock time. */
export interface Speed {
  readonly packetsPerSecond: number;
  readonly megabytesPerSecond: number;
}

/** How fast it was. */
export function speedOf({ statistics, seconds }: Summary): Speed {
  const perSecond = seconds > 0 ? 1 / seconds : 0;
  return {
    packetsPerSecond: Math.round(statistics.frames * perSecond),
    megabytesPerSecond: Math.round(statistics.bytes * perSecond * 1e-5) / 10,
  };
}

/** The lines of the summary. */
export function summaryLines(summary: Summary): string[] {
  const s = summary.statistics;
  const { packetsPerSecond, megabytesPerSecond } = speedOf(summary);
  const packets = { bytes: s.bytes, "not IP": s.framesNotIp, "of unknown link types": s.framesUnknownLink };
  const invalid = { IP: s.ipInvalid, TCP: s.tcpInvalid, UDP: s.udpInvalid };
  const datagrams = { "datagrams put together": s.datagramsReassembled, "given up": s.datagramsGivenUp };
  const ends = { CLOSE: s.closed, RESET: s.reset, TIMED_OUT: s.timedOut, EXITING: s.exiting };
  const subjects: readonly (readonly [subject: string, figures: string])[] = [
    ["packets", figures(s.frames, packets)],
    ["filter", filterText(summary)],
    ["dropped", dropsText(summary.live)],
    ["lost", lossText(s)],
    ["invalid", someOf(invalid)],
    ["fragments", s.fragments === 0 ? "" : figures(s.fragments, datagrams)],
    ["udp", someOf({ datagrams: s.udpDatagrams })],
    ["streams", figures(s.streams, ends, { midstream: s.midstream, evicted: s.evicted })],
    ["gaps", figures(s.gaps, { "bytes missing": s.gapBytes })],
    ["alerts", figures(s.alerts, summary.alerts)],
    ["speed", `${summary.seconds.toFixed(3)} s, ${packetsPerSecond} packets/s, ${megabytesPerSecond.toFixed(1)} MB/s`],
  ];
  const width = Math.max(...subjects.map(([subject]) => subject.length));
  return subjects.filter(([, text]) => text !== "").map(([subject, text]) => `${subject.padEnd(width)}  ${text}`);
}

/** Numbers of things, by name. */
type Counts = Readonly<Record<string, number>>;

/** "12: 10 CLOSE, 2 EXITING; 1 midstream": a total, its parts, and what else is true of some. */
function figures(total: number, parts: Counts, others: Counts = {}): string {
  const said = [someOf(parts), someOf(others)].filter((text) => text !== "").join("; ");
  return said === "" ? String(total) : `${total}: ${said}`;
}

function filterText({ filtered, unfilterable = 0 }: Summary): string {
  if (filtered === undefined) return "";
  const which = unfilterable === 0 ? "" : `, ${unfilterable} of them of link types that it cannot be asked about`;
  return `${filtered} packets left out${which}`;
}

/** Where a live capture lost frames, as far as it was told; `lossText` estimates the rest. */
function dropsText(live: LiveStatistics | undefined): string {
  if (live === undefined) return "";
  const { droppedByKernel, droppedByDevice, droppedInQueue, cut } = live;
  const said = `by kernel ${droppedByKernel}, by device ${droppedByDevice}, in queue ${droppedInQueue}`;
  return cut === 0 ? said : `${said}; ${cut} frames cut`;
}

/** What the capture missed, by what receivers acknowledged: in per cent of all that was sent, as far as that can be told. */
function lossText({ bytes, captureLossBytes }: StatisticsSnapshot): string {
  if (captureLossBytes === 0) return "";
  const share = (100 * captureLossBytes) / (bytes + captureLossBytes);
  return `about ${share.toPrecision(2)} %: ${captureLossBytes} bytes acknowledged and never seen`;
}

/** "10 CLOSE, 2 EXITING": the things of which there were any. */
function someOf(counts: Counts): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${count} ${name}`).join(", ");
}
