/** Options and sources that are wrong are named before a thread is started. */
import { FileSource } from "@tsnids/capture";
import { NidsError } from "@tsnids/nids";
import type { FrameSource } from "@tsnids/pcap";
import type { WorkersOptions } from "@tsnids/workers";
import { NidsWorkers, WorkerError } from "@tsnids/workers";
import { expect } from "chai";
import { fileURLToPath } from "node:url";

const worker = new URL("./behaving-module.js", import.meta.url);
const web = fileURLToPath(new URL("../../../pcaps/web.pcap", import.meta.url));

/** What workers with these options are refused with. */
function refusal(options: unknown): { code: string; message: string } {
  try {
    new NidsWorkers(options as WorkersOptions);
  } catch (error) {
    if (error instanceof WorkerError) return error;
    throw error;
  }
  throw new Error("they were not refused");
}

/** What a run is rejected with. */
function failure(options: WorkersOptions, source: unknown = new FileSource(web)): Promise<unknown> {
  return new NidsWorkers(options).run(source as FrameSource).catch((error: unknown) => error);
}

describe("options of workers", () => {
  for (const [options, message] of [
    [undefined, /^options must be an object, with `worker` at least/],
    [null, /^options must be an object/],
    ...[0, -1, 1.5, 65, null].map((workers) => [{ workers, worker }, /^workers must be a whole number from 1 to 64/]),
    ...[undefined, "", 7].map((none) => [{ worker: none }, /^worker must be the URL or the path of a module/]),
    ...[null, 5, ["x"]].map((params) => [{ worker, params }, /^params must be an object/]),
    ...[null, 5].map((onReport) => [{ worker, onReport }, /^onReport must be a function/]),
    ...[null, 5].map((onAlert) => [{ worker, onAlert }, /^onAlert must be a function/]),
    ...[null, 5, new AbortController()].map((signal) => [{ worker, signal }, /^signal must be an AbortSignal/]),
    [{ worker, wokers: 2 }, /^unknown option "wokers"; did you mean "workers"\?/],
    [{ worker, foo: 2 }, /^unknown option "foo"; there are [a-zA-Z, ]*\bworker\b/],
    [{ worker, params: { ipFilter: () => true } }, /"ipFilter" is not for workers/],
  ] as readonly [unknown, RegExp][]) {
    it(`are checked: ${JSON.stringify(options)} ${String(message)}`, () => {
      const { code, message: said } = refusal(options);
      expect(code).to.equal("invalid-argument");
      expect(said).to.match(message);
    });
  }

  it("are shown as they would be written", () => {
    for (const [workers, shown] of [
      ["2", '"2"'],
      [2n, "2n"],
      [Symbol("2"), "Symbol(2)"],
      [Object.create(null), "an object"],
    ] as readonly [unknown, string][]) {
      expect(refusal({ worker, workers }).message).to.equal(
        `workers must be a whole number from 1 to 64, not ${shown}`,
      );
    }
  });

  it("may be left out, and be undefined", () => {
    const options = { worker, workers: undefined, params: undefined };
    const none = { onReport: undefined, onAlert: undefined, signal: undefined };
    expect(() => new NidsWorkers({ ...options, ...none })).to.not.throw();
  });

  for (const [options, message] of [
    [{ workerData: () => undefined }, /^workerData cannot be handed to a thread: /],
    [{ params: { maxStreams: () => 5 } }, /^parameter "maxStreams" cannot be handed to a thread: /],
  ] as readonly [object, RegExp][]) {
    it(`are refused where a thread cannot be given them: ${String(message)}`, async () => {
      const error = await failure({ workers: 1, worker, ...options });
      expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "invalid-argument");
      expect(error).to.have.property("message").that.matches(message);
    });
  }

  for (const batch of [null, undefined, 5, {}, { bytes: new Uint8Array(1), length: 0 }]) {
    it(`come with a source that gives batches, not ${JSON.stringify(batch)}`, async () => {
      const error = await failure({ workers: 1, worker, workerData: {} }, { batches: () => [batch].values() });
      expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "invalid-argument");
      expect(error)
        .to.have.property("message")
        .that.matches(/^source must give batches of frames, such as new Fr/);
    });
  }

  it("have the engines' parameters in them, which the engines check", async () => {
    const error = await failure({ workers: 1, worker, workerData: {}, params: { maxStreams: 0 } });
    expect(error).to.be.an.instanceOf(NidsError).with.property("code", "invalid-parameter");
  });

  for (const source of [undefined, web, []]) {
    it(`need a source of frames: not ${JSON.stringify(source)}`, async () => {
      const error = await new NidsWorkers({ worker })
        .run(source as unknown as FrameSource)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "invalid-argument");
      expect(error).to.have.property("message").that.contains("source");
    });
  }
});
