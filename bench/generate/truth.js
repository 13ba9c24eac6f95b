// What is really in a generated capture, so that a replay can be checked:
//
//     FILE.truth.json   totals: packets, streams, bytes each way, directions that carried data; sizes of the other files
//     FILE.truth.tsv    source, destination, bytes, crc32 (zlib, hexadecimal): a line per direction, in the order
//                       their connections ended

import { writeFileSync } from "node:fs";
import { C2S, S2C } from "./flow.js";

/** Totals and checksums of all connections of a capture. */
export class Truth {
  #pool;
  #streams = 0;
  #bytes = [0, 0];
  /** @type {string[]} */
  #lines = [];

  /** @param {import("./payload-pool.js").PayloadPool} pool */
  constructor(pool) {
    this.#pool = pool;
  }

  /**
   * Takes a connection that is over.
   * @param {import("./flow.js").Flow} flow
   */
  add(flow) {
    this.#streams++;
    const client = endpoint(flow.clientAddress, flow.clientPort);
    const server = endpoint(flow.serverAddress, flow.serverPort);
    this.#direction(client, server, flow.sent(C2S), flow.clientStart, C2S);
    this.#direction(server, client, flow.sent(S2C), flow.serverStart, S2C);
  }

  /**
   * Writes both files beside the capture.
   * @param {string} path the capture's path
   * @param {{generator: number, kind: string, seed: number, asked: number, packets: number, captureBytes: number}} facts
   *   what was asked for and came out
   */
  write(path, facts) {
    const lines = this.#lines.join("");
    const totals = {
      ...facts,
      streams: this.#streams,
      c2s: this.#bytes[C2S],
      s2c: this.#bytes[S2C],
      directions: this.#lines.length,
      truthBytes: lines.length,
    };
    writeFileSync(`${path}.truth.tsv`, lines);
    writeFileSync(`${path}.truth.json`, `${JSON.stringify(totals)}\n`);
  }

  #direction(source, destination, bytes, start, direction) {
    if (bytes === 0) return;
    this.#bytes[direction] += bytes;
    const crc = this.#pool.crc(start, bytes).toString(16).padStart(8, "0");
    this.#lines.push(`${source}\t${destination}\t${bytes}\t${crc}\n`);
  }
}

/** @param {number} address @param {number} port @returns {string} "10.0.0.1|80" */
function endpoint(address, port) {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}|${port}`;
}
