// Frames on the wire: what an engine wants as its `injector` for kill(). The addon opens the device in a process of its
// own, as for capturing, because a device that goes away ends the process that has it open.

import { EventEmitter } from "node:events";
import { CaptureError } from "../capture-error.js";
import { CapProcess } from "./cap-process.js";

/** Bytes of the shortest frame that is sent (an Ethernet header, IEEE 802.3), and of the longest (libpcap's on Linux). */
const shortestFrame = 14;
const longestFrame = 65535;

/** The events of an injector, with their arguments. */
export interface InjectorEvents {
  /** A frame was not sent, or the device is gone. Without a listener it is only counted. */
  error: [error: CaptureError];
}

/**
 * Sends frames on one device; on Linux, those for the device's own Ethernet address go to the machine itself. An engine
 * that reads several interfaces needs an injector that chooses by `interfaceIndex`.
 *
 *     const injector = await LiveInjector.open("eth0");
 *     const nids = new Nids({ injector });
 *     …
 *     await injector.close(); // until then it keeps the program alive
 */
export class LiveInjector extends EventEmitter<InjectorEvents> {
  /** Name of the device. */
  readonly device: string;
  #process: CapProcess | undefined;
  #sent = 0;
  #failed = 0;

  private constructor(device: string) {
    super();
    this.device = device;
  }

  /**
   * Opens the device. Rejects with CaptureError: `no-permission`, `unknown-device`, `device-down`, `cap-missing`,
   * `invalid-option`, …, and `not-injectable` for `any` and other devices that can only be captured on.
   */
  static async open(device: string): Promise<LiveInjector> {
    if (typeof device !== "string" || device === "") {
      throw new CaptureError("invalid-option", "LiveInjector", "device must be the name of a device");
    }
    const injector = new LiveInjector(device);
    injector.#process = await CapProcess.open(device, { type: "inject", device }, undefined, (error) =>
      injector.#fail(error),
    );
    return injector;
  }

  /** Frames handed over to be sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Frames that were not sent. */
  get failed(): number {
    return this.#failed;
  }

  /**
   * Sends a frame that begins with the link header of the device. It is sent when the other process gets it, within a
   * millisecond or so; failures are told by `error`. Throws CaptureError `closed` after `close`, `send-failed` for a
   * frame of fewer than 14 or more than 65535 bytes, and `invalid-option` for what is no Uint8Array.
   */
  inject(frame: Uint8Array): void {
    if (!((frame as unknown) instanceof Uint8Array)) {
      throw new CaptureError("invalid-option", this.device, "inject(frame): frame must be a Uint8Array");
    }
    if (this.#process === undefined) throw new CaptureError("closed", this.device, "is closed, nothing can be sent");
    const { length } = frame;
    if (length < shortestFrame || length > longestFrame) {
      const what = `a frame of ${length} bytes cannot be sent; it must have ${shortestFrame} to ${longestFrame}`;
      throw new CaptureError("send-failed", this.device, what);
    }
    if (this.#process.tell({ type: "frame", bytes: frame })) this.#sent++;
    else this.#fail(new CaptureError("send-failed", this.device, "the device is gone"));
  }

  /** Closes the device, after the frames handed over before. May be called twice. */
  async close(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.stop();
  }

  #fail(error: CaptureError): void {
    this.#failed++;
    if (this.listenerCount("error") > 0) this.emit("error", error);
  }
}
