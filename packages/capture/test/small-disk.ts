// A disk with little room left, as a test wants it. It stands in for fs.writeSync, which writes as much as there is
// room for, and fails when there is none.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

export class SmallDisk {
  /** Bytes that can still be written. */
  room = Infinity;

  /** Stands in during each test of the enclosing suite. */
  constructor() {
    const real = fs.writeSync;
    const standIn = (file: number, bytes: Uint8Array, at: number, length = bytes.length - at): number => {
      if (this.room === 0) throw Object.assign(new Error("no space left, write"), { code: "ENOSPC", syscall: "write" });
      const count = real(file, bytes, at, Math.min(length, this.room));
      this.room -= count;
      return count;
    };
    beforeEach(() => {
      this.room = Infinity;
      fs.writeSync = standIn as unknown as typeof fs.writeSync;
      syncBuiltinESMExports();
    });
    afterEach(() => {
      fs.writeSync = real;
      syncBuiltinESMExports();
    });
  }
}
