/** What is kept of a download: its length and hash, and what is missing. */
import { createHash } from "node:crypto";

/** What a client receives over one connection. */
export class Download {
  readonly #hash = createHash("sha256");
  readonly #gaps: [number, number][] = [];
  #head = "";
  #header = 0;
  #bytes = 0;

  take(data: Uint8Array, gapLength: number): void {
    if (gapLength > 0) this.#gaps.push([this.#bytes, gapLength]);
    this.#bytes += data.length;
    let body = data;
    if (this.#header === 0) {
      this.#head += Buffer.from(data).toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n") + 4;
      if (end < 4) return;
      this.#header = end;
      body = Buffer.from(this.#head.slice(end), "latin1");
    }
    this.#hash.update(body);
  }

  result(): { bytes: number; header: number; sha256: string; gaps: [number, number][] } {
    return { bytes: this.#bytes, header: this.#header, sha256: this.#hash.digest("hex"), gaps: this.#gaps };
  }
}
