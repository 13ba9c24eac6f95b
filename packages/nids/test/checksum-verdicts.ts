/** What an engine finds about each frame of a batch: how its counters of invalid packets moved. */
import { Nids } from "@tsnids/nids";
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
  const whole = batch.length;
  const verdicts = Array.from({ length: whole }, (_, index) => {
    const before = nids.statistics();
    batch.length = index + 1;
    nids.process(batch, index);
    const after = nids.statistics();
    if (after.ipInvalid > before.ipInvalid) return "ip";
    if (after.tcpInvalid > before.tcpInvalid) return "tcp";
    return after.udpInvalid > before.udpInvalid ? "udp" : "right";
  });
  return { hasWebAssembly: "WebAssembly" in globalThis, verdicts };
}
