// Frames on the wire: what an engine wants as its `injector` for kill(). The addon opens the device in a process of its
// own, as for capturing, because a device that goes away ends the process that has it open.

import { EventEmitter } from "node:events";
import { CaptureError } from "../capture-error.js";
import { CapProcess } from "./cap-process.js";

/** Bytes of the shortest frame that is sent (an Ethernet header, IEEE 802.3), and of the longest (libpcap's on Linux). */
const shortestFrame = 14;
const longestFrame = 65535;

/** Bytes of frames that may wait in this process for the one that sends, with what each takes besides. */
const maximumWaiting = 16 * 1024 * 1024;
const frameOverhead = 1024;

/** Milliseconds in which one of the frames that wait at the end has to be taken. */
const patience = 1000;

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
  /** Bytes that wait, and how many frames that is. */
  #waiting = 0;
  #frames = 0;
  #onTaken: () => void = () => undefined;

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
    const bytes = length + frameOverhead;
    if (this.#waiting + bytes > maximumWaiting) {
      this.#fail(new CaptureError("send-failed", this.device, `a frame was not sent, ${this.#frames} wait already`));
      return;
    }
    const taken = (): void => {
      this.#waiting -= bytes;
      this.#frames--;
      this.#onTaken();
    };
    if (this.#process.tell({ type: "frame", bytes: frame }, taken)) {
      this.#waiting += bytes;
      this.#frames++;
      this.#sent++;
    } else this.#fail(new CaptureError("send-failed", this.device, "the device is gone"));
  }

  /**
   * Closes the device, after the frames handed over before; where none of them is sent for a second, without them. May
   * be called twice.
   */
  async close(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    await this.#allTaken();
    for (let left = this.#frames; left > 0; left--) {
      this.#fail(new CaptureError("send-failed", this.device, "was closed before a frame was sent"));
    }
    await process.stop();
  }

  /** Resolves when no frame waits, or none was taken for a while. */
  async #allTaken(): Promise<void> {
    if (this.#frames === 0) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, patience);
      this.#onTaken = () => {
        if (this.#frames > 0) limit.refresh();
        else {
          clearTimeout(limit);
          resolve();
        }
      };
    });
  }

  #fail(error: CaptureError): void {
    this.#failed++;
    if (this.listenerCount("error") > 0) this.emit("error", error);
  }
}
