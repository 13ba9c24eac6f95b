// PcapOverIpSource over loopback, in both directions.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { CaptureError, PcapOverIpSource } from "@tsnids/capture";
import type { PcapOverIpOptions } from "@tsnids/capture";
import { expect } from "chai";
import { pcapOf } from "../sample.js";

const capture = pcapOf([60, 70, 100_000]);

describe("PcapOverIpSource", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  async function serve(onSender: (socket: Socket) => void, allowHalfOpen = false): Promise<number> {
    server = createServer({ allowHalfOpen }, onSender).listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  async function framesOf(source: PcapOverIpSource): Promise<number> {
    let frames = 0;
    for await (const batch of source.batches()) frames += batch.length;
    return frames;
  }

  it("calls a sender and reads until it hangs up", async () => {
    const port = await serve((socket) => socket.end(capture));
    expect(await framesOf(new PcapOverIpSource({ port }))).to.equal(3);
  });

  it("waits for a sender, and has no ear for a second one", async () => {
    let refused: Promise<unknown> | undefined;
    const source = new PcapOverIpSource({
      listen: true,
      port: 0,
      onListening: (port) => {
        const first = connect(port, "127.0.0.1");
        source.once("open", () => {
          refused = once(connect(port, "127.0.0.1"), "error");
          void refused.then(() => first.end(capture));
        });
      },
    });
    expect(await framesOf(source)).to.equal(3);
    const [error] = (await refused) as [NodeJS.ErrnoException];
    expect(error.code).to.equal("ECONNREFUSED");
  });

  it("says that nobody is there", async () => {
    const port = await serve(() => undefined);
    server?.close();
    const source = new PcapOverIpSource({ port });
    const error = await framesOf(source).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CaptureError).with.property("code", "connection-failed");
    expect((error as CaptureError).message).to.equal(
      `tcp://127.0.0.1:${port}: the sender cannot be reached (ECONNREFUSED)`,
    );
  });

  for (const [where, length, frames, warnings] of [
    ["inside a record", capture.length - 1, 2, ["cut-record"]],
    ["inside the file header", 10, 0, ["cut-header"]],
    ["before it is known what it sends", 3, 0, ["cut-header"]],
    ["before it sends anything, which is no harm", 0, 0, []],
  ] as const) {
    it(`warns of a sender that hangs up ${where}`, async () => {
      const port = await serve((socket) => socket.end(capture.subarray(0, length)));
      const source = new PcapOverIpSource({ port });
      const codes: string[] = [];
      source.on("warning", ({ code }) => codes.push(code));
      expect(await framesOf(source)).to.equal(frames);
      expect(codes).to.deep.equal(warnings);
    });
  }

  for (const listen of [false, true]) {
    it(`says that the sender broke off: ${listen ? "it called" : "it was called"}`, async () => {
      let sender: Socket | undefined;
      const send = (socket: Socket): void => void (sender = socket).write(capture);
      const port = listen ? 0 : await serve(send);
      const onListening = (at: number): void => send(connect(at, "127.0.0.1"));
      const read = async (): Promise<void> => {
        for await (const batch of new PcapOverIpSource({ listen, port, onListening }).batches()) {
          if (batch.length > 0) sender?.resetAndDestroy();
        }
      };
      const error = await read().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(CaptureError).with.property("code", "connection-failed");
      expect((error as CaptureError).message).to.match(/: the sender broke off \(ECONNRESET\)$/);
    });
  }

  it("hands on what was sent before the signal, also where the sender stays", async () => {
    const lengths = new Array<number>(60).fill(60_000);
    const stop = new AbortController();
    const port = await serve((socket) => {
      socket.on("error", () => undefined).write(pcapOf(lengths));
    }, true);
    let frames = 0;
    for await (const batch of new PcapOverIpSource({ port, signal: stop.signal }).batches()) {
      frames += batch.length;
      stop.abort();
    }
    expect(frames).to.equal(lengths.length);
  });

  it("refuses options that cannot work, by their name", () => {
    const refused: readonly (readonly [string, PcapOverIpOptions])[] = [
      ...[70_000, "abc", 0, -1].map((port) => ["port", { port: port as number }] as const),
      ["port", { listen: true, port: 65_536 }],
      ["host", { host: "" }],
    ];
    for (const [option, options] of refused) {
      expect(() => new PcapOverIpSource(options))
        .to.throw(CaptureError, `PcapOverIpSource: ${option} is `)
        .with.property("code", "invalid-option");
    }
  });

  for (const listen of [false, true]) {
    it(`ends on abort while it waits: ${listen ? "listening" : "connected"}`, async () => {
      const stop = new AbortController();
      const port = listen ? 0 : await serve((socket) => socket.on("error", () => undefined));
      const abort = (): void => stop.abort();
      const source = new PcapOverIpSource({ listen, port, signal: stop.signal, onListening: abort });
      source.once("open", abort);
      expect(await framesOf(source)).to.equal(0);
    });
  }
});
