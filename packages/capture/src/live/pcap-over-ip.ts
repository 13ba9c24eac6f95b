// Pcap over IP: a capture file that goes over a TCP connection as it grows, as PolarProxy, NetworkMiner and `nc` do it.
// Either side may have called: the source connects to a sender, or waits for one. There is no encryption and no
// password, so the default on both sides is loopback.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { CaptureError } from "../capture-error.js";
import type { CaptureFeed } from "./capture-feed.js";
import { FeedSource } from "./feed-source.js";
import type { FeedOptions } from "./feed-source.js";

/** The port of PolarProxy and NetworkMiner. */
export const pcapOverIpPort = 57012;

const loopback = "127.0.0.1";

/** Seconds a frame may be late. */
const lag = 5;

/** Where a PcapOverIpSource finds its sender. */
export interface PcapOverIpOptions extends FeedOptions {
  /** Waits for a sender instead of calling one. Default: false. */
  readonly listen?: boolean | undefined;
  /** The address to call, or to wait at. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default: 57012. To wait at 0 is to wait at a free port, told by `onListening`. */
  readonly port?: number | undefined;
  /** Called with the port at which a sender is waited for. */
  readonly onListening?: ((port: number) => void) | undefined;
}

/** The frames one sender sends, until it closes the connection. */
export class PcapOverIpSource extends FeedSource {
  readonly host: string;
  readonly port: number;
  readonly #listen: boolean;
  readonly #onListening: ((port: number) => void) | undefined;

  constructor(options: PcapOverIpOptions = {}) {
    const { host = loopback, port = pcapOverIpPort, listen = false, onListening } = options;
    super(`tcp://${host.includes(":") ? `[${host}]` : host}:${port}`, options);
    this.host = host;
    this.port = port;
    this.#listen = listen;
    this.#onListening = onListening;
  }

  protected override async open(signal: AbortSignal): Promise<CaptureFeed> {
    try {
      return this.#feed(this.#listen ? await this.#accept(signal) : await this.#call(signal));
    } catch (error) {
      throw this.#error(error);
    }
  }

  async #call(signal: AbortSignal): Promise<Socket> {
    const socket = connect({ host: this.host, port: this.port, signal });
    await once(socket, "connect");
    return socket;
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
      end: () => Promise.resolve(failure === undefined ? undefined : this.#error(failure)),
      finish: () => void socket.destroy(),
      stop: () => {
        socket.destroy();
        return Promise.resolve();
      },
    };
  }

  #error(cause: unknown): CaptureError {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const what = this.#listen
      ? `no sender could be received (${why})`
      : `the sender cannot be reached, or went away (${why})`;
    return new CaptureError("connection-failed", this.capture, what, undefined, cause);
  }
}
