// The file of `dump`: packets go to a recorder of the package capture one by one, so that what was sniffed is in
// the file at once.

import { Recorder, RecordError } from "@tsnids/capture";
import { FrameBatch } from "@tsnids/pcap";
import { SniffError } from "./errors.js";
import type { Packet } from "./packet.js";

/** A capture file that packets are written to. */
export class DumpFile {
  readonly #recorder: Recorder;
  readonly #batch: FrameBatch = new FrameBatch(1);

  /** Opens the file; one that exists is overwritten at the end. Throws SniffError `dump-failed`. */
  constructor(path: string) {
    this.#recorder = guarded(() => new Recorder(path, { overwrites: true }));
  }

  /**
   * Writes a packet. Throws SniffError `dump-failed`, and `mixed-link-types` where an earlier one had a type that
   * cannot be in the same file.
   */
  write({ bytes, originalLength, timestamp, linkType }: Packet): void {
    const batch = this.#batch;
    batch.clear();
    batch.bytes = bytes;
    batch.interfaces = [{ linkType, snapLength: 0 }];
    batch.push(0, bytes.length, originalLength, timestamp.seconds, timestamp.nanoseconds, 0);
    guarded(() => {
      this.#recorder.write(batch);
      this.#recorder.flush();
    });
  }

  /** Gives the file its name; without packets it is an empty capture. Throws SniffError `dump-failed`. */
  close(): void {
    guarded(() => this.#recorder.finish());
  }

  /** In place of `close` after an error: leaves no file where there was no packet. Throws SniffError `dump-failed`. */
  abandon(): void {
    guarded(() => this.#recorder.abandon());
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const code = error.code === "several-link-types" ? "mixed-link-types" : "dump-failed";
    throw new SniffError(code, error.message, error);
  }
}
