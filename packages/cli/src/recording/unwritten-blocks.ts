// What pcapng captures hold besides frames. A recording has only frames and their interfaces. What it leaves out is said
// at its end: that keys are missing would otherwise be noticed only when somebody wants to decrypt.

import type { PcapngBlock } from "@tsnids/pcap";

/** Counts what is not written. */
export class UnwrittenBlocks {
  readonly #counts: Map<string, number> = new Map();

  /** See PcapngBlockListener. */
  note(block: PcapngBlock): void {
    const what = contentOf(block);
    if (what !== undefined) this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** What to say of it in a line; undefined where there was nothing. */
  get warning(): string | undefined {
    if (this.#counts.size === 0) return undefined;
    const said = [...this.#counts].map(([what, count]) => `${what} (${count})`);
    return `what is no frame is not written: ${said.join(", ")}`;
  }
}

/**
 * What is in a block; undefined where nobody misses it. Counters of an interface are about the whole capture that was,
 * and nearly every program writes them.
 */
function contentOf(block: PcapngBlock): string | undefined {
  switch (block.type) {
    case "section":
    case "interface":
      return block.comments.length > 0 ? "comments on the capture" : undefined;
    case "packet-options":
      return "comments and flags of packets";
    case "name-resolution":
      return "names of addresses";
    case "decryption-secrets":
      return "keys";
    case "interface-statistics":
      return undefined;
    case "custom":
    case "unknown":
    case "skipped":
      return "blocks of other kinds";
  }
}
