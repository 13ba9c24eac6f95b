// The native addon `cap`, an optional dependency: loading it, and saying why it cannot be loaded. npm hides why: an
// optional package whose build fails is left out without a word. What is left on the disk tells the causes apart:
//
//     node_modules/cap   build/Release/cap.node   loads
//     no                                                   it was never built: no libpcap-dev at install, or left out on purpose
//     yes                no                                install scripts were blocked
//     yes                yes                      no       it was built for another platform or Node, or libpcap is gone

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CaptureError } from "../capture-error.js";

/** An address of a device, as the addon lists it. */
export interface CapAddress {
  readonly addr?: string;
  readonly netmask?: string;
}

/** A device, as the addon lists it. */
export interface CapDevice {
  readonly name: string;
  readonly description?: string;
  readonly addresses: readonly CapAddress[];
  readonly flags?: string;
}

/** A handle of the addon. See cap-handle.ts for what it must not be asked. */
export interface Cap {
  open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
  send(frame: Buffer, length: number): void;
  close(): boolean;
  on(event: "packet", listener: (length: number, truncated: boolean) => void): unknown;
  removeAllListeners(): unknown;
}

/** The addon. */
export interface CapAddon {
  readonly Cap: { new (): Cap; deviceList(): readonly CapDevice[] };
}

/** Platforms that libpcap or Npcap is made for. */
const platforms: ReadonlySet<string> = new Set(["linux", "darwin", "freebsd", "openbsd", "win32"]);

const alternatives =
  'without it: the backend "tcpdump" or "dumpcap", pcap-over-IP, or a capture file; everything else works';

/** Loads the addon as `require` finds it. Throws CaptureError `cap-missing`. */
export function loadCap(require: NodeJS.Require = createRequire(import.meta.url)): CapAddon {
  try {
    return require("cap") as CapAddon;
  } catch (error) {
    throw new CaptureError("cap-missing", "cap", `${whyMissing(require, error)}; ${alternatives}`, undefined, error);
  }
}

/** The cause, and what to do about it, in one line. */
function whyMissing(require: NodeJS.Require, error: unknown): string {
  if (!platforms.has(process.platform)) return `there is no libpcap for the platform ${process.platform}`;
  const manifest = manifestOf(require);
  if (manifest === undefined) {
    return `the addon is not installed: libpcap's headers or a compiler were missing when npm installed it (on Debian: sudo apt-get install libpcap-dev g++ make python3, then npm install cap)`;
  }
  if (!existsSync(join(dirname(manifest), "build", "Release", "cap.node"))) {
    return `the addon was not built because npm ran no install scripts (on Debian: sudo apt-get install libpcap-dev g++ make python3, then npm rebuild cap --ignore-scripts=false; npm 11 also wants "allowScripts": {"cap": true} in package.json)`;
  }
  const reason = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
  const here = `${process.platform} ${process.arch} with Node ${process.versions.node}`;
  return `the addon was built for another platform than ${here}, or libpcap is gone: ${reason} (on Debian: sudo apt-get install libpcap-dev, then npm rebuild cap)`;
}

function manifestOf(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve("cap/package.json");
  } catch {
    return undefined;
  }
}
