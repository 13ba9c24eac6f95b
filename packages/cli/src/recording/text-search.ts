// Looks for a text in one direction of a stream. Bytes come in pieces, so what could be the beginning of the text is
// kept of each piece until the next one comes:
//
//     … anony│mous …      kept: "anony"  ─►  "anonymous …" is found
//
// Urgent bytes are bytes of the stream in their place, as in StreamDirection. No text goes on across missing bytes.

import type { HalfStream } from "@tsnids/nids";

const nothing: Uint8Array = new Uint8Array(0);

/** A search in the bytes of one direction, as they come. */
export class TextSearch {
  readonly #text: Buffer;
  /** The last bytes, fewer than the text has. */
  #kept: Uint8Array = nothing;

  /** `text` has a byte or more. */
  constructor(text: Buffer) {
    this.#text = text;
  }

  /** Takes what a DATA notification has for this direction; true when the text is complete with it. */
  take(half: HalfStream): boolean {
    if (half.countNew > 0) return this.#findIn(half.data);
    if (half.countNewUrgent > 0) return this.#findIn(Uint8Array.of(half.urgentData));
    if (half.gapLength > 0) this.#kept = nothing;
    return false;
  }

  #findIn(data: Uint8Array): boolean {
    const most = this.#text.length - 1;
    const seam = Buffer.concat([this.#kept, data.subarray(0, most)]);
    if (seam.includes(this.#text) || bufferOf(data).includes(this.#text)) return true;
    const last = data.length < most ? seam : data;
    this.#kept = new Uint8Array(last.subarray(Math.max(0, last.length - most)));
    return false;
  }
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
