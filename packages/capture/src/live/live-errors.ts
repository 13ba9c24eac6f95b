// What can be wrong with a live capture, and how to tell by what libpcap says. libpcap has its errors as text, in
// the addon as in the programs that use it; the table knows the texts of libpcap 1.8 to 1.10 and of tcpdump and
// dumpcap around them.

import { CaptureError } from "../capture-error.js";

/** Why frames cannot be taken from a device, or not any longer. `no-permission` is an error of files as well. */
export type LiveErrorCode =
  /** The system has no device of this name. */
  | "unknown-device"
  /** The device is there and not up. */
  | "device-down"
  /**
   * The device was removed while frames were taken from it; or it went down, and the capture ended with that. tcpdump and
   * dumpcap over libpcap 1.10 go on.
   */
  | "device-lost"
  /** libpcap does not understand the filter expression. */
  | "bad-filter"
  /** The addon `cap` is not there, or cannot be loaded; the message says why and what to do. */
  | "cap-missing"
  /** `cap` cannot be used in a worker thread. */
  | "in-worker"
  /** The program that was to capture is not installed. */
  | "program-missing"
  /** The process that captured died, or could not be started. */
  | "capture-crashed"
  /** The other end of a connection cannot be reached, or went away in the middle of a record. */
  | "connection-failed"
  /** It was closed before. */
  | "closed"
  /** The device can be captured on, and nothing be sent: `any`, and others that libpcap captures on in cooked mode. */
  | "not-injectable"
  /** The system refused to send a frame. */
  | "send-failed"
  /** An argument, an option, or what is to be sent, is not what it should be. */
  | "invalid-option"
  /** libpcap failed for another reason; the message has its text. */
  | "capture-failed";

/** Codes that the text of a message can stand for. */
type ToldCode = LiveErrorCode | "no-permission";

const texts: readonly (readonly [pattern: RegExp, code: ToldCode])[] = [
  [/no such device|no device named|doesn't exist|SIOCGIFINDEX/i, "unknown-device"],
  [/disappeared|went down|no longer (attached|running)|device removed|network is down/i, "device-lost"],
  [/not up\b/i, "device-down"],
  [/permission|not permitted|must be root/i, "no-permission"],
  // The system's own text for what it refused to do, behind a colon.
  [/: [A-Z][a-z/]+( [a-z-]+)*$/m, "capture-failed"],
];

/** What follows the name of the device in a message, by code; for other codes, what libpcap said. */
const advice: Readonly<Partial<Record<ToldCode, (device: string) => string>>> = {
  "unknown-device": () => 'no such device; "tsnids devices" lists them',
  "device-down": (device) => `the device is not up (ip link set ${device} up)`,
  "device-lost": () => "the device went down or was removed",
  "no-permission": () =>
    "no permission to capture; run as root, or give the program the capabilities cap_net_raw and cap_net_admin",
};

/**
 * Makes an error of what libpcap said about `device`. `filter` is the expression it was to be opened with, "" for none.
 * libpcap has a hundred ways to say what is wrong with an expression: so a text that is not known is about that.
 */
export function libpcapError(said: string, device: string, filter: string, cause?: unknown): CaptureError {
  const text = said.trim().split("\n", 1)[0] ?? "";
  // What it quotes may be words of the filter.
  const own = filter === "" ? said : said.replace(/'[^'\n]*'|"[^"\n]*"/g, "");
  const known = texts.find(([pattern]) => pattern.test(own))?.[1];
  const code = known ?? (filter === "" ? "capture-failed" : "bad-filter");
  const what =
    code === "bad-filter"
      ? `filter "${filter}": ${text}`
      : (advice[code]?.(device) ?? (text === "" ? "capturing failed" : text));
  return new CaptureError(code, device, what, undefined, cause);
}

/** What the system calls an error: "EMFILE"; the text of one that is not the system's. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
