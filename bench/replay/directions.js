// What is noted about each direction of a stream, and the file of lines for `--directions`, to be compared with the
// generator's truth. The peers in C, C++ and Go write the same:
//
//     source <tab> destination <tab> bytes <tab> crc32        endpoints as "10.0.0.1|80"

import { closeSync, openSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";

const BUFFERED_LINES = 4096;

/** Bytes of one direction and their CRC-32. */
export class Direction {
  bytes = 0;
  crc = 0;

  /** @param {Uint8Array} data the next bytes */
  add(data) {
    this.bytes += data.length;
    this.crc = crc32(data, this.crc);
  }
}

/** A file of lines. */
export class DirectionList {
  #file;
  /** @type {string[]} */
  #lines = [];

  /** @param {string} path file to create or overwrite */
  constructor(path) {
    this.#file = openSync(path, "w");
  }

  /**
   * @param {string} source
   * @param {string} destination
   * @param {Direction} direction without bytes there is no line
   */
  write(source, destination, { bytes, crc }) {
    if (bytes === 0) return;
    this.#lines.push(`${source}\t${destination}\t${bytes}\t${crc.toString(16).padStart(8, "0")}\n`);
    if (this.#lines.length === BUFFERED_LINES) this.#flush();
  }

  close() {
    this.#flush();
    closeSync(this.#file);
  }

  #flush() {
    writeFileSync(this.#file, this.#lines.join(""));
    this.#lines = [];
  }
}

/**
 * A tcp callback that collects both directions and writes their lines when a stream has ended.
 * @param {DirectionList} list
 * @returns {import("@tsnids/nids").TcpCallback}
 */
export function listingCallback(list) {
  return (stream, attachment) => {
    switch (stream.state) {
      case "JUST_ESTABLISHED":
        stream.client.collect++;
        stream.server.collect++;
        attachment.param = [new Direction(), new Direction()];
        break;
      case "DATA":
        attachment.param[0].add(stream.server.countNew > 0 ? stream.server.data : NOTHING);
        attachment.param[1].add(stream.client.countNew > 0 ? stream.client.data : NOTHING);
        break;
      default: {
        const [fromClient, fromServer] = attachment.param;
        const client = `${stream.clientAddress}|${stream.clientPort}`;
        const server = `${stream.serverAddress}|${stream.serverPort}`;
        list.write(client, server, fromClient);
        list.write(server, client, fromServer);
      }
    }
  };
}

const NOTHING = new Uint8Array(0);
