/**
 * Suites that need something a machine may lack: a system program, a C library, the corpus beside this repository.
 *
 * Where it is missing the suite becomes one pending test whose title names what it needs, and its body is never called.
 * The runner (run.ts) lists every pending test as left out, so nothing is skipped in silence; with CI set it is a failure.
 */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { repository } from "./suites.js";

/** The folder of public captures with known results, which lives beside this repository. */
export const corpusFolder: string = fileURLToPath(new URL("../../shared/corpus/", import.meta.url));

/** What a suite may need besides Node and npm. */
export type Need =
  | "root"
  | "network namespaces"
  | "nginx"
  | "curl"
  | "sshd"
  | "cap"
  | "dumpcap"
  | "ethtool"
  | "tshark"
  | "tcpdump"
  | "zstd"
  | "lz4"
  | "gcc"
  | "libnids-dev"
  | "libpcap-dev"
  | "../shared";

const presence: Readonly<Record<Need, () => boolean>> = {
  root: () => process.getuid?.() === 0,
  "network namespaces": () => onPath("ip") && existsSync("/proc/self/ns/net"),
  nginx: () => onPath("nginx"),
  curl: () => onPath("curl"),
  sshd: () => existsSync("/usr/sbin/sshd") && onPath("ssh"),
  cap: () => existsSync(join(repository, "node_modules/cap/build/Release/cap.node")),
  dumpcap: () => onPath("dumpcap"),
  ethtool: () => onPath("ethtool"),
  tshark: () => onPath("tshark"),
  tcpdump: () => onPath("tcpdump"),
  zstd: () => onPath("zstd"),
  lz4: () => onPath("lz4"),
  gcc: () => onPath("gcc"),
  "libnids-dev": () => existsSync("/usr/include/nids.h"),
  "libpcap-dev": () => existsSync("/usr/include/pcap.h"),
  "../shared": () => existsSync(corpusFolder),
};

/** Like mocha's `describe`, for a suite that needs something; without it, the suite is reported as left out. */
export function describeNeeding(needs: readonly Need[], title: string, body: (this: Mocha.Suite) => void): void {
  const missing = needs.filter((need) => !presence[need]());
  if (missing.length === 0) describe(title, body);
  else it(`${title} (needs ${missing.join(", ")})`);
}

function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
