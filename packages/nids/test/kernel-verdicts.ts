/**
 * What an engine finds about each frame of a batch: how its counters of invalid packets moved, and what streams and
 * alerts came of it.
 */
import { Nids, TcpState } from "@tsnids/nids";
import type { HalfStream, NidsParams } from "@tsnids/nids";
import type { FrameBatch } from "@tsnids/pcap";

export interface Verdicts {
  readonly hasWebAssembly: boolean;
  /** One word for each frame. */
  readonly verdicts: readonly string[];
}

/** The verdicts of an engine of this thread. */
export function verdictsOf(batch: FrameBatch): Verdicts {
  const nids = new Nids({
    checksums: "verify",
    maxStreams: 64,
    maxReassemblyBytes: 1 << 20,
    maxFragmentBytes: 1 << 20,
  });
  let heard = "";
  nids.on("alert", ({ code }) => (heard += ` ${code}`));
  nids.registerTcp(({ state, server, client }) => {
    if (state === "JUST_ESTABLISHED") server.collect = client.collect = 1;
    heard += ` ${state} ${[...server.data].join()}`;
  });
  const whole = batch.length;
  const verdicts = Array.from({ length: whole }, (_, index) => {
    const before = nids.statistics();
    batch.length = index + 1;
    nids.process(batch, index);
    const after = nids.statistics();
    const news = heard;
    heard = "";
    if (after.ipInvalid > before.ipInvalid) return `ip${news}`;
    if (after.tcpInvalid > before.tcpInvalid) return `tcp${news}`;
    return `${after.udpInvalid > before.udpInvalid ? "udp" : "right"}${news}`;
  });
  return { hasWebAssembly: "WebAssembly" in globalThis, verdicts };
}

/**
 * What callbacks of an engine find at every notification, where a batch is processed in one go: all that is known of
 * both halves, and the counters; and its alerts. Of a connection to port 81 nobody wants anything, of one to port 83
 * nothing more once a thousand bytes have come and others wait. With `watched`, an ip callback closes the express lane.
 */
export function findingsOf(batch: FrameBatch, watched: boolean, params: Partial<NidsParams> = {}): readonly string[] {
  const nids = new Nids({ maxStreams: 256, maxReassemblyBytes: 1 << 20, maxFragmentBytes: 1 << 20, ...params });
  const findings: string[] = [];
  const half = (of: HalfStream): string => {
    const { count, countNew, countNewUrgent, state, window, windowScale, acknowledgment, queuedBytes } = of;
    const numbers = [count, countNew, countNewUrgent, state, window, windowScale, acknowledgment, queuedBytes];
    return [...numbers, digest(of.data), of.gapLength, of.gapReason].join();
  };
  nids.registerTcp(({ state, clientPort, serverPort, client, server, origin, startTime, lastTime }) => {
    if (state === TcpState.JUST_ESTABLISHED && serverPort !== 81) server.collect = client.collect = 1;
    if (serverPort === 83 && server.count > 1000 && client.queuedBytes > 0) server.collect = client.collect = 0;
    const { frames, tcpSegments, tcpUnfollowed, tcpOutOfOrder, tcpDuplicates, alerts } = nids.statistics();
    const counters = [frames, tcpSegments, tcpUnfollowed, tcpOutOfOrder, tcpDuplicates, alerts].join();
    const stream = `${clientPort} ${state} ${origin} ${client.timestamps}`;
    findings.push(
      `${stream} ${half(client)} ${half(server)} ${startTime.seconds}.${startTime.nanoseconds} ${lastTime.seconds} ${counters}`,
    );
  });
  nids.registerUdp(({ sourcePort, destinationPort, data }) => {
    findings.push(`${sourcePort} ${destinationPort} ${digest(data)} ${nids.statistics().fragments}`);
  });
  nids.on("alert", ({ code, detail, source, sourcePort, targets, seconds, nanoseconds }) => {
    const where = `${source} ${sourcePort} ${seconds}.${nanoseconds}`;
    findings.push(`${code} ${detail} ${where} ${JSON.stringify(targets)}`);
  });
  if (watched) nids.registerIp(() => undefined);
  nids.process(batch);
  nids.exit();
  return [...findings, JSON.stringify(nids.statistics())];
}

/** A number that says whether bytes are the same. */
function digest(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, bytes.length);
}
