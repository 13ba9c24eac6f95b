/** What an engine finds about each frame of a batch: how its counters of invalid packets moved, and what streams and alerts came of it. */
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
