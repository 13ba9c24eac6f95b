// The process that owns a device, as seen from the one that started it: started, opened, talked to, stopped, and what
// is said when it dies. When the addon's device goes away it dies of a failed assertion; so when a process is dead
// without having said why, and the device is not there, not the same or not up any more, that is why. A device that was
// down for a moment only is known by the words of the assertion.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { CaptureError } from "../capture-error.js";
import { systemCode } from "./live-errors.js";
import { capProgram } from "../programs.js";
import { deviceLost, deviceNumber } from "./device-state.js";
import { framesDescriptor } from "./cap-messages.js";
import type { ChildMessage, ParentMessage } from "./cap-messages.js";

/** Milliseconds a process has to end when told to. */
const patience = 1000;

/** What is printed when libuv has an error of the device for the addon: on Linux only a device that goes down has one. */
const failedAssertion = /cb_packets.*status == 0|status == 0.*cb_packets/;

/** A process that owns a device. */
export class CapProcess {
  /** Frames it dropped because this process was late. */
  dropped = 0;
  /** Where captured frames come from. */
  readonly frames: Readable;
  readonly #device: string;
  readonly #deviceNumber: string | undefined;
  readonly #child: ChildProcess;
  /** Settles when the process is gone. */
  readonly #gone: Promise<unknown>;
  #hasOpened = false;
  #isStopped = false;
  #failure: CaptureError | undefined;
  #errors = "";
  #onFailure: (error: CaptureError) => void = () => undefined;

  private constructor(device: string, onFailure: (error: CaptureError) => void) {
    this.#device = device;
    this.#deviceNumber = deviceNumber(device);
    this.#onFailure = onFailure;
    this.#child = fork(capProgram, [], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"],
    });
    this.#gone = once(this.#child, "close").catch((error: unknown) => {
      const what = `no process could be started (${systemCode(error)})`;
      this.#failure ??= new CaptureError("capture-crashed", device, what, undefined, error);
    });
    // Of a process for which there were no descriptors Node makes no pipes.
    const pipes = this.#child.stdio as ChildProcess["stdio"] | undefined;
    this.frames = (pipes?.[framesDescriptor] as Readable | undefined) ?? Readable.from([]);
    this.#child.on("message", (message) => this.#onMessage(message as ChildMessage));
    // An error of the pipe is the end of the frames; the process is asked why.
    this.frames.on("error", () => undefined);
    // What libpcap or an assertion prints is not shown; the end of it is kept for whoever looks at `cause`.
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
  }

  /** Starts a process and has it open the device. Rejects with CaptureError. `onFailure` is told of what fails later. */
  static async open(
    device: string,
    first: ParentMessage,
    signal?: AbortSignal,
    onFailure: (error: CaptureError) => void = () => undefined,
  ): Promise<CapProcess> {
    const process = new CapProcess(device, onFailure);
    const child = process.#child;
    const callOff = (): void => void child.kill("SIGKILL");
    signal?.addEventListener("abort", callOff, { once: true });
    process.tell(first);
    await Promise.race([process.#gone, once(child, "message").catch(() => process.#gone)]);
    signal?.removeEventListener("abort", callOff);
    if (!process.#hasOpened) {
      await process.#gone;
      throw process.#whyGone();
    }
    void process.#gone.then(() => {
      if (!process.#isStopped) process.#onFailure(process.#whyGone());
    });
    return process;
  }

  /** Waits until it is gone. Returns why, unless it was told to go. */
  async end(): Promise<CaptureError | undefined> {
    await this.#gone;
    return this.#isStopped ? undefined : this.#whyGone();
  }

  /** Tells it something; false when it is gone. `onTaken` is called when it waits in this process no longer. */
  tell(message: ParentMessage, onTaken: () => void = () => undefined): boolean {
    if (!this.#child.connected) return false;
    this.#child.send(message, onTaken);
    return true;
  }

  /** Asks it to end once all frames that it has were taken. One that has ended before has failed. */
  finish(): void {
    if (this.#isStopped || !this.#child.connected) return;
    this.#isStopped = true;
    this.tell({ type: "stop" });
  }

  /** Ends it: asks first, and does not ask for long. */
  async stop(): Promise<void> {
    this.finish();
    const force = setTimeout(() => this.#child.kill("SIGKILL"), patience);
    this.frames.destroy();
    await this.#gone;
    clearTimeout(force);
  }

  #onMessage(message: ChildMessage): void {
    switch (message.type) {
      case "open":
        this.#hasOpened = true;
        break;
      case "dropped":
        this.dropped = message.frames;
        break;
      case "failed": {
        const error = new CaptureError(message.code, this.#device, message.what);
        if (this.#hasOpened) this.#onFailure(error);
        else this.#failure = error;
        break;
      }
    }
  }

  #whyGone(): CaptureError {
    if (this.#failure !== undefined) return this.#failure;
    const cause = new Error(this.#errors);
    const lost = this.#hasOpened ? deviceLost(this.#device, cause, this.#deviceNumber) : undefined;
    if (lost !== undefined) return lost;
    if (failedAssertion.test(this.#errors)) {
      return new CaptureError("device-lost", this.#device, "the device went down, and is up again", undefined, cause);
    }
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `exit code ${exitCode}` : signalCode;
    return new CaptureError(
      "capture-crashed",
      this.#device,
      `the process that captured died (${how})`,
      undefined,
      cause,
    );
  }
}
