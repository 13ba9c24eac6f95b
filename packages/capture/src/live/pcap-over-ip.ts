// Pcap over IP: a capture file that goes over a TCP connection as it grows, as PolarProxy, NetworkMiner and `nc` do it.
// Either side may have called: the source connects to a sender, or waits for one. There is no encryption and no
// password, so the default on both sides is loopback.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { CaptureError } from "../capture-error.js";
import { invalidOption, requireWithin } from "../options.js";
import { systemTime } from "./byte-inlet.js";
import type { Timekeeper } from "./byte-inlet.js";
import type { CaptureFeed } from "./capture-feed.js";
import { FeedSource } from "./feed-source.js";
import type { FeedOptions } from "./feed-source.js";
import { systemCode } from "./live-errors.js";

/** The port of PolarProxy and NetworkMiner. */
export const pcapOverIpPort = 57012;

const loopback = "127.0.0.1";

/** Seconds a frame may be late. */
const lag = 5;

/** After so many milliseconds without a byte, all that was sent before the signal has come. */
const silence = 200;

const owner = "PcapOverIpSource";

/** Where a PcapOverIpSource finds its sender. */
export interface PcapOverIpOptions extends FeedOptions {
  /** Waits for a sender instead of calling one. Default: false. */
  readonly listen?: boolean | undefined;
  /** The address to call, or to wait at. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default: 57012. With `listen`, 0 takes a free port, which `onListening` is told. */
  readonly port?: number | undefined;
  /** Called with the port at which a sender is waited for. */
  readonly onListening?: ((port: number) => void) | undefined;
}

/** The frames one sender sends, until it closes the connection. */
export class PcapOverIpSource extends FeedSource {
  /** The address that is called, or waited at. */
  readonly host: string;
  /** The port as it was asked for. */
  readonly port: number;
  readonly #listen: boolean;
  readonly #onListening: ((port: number) => void) | undefined;
  readonly #time: Timekeeper;

  /** Connects to nobody: `batches` does, and throws its errors. Throws CaptureError `invalid-option`. */
  constructor(options: PcapOverIpOptions = {}) {
    const { host = loopback, port = pcapOverIpPort, listen = false, onListening, time = systemTime } = options;
    if (typeof host !== "string" || host === "") throw invalidOption(owner, "host", host, "a name or an address");
    requireWithin(owner, "port", port, listen ? 0 : 1, 65535);
    super(`tcp://${host.includes(":") ? `[${host}]` : host}:${port}`, options);
    this.host = host;
    this.port = port;
    this.#listen = listen;
    this.#onListening = onListening;
    this.#time = time;
  }

  protected override async open(signal: AbortSignal): Promise<CaptureFeed> {
    try {
      return this.#feed(this.#listen ? await this.#accept(signal) : await this.#call(signal));
    } catch (error) {
      throw this.#error(this.#listen ? "no sender could be received" : "the sender cannot be reached", error);
    }
  }

  async #call(signal: AbortSignal): Promise<Socket> {
    const socket = connect({ host: this.host, port: this.port });
    try {
      await once(socket, "connect", { signal });
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** The first sender that calls; nobody after it. */
  async #accept(signal: AbortSignal): Promise<Socket> {
    const server = createServer();
    try {
      server.listen({ host: this.host, port: this.port, signal });
      await once(server, "listening", { signal });
      this.#onListening?.((server.address() as AddressInfo).port);
      const [socket] = (await once(server, "connection", { signal })) as [Socket];
      return socket;
    } finally {
      server.close();
    }
  }

  #feed(socket: Socket): CaptureFeed {
    let failure: Error | undefined;
    socket.on("error", (error) => (failure = error));
    return {
      bytes: socket,
      lag,
      drops: {},
      end: () => Promise.resolve(failure === undefined ? undefined : this.#error("the sender broke off", failure)),
      finish: () => this.#drain(socket),
      stop: () => {
        socket.destroy();
        return Promise.resolve();
      },
    };
  }

  /** Hangs up on this side, and reads what has come already: until nothing more does. */
  #drain(socket: Socket): void {
    socket.end();
    let callOff = (): void => undefined;
    const wait = (): void => {
      callOff();
      // While the consumer is late nothing is read, and that is no silence.
      callOff = this.#time.after(silence, () => (socket.isPaused() ? wait() : socket.destroy()));
    };
    socket.on("data", wait).once("close", () => callOff());
    wait();
  }

  #error(what: string, cause: unknown): CaptureError {
    return new CaptureError("connection-failed", this.capture, `${what} (${systemCode(cause)})`, undefined, cause);
  }
}
