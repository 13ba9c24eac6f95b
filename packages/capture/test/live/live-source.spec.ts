// LiveSource over a backend of the tests: frames, silence, counts, the ways to end, options.

import { once } from "node:events";
import { CaptureError, LiveSource } from "@tsnids/capture";
import type { LiveOptions, LiveWarning } from "@tsnids/capture";
import type { FrameBatch } from "@tsnids/pcap";
import { expect } from "chai";
import { FakeBackend, FakeTime } from "./fake-backend.js";

const start = 1_000_000_000;

describe("LiveSource", () => {
  function make(options: LiveOptions = {}): { backend: FakeBackend; time: FakeTime; live: LiveSource } {
    const backend = new FakeBackend();
    const time = new FakeTime(start);
    return { backend, time, live: new LiveSource("dev0", { backend, time, ...options }) };
  }

  /** Reads to the end: frame lengths by batch, "silent" with the time for a batch that says so. */
  async function readAll(live: LiveSource): Promise<string[]> {
    const read: string[] = [];
    for await (const batch of live.batches()) read.push(textOf(batch));
    return read;
  }

  function textOf({ length, capturedLength, silentUntil }: FrameBatch): string {
    return length === 0 ? `silent until ${silentUntil - start}` : capturedLength.subarray(0, length).join(" ");
  }

  /** The error that reading ends with. */
  async function errorOf(live: LiveSource): Promise<CaptureError> {
    try {
      await readAll(live);
    } catch (error) {
      expect(error).to.be.instanceOf(CaptureError);
      return error as CaptureError;
    }
    throw new Error("it ended without an error");
  }

  it("hands on frames as they come and says when it is open", async () => {
    const { backend, live } = make();
    const opened = once(live, "open");
    backend.frame(new Uint8Array(60), start);
    backend.frame(new Uint8Array(70), start);
    backend.end();
    expect((await readAll(live)).join(" ")).to.equal("60 70");
    await opened;
    expect(backend.isStopped).to.equal(true);
  });

  it("says how far time has come while nothing does, as late as a frame may be", async () => {
    const { backend, time, live } = make();
    const batches = live.batches();
    const read: string[] = [];
    for (const step of [() => time.pass(1), () => time.pass(1), frame, () => time.pass(3)]) {
      const next = batches.next();
      await step();
      const { value } = await next;
      read.push(value === undefined ? "end" : textOf(value));
    }
    expect(read).to.deep.equal(["silent until 0", "silent until 1", "60", "silent until 4"]);
    await batches.return();

    function frame(): Promise<void> {
      backend.frame(new Uint8Array(60), start + 2);
      return Promise.resolve();
    }
  });

  it("counts frames, bytes, frames that were cut, and what the backend says was dropped", async () => {
    const { backend, live } = make();
    backend.frame(new Uint8Array(60), start);
    backend.frame(new Uint8Array(100), start, 1500);
    backend.drops = { kernel: 3 };
    backend.end();
    await readAll(live);
    expect(live.statistics).to.deep.equal({
      received: 2,
      bytes: 160,
      cut: 1,
      droppedByKernel: 3,
      droppedByDevice: "unknown",
      droppedInQueue: "unknown",
    });
  });

  it("gives the backend all options, with their defaults", async () => {
    const { backend, live } = make({ filter: "udp", snapLength: 96, bufferSize: 1 << 20 });
    backend.end();
    await readAll(live);
    expect(backend.request).to.deep.equal({
      device: "dev0",
      filter: "udp",
      promiscuous: true,
      snapLength: 96,
      bufferSize: 1 << 20,
      queueSize: 64 << 20,
      profile: "latency",
    });
  });

  describe("ends", () => {
    it("on abort while it waits, without an error, and stops the backend", async () => {
      const stop = new AbortController();
      const { backend, time, live } = make({ signal: stop.signal });
      const batches = live.batches();
      const first = batches.next();
      await time.pass(1);
      expect(textOf((await first).value as FrameBatch)).to.equal("silent until 0");
      const second = batches.next();
      stop.abort();
      expect((await second).done).to.equal(true);
      expect(backend.isStopped).to.equal(true);
    });

    it("on abort between two batches, when what was captured before is handed on", async () => {
      const stop = new AbortController();
      const { backend, live } = make({ signal: stop.signal });
      backend.frame(new Uint8Array(60), start);
      let batches = 0;
      for await (const batch of live.batches()) {
        if (batches === 0) backend.frame(new Uint8Array(60), start);
        batches += batch.length;
        stop.abort();
      }
      expect([batches, backend.isStopped]).to.deep.equal([2, true]);
    });

    it("on abort, two seconds later at most, where the backend does not come to its end", async () => {
      const stop = new AbortController();
      const { backend, time, live } = make({ signal: stop.signal });
      backend.hangs = true;
      backend.frame(new Uint8Array(60), start);
      const batches = live.batches();
      await batches.next();
      stop.abort();
      const last = batches.next();
      await time.pass(2);
      expect([(await last).done, backend.isStopped]).to.deep.equal([true, true]);
    });

    it("without opening anything when it was aborted before", async () => {
      const { backend, live } = make({ signal: AbortSignal.abort() });
      expect(await readAll(live)).to.deep.equal([]);
      expect(backend.request).to.equal(undefined);
    });

    it("on abort while the consumer has a batch and never asks again", async () => {
      const stop = new AbortController();
      const { backend, live } = make({ signal: stop.signal });
      backend.frame(new Uint8Array(60), start);
      await live.batches().next();
      stop.abort();
      expect(backend.isStopped).to.equal(true);
    });

    it("when the consumer wants no more", async () => {
      const { backend, live } = make();
      backend.frame(new Uint8Array(60), start);
      for await (const batch of live.batches()) {
        expect(batch.length).to.equal(1);
        break;
      }
      expect(backend.isStopped).to.equal(true);
    });

    it("with the error of the capture, as event and as rejection, after all frames", async () => {
      const { backend, live } = make();
      const events: CaptureError[] = [];
      live.on("error", (error) => events.push(error));
      const lost = new CaptureError("device-lost", "dev0", "the device was removed");
      backend.frame(new Uint8Array(60), start);
      backend.end(lost);
      expect(await errorOf(live)).to.equal(lost);
      expect(events).to.deep.equal([lost]);
      expect(live.statistics.received).to.equal(1);
    });

    it("with the error of the capture also when nobody listens to events", async () => {
      const { backend, live } = make();
      backend.openError = new CaptureError("no-permission", "dev0", "no permission");
      expect((await errorOf(live)).code).to.equal("no-permission");
    });
  });

  describe("warns", () => {
    function warningsOf(live: LiveSource): LiveWarning[] {
      const warnings: LiveWarning[] = [];
      live.on("warning", (warning) => warnings.push(warning));
      return warnings;
    }

    it("once when all the time goes to working on frames", async () => {
      const { backend, time, live } = make();
      const warnings = warningsOf(live);
      for (let count = 0; count < 100; count++) backend.frame(new Uint8Array(100_000), start);
      backend.end();
      for await (const batch of live.batches()) if (batch.length > 0) time.milliseconds += 1000;
      expect(warnings).to.deep.equal([
        { code: "slow-consumer", message: "dev0: frames come faster than they are worked on", capture: "dev0" },
      ]);
    });

    it("not when a part of the time goes to waiting", async () => {
      const { backend, time, live } = make();
      const warnings = warningsOf(live);
      const batches = live.batches();
      for (let count = 0; count < 10; count++) {
        let next = batches.next();
        await time.pass(1);
        await next; // silence
        next = batches.next();
        backend.frame(new Uint8Array(100), start);
        expect(textOf((await next).value as FrameBatch)).to.equal("100");
        time.milliseconds += 1000;
      }
      await batches.return();
      expect(warnings).to.deep.equal([]);
    });

    it("of frames that were dropped behind the kernel, at once and at the end", async () => {
      const { backend, live } = make();
      const warnings = warningsOf(live);
      backend.drops = { queue: 7, kernel: 2 };
      backend.frame(new Uint8Array(60), start);
      backend.end();
      await readAll(live);
      expect(warnings.map(({ code, message }) => [code, message])).to.deep.equal([
        ["slow-consumer", "dev0: frames come faster than they are worked on"],
        ["frames-dropped", "dev0: frames were dropped: 2 in the kernel, 7 behind it"],
      ]);
    });

    it("of a capture that ends inside a record", async () => {
      const { backend, live } = make();
      const warnings = warningsOf(live);
      backend.cut();
      await readAll(live);
      expect(warnings.map(({ code }) => code)).to.deep.equal(["cut-record"]);
    });
  });

  describe("refuses", () => {
    const wrong: readonly (readonly [string, string, LiveOptions])[] = [
      ["no device", "", {}],
      ["snapLength", "dev0", { snapLength: 0 }],
      ["bufferSize", "dev0", { bufferSize: 65535 }],
      ["queueSize", "dev0", { queueSize: 1.5 }],
      ["promiscuous", "dev0", { promiscuous: false }],
      ["backend", "dev0", { backend: "pcap" as "cap" }],
      ["signal", "dev0", { signal: new AbortController() as unknown as AbortSignal }],
      ["profile", "dev0", { profile: "fast" as "latency" }],
    ];
    for (const [what, device, options] of wrong) {
      it(`a wrong ${what}`, () => {
        expect(() => new LiveSource(device, options))
          .to.throw(CaptureError, /^LiveSource: \w+ is .*; it must be /)
          .with.property("code", "invalid-option");
      });
    }
  });
});
