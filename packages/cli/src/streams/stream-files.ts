// The bytes of streams as files, one per direction, in a folder:
//
//     10.0.0.1.40000-10.0.0.2.80-000-c2s.bin           client.port-server.port-nth-direction.bin
//     2001_db8__1.40000-2001_db8__2.80-000-s2c.bin     the colons of IPv6 are not possible in all file systems
//     10.0.0.1.40000-10.0.0.2.80-000-c2s-scope2.bin    of a stream in a VLAN or tunnel
//     index.jsonl                                      the lines of `tsnids streams --json`, each with its "file"
//
// There may be more streams than a process may have open files, so none stays open. Bytes are gathered in memory, up to a
// limit for each direction and one for all together, and then appended: open, write, close. A file whose stream
// carried no data is not made.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeSync, writevSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, ExitCode, systemReason } from "../exit-codes.js";
import type { BytesTarget, DirectionName, StreamName } from "./stream-direction.js";

/** Bytes gathered before a file is written to: of one direction, and of all. */
const gatheredPerFile = 1 << 18;
const gatheredInAll = 1 << 26;

/** Memory that a gathered piece takes besides its bytes, roughly. */
const pieceOverhead = 128;

const indexName = "index.jsonl";

/** A folder that streams are written to. */
export class StreamFiles {
  /** The folder. */
  readonly folder: string;
  /** Files made so far, without the index. */
  files = 0;
  readonly #overwrites: boolean;
  readonly #waiting: Set<StreamFile> = new Set();
  readonly #index: StreamFile;
  #gathered = 0;
  #exists = false;

  /**
   * Throws CommandError when the folder has files already, unless `overwrites`. The folder is made with the first file.
   */
  constructor(folder: string, overwrites: boolean) {
    this.folder = folder;
    this.#overwrites = overwrites;
    this.#index = new StreamFile(this, indexName);
    this.#exists = !isMissing(folder);
    if (this.#exists && !overwrites && !isEmpty(folder)) {
      throw wrongFolder(folder, "is not empty; give another folder, or --force to write into this one");
    }
  }

  /** The file of a direction. It is made only when bytes come. */
  open(name: StreamName, dir: DirectionName): StreamFile {
    return new StreamFile(this, fileName(name, dir));
  }

  /** Adds a line to the index. */
  indexLine(line: string): void {
    this.#index.write(Buffer.from(`${line}\n`));
  }

  /** Writes everything that was gathered, and the index even if it is empty. */
  close(): void {
    this.#writeAll();
    if (!this.#index.exists) this.append(this.#index, []);
  }

  /** Notes that a file has gathered more bytes. */
  gathered(file: StreamFile, bytes: number): void {
    this.#waiting.add(file);
    this.#gathered += bytes + pieceOverhead;
    if (this.#gathered >= gatheredInAll) this.#writeAll();
    else if (file.gathered >= gatheredPerFile) this.writeOut(file);
  }

  /** Writes what a file has gathered. */
  writeOut(file: StreamFile): void {
    this.#waiting.delete(file);
    const pieces = file.release();
    if (pieces.length === 0) return;
    for (const piece of pieces) this.#gathered -= piece.length + pieceOverhead;
    this.append(file, pieces);
  }

  /** Appends to a file; the first time makes it. Throws CommandError when it cannot be written. */
  append(file: StreamFile, pieces: readonly Uint8Array[]): void {
    const path = join(this.folder, file.name);
    const make = this.#overwrites ? "w" : "wx";
    try {
      if (!this.#exists) mkdirSync(this.folder);
      this.#exists = true;
      const descriptor = openSync(path, file.exists ? "a" : make);
      if (!file.exists && file !== this.#index) this.files++;
      file.exists = true;
      try {
        writeWhole(descriptor, pieces);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw new CommandError(ExitCode.FAILED, `${path}: cannot be written (${systemReason(error)})`);
    }
  }

  #writeAll(): void {
    for (const file of this.#waiting) this.writeOut(file);
  }
}

/** One file, and what is to be appended to it. */
export class StreamFile implements BytesTarget {
  /** Its name in the folder. */
  readonly name: string;
  /** True when it was made. */
  exists = false;
  /** Bytes gathered. */
  gathered = 0;
  readonly #files: StreamFiles;
  #pieces: Uint8Array[] = [];

  constructor(files: StreamFiles, name: string) {
    this.#files = files;
    this.name = name;
  }

  /** Adds a copy of bytes. */
  write(data: Uint8Array): void {
    this.#pieces.push(data.slice());
    this.gathered += data.length;
    this.#files.gathered(this, data.length);
  }

  /** Writes what was gathered: no more will come. */
  end(): void {
    this.#files.writeOut(this);
  }

  /** Gives up what was gathered. */
  release(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.gathered = 0;
    return pieces;
  }
}

/** The name of a direction's file; no two directions of a replay have the same. */
export function fileName(name: StreamName, dir: DirectionName): string {
  const client = `${name.clientAddress.replaceAll(":", "_")}.${name.clientPort}`;
  const server = `${name.serverAddress.replaceAll(":", "_")}.${name.serverPort}`;
  const where = name.scope === 0 ? "" : `-scope${name.scope}`;
  return `${client}-${server}-${String(name.nth).padStart(3, "0")}-${dir}${where}.bin`;
}

/** Writes all pieces. A disk that is nearly full takes a part without an error. */
function writeWhole(descriptor: number, pieces: readonly Uint8Array[]): void {
  let written = writevSync(descriptor, pieces);
  for (const piece of pieces) {
    let done = Math.min(written, piece.length);
    written -= done;
    while (done < piece.length) done += writeSync(descriptor, piece, done);
  }
}

/** True when there is no such folder yet; throws CommandError when there cannot be one. */
function isMissing(folder: string): boolean {
  if (existsSync(folder)) {
    if (!isFolder(folder)) throw wrongFolder(folder, "is not a folder");
    return false;
  }
  const parent = dirname(folder);
  if (!isFolder(parent)) throw wrongFolder(folder, `cannot be made, because there is no folder ${parent}`);
  return true;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    throw wrongFolder(folder, `cannot be read (${systemReason(error)})`);
  }
}

function wrongFolder(folder: string, what: string): CommandError {
  return new CommandError(ExitCode.WRONG_INPUT, `${folder}: ${what}`);
}
