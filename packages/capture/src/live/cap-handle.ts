// One open device of the addon `cap`, in a wrapper that keeps it alive and never asks it for what would kill it. What
// cap 0.2.1 does, and what is done about it here:
//
//   it keeps a bare pointer to the buffer it fills       the buffer lives as long as the handle
//   a Cap that is opened again leaks the first device    one Cap for each open
//   close() after a failed open aborts the process       a Cap that failed is not touched again
//   a Cap that is collected frees what libuv still uses  every Cap is kept: a small object per open
//   send() before open or after close is a crash         refused
//   in a worker thread it aborts the process             refused
//   a device that goes away aborts the process           nothing can be done: use it in a process of its own

import { isMainThread } from "node:worker_threads";
import { LinkType } from "@tsnids/pcap";
import { CaptureError } from "../capture-error.js";
import { loadCap } from "./cap-addon.js";
import type { Cap, CapAddon } from "./cap-addon.js";
import { libpcapError } from "./live-errors.js";

/** Bytes the addon captures of a frame at most; it cannot be told otherwise. */
export const capSnapLength = 65535;

/** Bytes of the largest ring: the addon takes a signed 32-bit number. */
export const maximumBufferSize = 0x7fffffff;

/** Every Cap there was. */
const kept: Cap[] = [];

/** LINKTYPE numbers of what the addon calls link types. */
const linkTypes: ReadonlyMap<string, number> = new Map([
  ["NULL", LinkType.NULL],
  ["ETHERNET", LinkType.ETHERNET],
  ["IEEE802_11_RADIO", LinkType.IEEE802_11_RADIOTAP],
  ["LINKTYPE_LINUX_SLL", LinkType.LINUX_SLL],
  ["RAW", LinkType.RAW],
]);

/** An open device. */
export class CapHandle {
  /** LINKTYPE number of the frames. */
  readonly linkType: number;
  /** Where the addon puts the frame that `onFrame` is called for. */
  readonly buffer: Buffer = Buffer.alloc(capSnapLength);
  readonly #device: string;
  readonly #cap: Cap;
  #isOpen = true;

  /**
   * Opens a device; `filter` is a pcap-filter expression, "" for none, `bufferSize` the bytes of the kernel's
   * ring. `onFrame` is called with the number of bytes in `buffer`. Throws CaptureError with one of the codes
   * of LiveErrorCode.
   */
  constructor(
    device: string,
    filter: string,
    bufferSize: number,
    onFrame: (length: number) => void,
    addon: () => CapAddon = loadCap,
  ) {
    if (!isMainThread) {
      throw new CaptureError(
        "in-worker",
        device,
        'cap cannot be used in a worker thread; leave "isolated" as it is, true',
      );
    }
    this.#device = device;
    const { Cap } = addon();
    this.#cap = new Cap();
    kept.push(this.#cap);
    let linkType: string;
    try {
      linkType = this.#cap.open(device, filter, bufferSize, this.buffer);
    } catch (error) {
      throw libpcapError(error instanceof Error ? error.message : String(error), device, filter, error);
    }
    this.linkType = linkTypes.get(linkType) ?? numberIn(linkType);
    this.#cap.on("packet", onFrame);
  }

  /** Sends a frame, link header included. Throws CaptureError `closed` or `send-failed`. */
  send(frame: Uint8Array): void {
    if (!this.#isOpen) throw new CaptureError("closed", this.#device, "is closed, nothing can be sent");
    try {
      this.#cap.send(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength), frame.length);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new CaptureError(
        "send-failed",
        this.#device,
        `a frame of ${frame.length} bytes was not sent: ${said}`,
        undefined,
        error,
      );
    }
  }

  /** Closes it. May be called twice, and from `onFrame`. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cap.removeAllListeners();
    this.#cap.close();
  }
}

/**
 * "Unknown linktype 276": the addon knows few names. The number is the system's; files have the same for all newer
 * types.
 */
function numberIn(linkType: string): number {
  return Number(/\d+$/.exec(linkType)?.[0] ?? 0);
}
