// The line of a stream direction for people:
//
//     10.0.0.1:40000        -> 10.0.0.2:80           #0  c2s       120  sha256 2cf24dba5fb0a30e
//
// and the lines at the end of the list.

import { ColumnWidth, endpointWidth } from "./column-width.js";
import { encapsulationText } from "./encapsulation-text.js";
import { endpointsText } from "../streams/stream-direction.js";
import type { StreamDirection } from "../streams/stream-direction.js";

const bytesWidth = 10;
/** Hexadecimal digits of the hash that are shown; --json has them all. */
const shownDigits = 16;

/** Writes lines of one table: its columns remember how wide they are. */
export class DirectionLines {
  #directions = 0;
  #bytes = 0;
  readonly #client: ColumnWidth = new ColumnWidth(endpointWidth);
  readonly #server: ColumnWidth = new ColumnWidth(endpointWidth);
  readonly #nth: ColumnWidth = new ColumnWidth("#0".length);

  /** The line of a direction; with the Community ID of its stream where there is one. */
  line(direction: StreamDirection, sha256: string, communityId?: string): string {
    const { name, dir, bytes, gaps, moreGaps } = direction;
    const [client, server] = endpointsText(name);
    this.#directions++;
    this.#bytes += bytes;
    const columns = [
      `${this.#client.pad(client)} -> ${this.#server.pad(server)}`,
      this.#nth.pad(`#${name.nth}`),
      `${dir} ${String(bytes).padStart(bytesWidth)}`,
      `sha256 ${sha256.slice(0, shownDigits)}`,
    ];
    if (communityId !== undefined) columns.push(communityId);
    const missed = gaps.map(([offset, missing]) => `${missing} at ${offset}`);
    if (moreGaps !== undefined) missed.push(`${moreGaps.bytes} in ${moreGaps.count} more`);
    if (missed.length > 0) columns.push(`misses ${missed.join(", ")}`);
    if (name.encapsulation.length > 0) columns.push(`in ${encapsulationText(name.encapsulation)}`);
    return columns.join("  ");
  }

  /** What was listed, of so many streams; `folder` has so many `files` of them. */
  total(streams: number, written?: { readonly files: number; readonly folder: string }): string[] {
    const listed = `${this.#directions} directions with data of ${streams} streams, ${this.#bytes} bytes`;
    const lines = this.#directions > 0 ? ["", listed] : [listed];
    return written === undefined ? lines : [...lines, `${written.files} files in ${written.folder}`];
  }
}
