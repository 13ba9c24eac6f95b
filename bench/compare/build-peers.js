// Builds the C programs of bench/peers into bench/.cache/peers, each when its source is newer than its program.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "./bench-error.js";
import { CACHE } from "./captures.js";

const SOURCES = join(import.meta.dirname, "..", "peers");
const PROGRAMS = join(CACHE, "peers");

/** Libraries each program is linked with. */
const LIBRARIES = Object.freeze({
  cputime: [],
  "pcap-loop": ["-lpcap"],
  "libnids-count": ["-lnids", "-lpcap"],
});

const HOW_TO_GET_THEM =
  "it needs Debian's packages gcc, libc6-dev, libpcap-dev and libnids-dev: sudo npm run setup:system";

/**
 * @param {keyof typeof LIBRARIES} name
 * @returns {string} path of the built program
 * @throws {BenchError} `missing-tool` if the compiler or a library is not there
 */
export function buildPeer(name) {
  const source = join(SOURCES, `${name}.c`);
  const program = join(PROGRAMS, name);
  if (existsSync(program) && statSync(program).mtimeMs >= statSync(source).mtimeMs) return program;
  mkdirSync(PROGRAMS, { recursive: true });
  const args = ["-O2", "-Wall", "-Wextra", "-o", program, source, ...LIBRARIES[name]];
  const { error, status, stderr } = spawnSync("gcc", args, { encoding: "utf8" });
  if (error) throw new BenchError("missing-tool", `bench/peers/${name}.c: gcc cannot be run; ${HOW_TO_GET_THEM}`);
  if (status !== 0) {
    const reason = stderr.split("\n").find((line) => /error|cannot find/.test(line)) ?? `gcc ended with ${status}`;
    throw new BenchError("missing-tool", `bench/peers/${name}.c: ${reason.trim()}; ${HOW_TO_GET_THEM}`);
  }
  return program;
}
