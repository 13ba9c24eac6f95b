// What is asked of the system, counted: how often a file was looked at, and how often read.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

export class FileCalls {
  stats = 0;
  reads = 0;
  /** Called behind each read. */
  onRead: () => void = () => undefined;

  /** Counts during each test of the enclosing suite. */
  constructor() {
    const { stat } = fs.promises;
    const { readSync } = fs;
    beforeEach(() => {
      this.stats = this.reads = 0;
      this.onRead = () => undefined;
      const countStat = (...given: Parameters<typeof stat>): ReturnType<typeof stat> => {
        this.stats++;
        return stat(...given);
      };
      const countRead = (...given: Parameters<typeof readSync>): number => {
        const length = readSync(...given);
        this.reads++;
        this.onRead();
        return length;
      };
      fs.promises.stat = countStat as typeof stat;
      fs.readSync = countRead as typeof readSync;
      syncBuiltinESMExports();
    });
    afterEach(() => {
      fs.promises.stat = stat;
      fs.readSync = readSync;
      syncBuiltinESMExports();
    });
  }
}
