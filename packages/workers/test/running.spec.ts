/** What happens around the workers: reports, results, alerts, waiting, ends; and everything that can go wrong. */
import { FileSource } from "@tsnids/capture";
import { FrameBatch, LinkType, maximumCapturedLength } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { capture, conversation } from "@tsnids/testkit";
import type { WorkersOptions } from "@tsnids/workers";
import { blocksInFlight, NidsWorkers, run, WorkerError } from "@tsnids/workers";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Behaviour } from "./behaving-module.js";

const worker = new URL("./behaving-module.js", import.meta.url);
const web = fileURLToPath(new URL("../../../pcaps/web.pcap", import.meta.url));

/** Options for workers that behave so. */
function behaving(data: Behaviour, more: Partial<WorkersOptions> = {}): WorkersOptions {
  return { workers: 2, worker, workerData: data, ...more };
}

/** What a run is rejected with. */
async function refusal(options: WorkersOptions, source: FrameSource = new FileSource(web)): Promise<Error> {
  try {
    await run(source, options);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was not rejected");
}

/** A conversation with so many segments, again and again: how often, `given` says. */
class Repeating implements FrameSource {
  given = 0;
  readonly #times: number;
  readonly #batch: FrameBatch;

  constructor(times: number) {
    const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:80" }).handshake();
    for (let segment = 0; segment < 1000; segment++) talk.send("client", "x".repeat(1000));
    this.#batch = capture([talk]).batch();
    this.#times = times;
  }

  *batches(): Generator<FrameBatch, void, undefined> {
    for (; this.given < this.#times; this.given++) yield this.#batch;
  }
}

describe("workers", function () {
  this.timeout(30_000);

  it("report in the order of each stream, and give results, also later ones", async () => {
    const told = new Map<string, string[]>();
    const onReport = (value: unknown, index: number): void => {
      const { stream, state } = value as { stream: string; state: string };
      told.set(`${index} ${stream}`, [...(told.get(`${index} ${stream}`) ?? []), state]);
    };
    const { results } = await run(
      new FileSource(web),
      behaving({ callback: "reports", result: "later" }, { onReport }),
    );
    expect(results).to.deep.equal(["0 of 2", "1 of 2"]);
    expect(told.size).to.equal(12);
    for (const states of told.values()) {
      expect(states[0]).to.equal("JUST_ESTABLISHED");
      expect(states.at(-1)).to.equal("CLOSE");
    }
  });

  it("hand over alerts with their packets, once", async () => {
    const alerts: string[] = [];
    const loss = fileURLToPath(new URL("../../../pcaps/lo-offload.pcap", import.meta.url));
    const many = new NidsWorkers(
      behaving({}, { onAlert: ({ code, packet }) => alerts.push(`${code} ${packet?.length ?? 0}`) }),
    );
    await many.run(new FileSource(loss));
    expect(alerts).to.have.length(many.statistics().alerts);
    expect(alerts).to.not.be.empty;
  });

  it("are waited for: no more is read ahead than fits into the blocks", async () => {
    const gate = new SharedArrayBuffer(4);
    const source = new Repeating(40);
    const running = run(source, behaving({ callback: "waits", gate }, { workers: 1 }));
    const before = source.given;
    let last = -1;
    // Until nothing moves any more: the worker waits in its callback, the reading for the worker.
    for (let still = 0; still < 20 || source.given === before;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      still = source.given === last ? still + 1 : 0;
      last = source.given;
    }
    // A block holds half a batch of this source.
    expect(source.given).to.be.within(2, (blocksInFlight + 2) / 2 + 2);
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
    await running;
    expect(source.given).to.equal(40);
  });

  describe("in a process that was started with options", () => {
    let folder = "";
    const program = `
      import { FileSource } from "${import.meta.resolve("@tsnids/capture")}";
      import { run } from "${import.meta.resolve("@tsnids/workers")}";
      const options = { workers: 2, worker: new URL("${worker.href}"), workerData: {} };
      const told = await run(new FileSource(${JSON.stringify(web)}), options).then(
        ({ statistics }) => statistics.streams,
        ({ code, message }) => \`\${code}: \${message}\`,
      );
      process.stdout.write(String(told));`;
    const toldBy = (...args: string[]): string => execFileSync(process.execPath, args, { encoding: "utf8" });

    before(() => {
      folder = mkdtempSync(join(tmpdir(), "tsnids-workers-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    it("of V8, which threads cannot be given", () => {
      const file = join(folder, "program.mjs");
      writeFileSync(file, program);
      expect(toldBy("--max-old-space-size=512", file)).to.equal("12");
    });

    it("with which there are no threads", () => {
      const file = join(folder, "program.mjs");
      writeFileSync(file, program);
      const permission = process.allowedNodeEnvironmentFlags.has("--permission")
        ? "--permission"
        : "--experimental-permission";
      expect(toldBy("--no-warnings", permission, "--allow-fs-read=*", file)).to.match(
        /^no-thread: worker 0 cannot be started: /,
      );
    });

    it("about the text that it runs, with which no thread runs a file", () => {
      expect(toldBy("--input-type=module", "--eval", program)).to.equal("12");
      expect(toldBy("--max-old-space-size=512", "--input-type=module", "--eval", program)).to.equal("12");
    });
  });

  it("end when the source is aborted, as at its end", async () => {
    const stop = new AbortController();
    const batches = new FileSource(web, { signal: stop.signal });
    stop.abort();
    const { statistics, results } = await run(batches, behaving({ result: "later" }));
    expect(statistics.frames).to.equal(0);
    expect(results).to.have.length(2);
  });

  it("finish what they have where the source fails, which is then what is said", async () => {
    const failing: FrameSource = {
      *batches() {
        yield* new Repeating(1).batches();
        throw new RangeError("the disk is gone");
      },
    };
    const many = new NidsWorkers(behaving({}));
    let thrown: unknown;
    await many.run(failing).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.an.instanceOf(RangeError).with.property("message", "the disk is gone");
    expect(many.statistics()).to.include({ streams: 1, exiting: 1 });
  });

  for (const [what, data, code, text] of [
    ["a setup that throws", { setup: "throws" }, "setup-failed", "no setup today"],
    ["a setup that throws what has no text", { setup: "throws nothing of use" }, "setup-failed", "has no text"],
    ["a setup that ends the thread", { setup: "exits" }, "worker-ended", "exit code 5"],
    ["a callback that throws", { callback: "throws" }, "callback-failed", "10.9.0.2:"],
    [
      "a callback that throws what has no text",
      { callback: "throws nothing of use" },
      "callback-failed",
      "has no text",
    ],
    ["a callback that ends the thread", { callback: "exits" }, "worker-ended", "exit code 6"],
    [
      "a report that cannot be handed over",
      { callback: "reports a function" },
      "callback-failed",
      "could not be cloned",
    ],
    ["a result that throws", { result: "throws" }, "result-failed", "no result today"],
    ["a result that cannot be handed over", { result: "a function" }, "result-failed", "could not be cloned"],
  ] as const) {
    it(`say what is wrong: ${what}`, async () => {
      const error = await refusal(behaving(data));
      expect(error).to.be.an.instanceOf(WorkerError).with.property("code", code);
      expect(error.message)
        .to.match(/^worker [01]/)
        .and.contain(text);
    });
  }

  it("name the stream of a callback that throws, and what it threw", async () => {
    const error = await refusal(behaving({ callback: "throws" }));
    if (!(error instanceof WorkerError)) throw error;
    expect(error.stream).to.match(/^10\.9\.0\.2:\d+ -> 10\.9\.0\.1:80$/);
    expect(error.cause).to.be.an.instanceOf(Error).with.property("name", "RangeError");
    expect(error.worker).to.be.oneOf([0, 1]);
  });

  it("say what is wrong while nothing is captured", async () => {
    const silent: FrameSource = {
      async *batches() {
        yield* new Repeating(1).batches();
        await new Promise(() => undefined);
      },
    };
    expect(await refusal(behaving({ callback: "throws" }), silent)).to.have.property("code", "callback-failed");
  });

  it("need a module", async () => {
    const missing = await refusal({ workers: 1, worker: "no-such-module.js" });
    expect(missing).to.have.property("code", "module-failed");
    expect(missing.message).to.contain("no-such-module.js");
    const without = await refusal({ workers: 1, worker: new URL("data:text/javascript,export const a = 1") });
    expect(without).to.have.property("code", "no-setup");
    expect(without.message).to.contain("write export default function setup(nids)");
  });

  it("refuse a frame that fits into no block, one that cannot even be copied, and one of less than no bytes", async () => {
    for (const length of [2 * maximumCapturedLength + 1, 4 * maximumCapturedLength + 1, -1]) {
      const batch = new FrameBatch(1);
      batch.bytes = new Uint8Array(Math.max(0, length) + 8);
      batch.interfaces = [{ linkType: LinkType.ETHERNET, snapLength: 0 }];
      batch.push(5, length, length, 1, 0, 0);
      const error = await refusal(behaving({}), { batches: () => [batch].values() });
      expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "invalid-argument");
      expect(error.message).to.contain(`${length} bytes`);
    }
  });

  it("hear nothing of what a module posts by itself", async () => {
    const text = `import { parentPort } from "node:worker_threads";
      export default () => {
        for (const value of [null, "text", { type: "done" }, { type: "free", block: 99 }]) parentPort.postMessage(value);
        return () => "result";
      };`;
    const worker = new URL(`data:text/javascript,${encodeURIComponent(text)}`);
    const { results } = await run(new FileSource(web), { workers: 2, worker });
    expect(results).to.deep.equal(["result", "result"]);
  });

  it("run once at a time, and may run again", async () => {
    const many = new NidsWorkers(behaving({}));
    const first = many.run(new FileSource(web));
    const second = await many.run(new FileSource(web)).catch((error: unknown) => error);
    expect(second).to.have.property("code", "busy");
    await first;
    await many.run(new FileSource(web));
    expect(many.statistics().streams).to.equal(12);
  });

  for (const thrown of [new RangeError("enough"), "enough", Object.create(null)] as unknown[]) {
    it(`end the run with what a listener throws, as it is: ${typeof thrown}`, async () => {
      const onReport = (): void => {
        throw thrown;
      };
      expect(await refusal(behaving({ callback: "reports" }, { onReport }))).to.equal(thrown);
    });
  }
});
