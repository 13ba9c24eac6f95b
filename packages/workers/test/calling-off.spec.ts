/** Runs that wait for what never comes, and the signal that calls them off. */
import { FileSource } from "@tsnids/capture";
import type { FrameSource } from "@tsnids/pcap";
import type { WorkersOptions } from "@tsnids/workers";
import { NidsWorkers, run, WorkerError } from "@tsnids/workers";
import { expect } from "chai";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../../pcaps/web.pcap", import.meta.url));
const reason = new RangeError("enough of it");

/** Two workers with this setup, as text. It reports when it has begun what it never ends; then the signal comes. */
function calledOff(setup: string): { readonly options: WorkersOptions; readonly stop: AbortController } {
  const stop = new AbortController();
  const worker = new URL(
    `data:text/javascript,${encodeURIComponent(`export default (nids, { report }) => ${setup};`)}`,
  );
  return { options: { workers: 2, worker, signal: stop.signal, onReport: () => stop.abort(reason) }, stop };
}

/** What a run is rejected with. */
function refusal(options: WorkersOptions, source: FrameSource = new FileSource(web)): Promise<unknown> {
  return run(source, options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a run of workers", function () {
  this.timeout(30_000);

  for (const [what, setup] of [
    ["a setup", `{ report(1); return new Promise(() => setInterval(() => 0, 1000)); }`],
    ["a callback", `{ nids.registerTcp(() => { report(1); for (;;); }); }`],
    ["a result", `() => { report(1); return new Promise(() => setInterval(() => 0, 1000)); }`],
  ] as const) {
    it(`is called off by its signal while it waits for ${what}`, async () => {
      expect(await refusal(calledOff(setup).options)).to.equal(reason);
    });
  }

  it("is called off by its signal while its source waits", async () => {
    const { options, stop } = calledOff(`{}`);
    const waiting: FrameSource = {
      async *batches() {
        yield* new FileSource(web).batches();
        stop.abort(reason);
        await new Promise(() => undefined);
      },
    };
    expect(await refusal(options, waiting)).to.equal(reason);
  });

  it("does not begin where its signal has come before, and counts nothing", async () => {
    const { options, stop } = calledOff(`{}`);
    const workers = new NidsWorkers(options);
    await workers.run(new FileSource(web));
    expect(workers.statistics().streams).to.equal(12);
    stop.abort(reason);
    const unread: FrameSource = {
      batches: () => {
        throw new Error("it was read");
      },
    };
    expect(await workers.run(unread).catch((error: unknown) => error)).to.equal(reason);
    expect(workers.statistics().streams).to.equal(0);
  });

  it("says what is wrong where nothing is left to settle what its module awaits", async () => {
    const { options } = calledOff(`new Promise(() => undefined)`);
    const error = await refusal(options);
    expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "worker-ended");
    expect(error).to.have.property("message").that.contains("the promise its module awaits can never settle");
  });
});
