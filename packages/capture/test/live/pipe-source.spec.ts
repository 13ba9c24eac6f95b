// PipeSource with programs that Node always has beside it: Node itself.

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { isatty } from "node:tty";
import { PipeSource } from "@tsnids/capture";
import type { CaptureError } from "@tsnids/capture";
import { expect } from "chai";
import { soon } from "../waiting.js";
import { pcapOf, temporaryDirectory } from "../sample.js";

describe("PipeSource", () => {
  const directory = temporaryDirectory();
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  /** A program that writes a capture file, then does something. */
  function program(lengths: readonly number[], then: string, signal?: AbortSignal): PipeSource {
    const path = directory.write("written.pcap", pcapOf(lengths));
    const write = `process.stdout.write(require("node:fs").readFileSync(${JSON.stringify(path)}), () => { ${then} });`;
    return new PipeSource(process.execPath, ["--eval", write], { signal });
  }

  async function errorOf(source: PipeSource): Promise<CaptureError> {
    try {
      await framesOf(source);
    } catch (error) {
      return error as CaptureError;
    }
    throw new Error("it ended without an error");
  }

  async function framesOf(source: PipeSource): Promise<number> {
    let frames = 0;
    for await (const batch of source.batches()) frames += batch.length;
    return frames;
  }

  it("reads what the program writes, to its end", async () => {
    expect(await framesOf(program([60, 100_000, 0, 1514], ""))).to.equal(4);
  });

  it("says how the program failed, with its last words, after all frames", async () => {
    const source = program([60, 60], 'process.stderr.write("first\\nno carrier\\n"); process.exitCode = 3;');
    const { code, message } = await errorOf(source);
    expect([code, message]).to.deep.equal([
      "capture-failed",
      `${process.execPath}: ended with exit code 3: no carrier`,
    ]);
    expect(source.statistics.received).to.equal(2);
  });

  it("says which signal killed the program", async () => {
    const { message } = await errorOf(program([60], 'process.kill(process.pid, "SIGKILL");'));
    expect(message).to.match(/: ended with SIGKILL$/);
  });

  it("says that there is no such program", async () => {
    const { code, message } = await errorOf(new PipeSource("no-such-capture-program"));
    expect([code, message]).to.deep.equal(["program-missing", "no-such-capture-program: there is no such program"]);
  });

  it("says what is wrong with bytes that are no capture", async () => {
    const { code } = await errorOf(new PipeSource(process.execPath, ["--eval", 'console.log("hello, world")']));
    expect(code).to.equal("unknown-format");
  });

  it("ends a program that goes on when nobody wants more", async () => {
    const source = program([60], "setInterval(() => undefined, 1000);");
    for await (const batch of source.batches()) {
      expect(batch.length).to.equal(1);
      break;
    }
  });

  // At a terminal the program alone is told: what it has started finds its outputs closed, where it has them.
  const ways = isatty(0) ? ["inherit"] : ["inherit", "ignore"];
  for (const [way, outputs] of ["when nobody wants more", "when it is called off"].flatMap((each) =>
    ways.map((stdio) => [each, stdio] as const),
  )) {
    it(`ends with the program, and with what that has started (outputs: ${outputs}), ${way}`, async () => {
      server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      // It has both outputs of the program, to which it writes empty records, does not mind being interrupted, and
      // holds a connection while it lives.
      const started = `
        process.on("SIGINT", () => undefined);
        setInterval(() => process.stdout.write(Buffer.alloc(16)), 10);
        require("node:net").connect(${port}, "127.0.0.1");`;
      const start = `require("node:child_process").spawn(process.execPath, ["--eval", ${JSON.stringify(started)}], {
        stdio: "${outputs}" });`;
      const stop = new AbortController();
      const source = program([60], start, stop.signal);
      const connected = once(server, "connection") as Promise<[Socket]>;
      const reading = (async () => {
        for await (const { length } of source.batches()) {
          expect(length).to.be.greaterThan(0);
          await connected;
          if (way === "when nobody wants more") break;
          stop.abort();
        }
      })();
      const [socket] = await connected;
      const gone = once(socket.on("error", () => undefined).resume(), "close");
      await soon(Promise.all([reading, gone]), "the end of both");
    });
  }
});
