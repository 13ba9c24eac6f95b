/** The end of a run: what the modules have not finished when their results are there. */
import { FileSource } from "@tsnids/capture";
import type { WorkersOptions } from "@tsnids/workers";
import { endGraceMs, run, WorkerError } from "@tsnids/workers";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../../pcaps/web.pcap", import.meta.url));

/** Two workers whose result is what this function, as text, does. */
function ending(result: string, workerData?: unknown): WorkersOptions {
  const text = `import { writeFile } from "node:fs"; export default (nids, { index, data, report }) => ${result};`;
  return { workers: 2, worker: new URL(`data:text/javascript,${encodeURIComponent(text)}`), workerData };
}

describe("at the end of a run", function () {
  this.timeout(30_000);

  it("what the modules still print is printed", () => {
    const { worker } = ending(`() => { setImmediate(() => console.log("line")); }`);
    const program = `
      import { FileSource } from "${import.meta.resolve("@tsnids/capture")}";
      import { run } from "${import.meta.resolve("@tsnids/workers")}";
      await run(new FileSource(${JSON.stringify(web)}), { workers: 2, worker: new URL(${JSON.stringify(worker)}) });`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
    expect(printed).to.equal("line\nline\n");
  });

  it("what the modules are still writing is written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tsnids-ending-"));
    try {
      const file = join(folder, "worker-");
      await run(new FileSource(web), ending(`() => { writeFile(data + index, "x".repeat(2 ** 24), () => 0); }`, file));
      for (const index of [0, 1]) expect(readFileSync(`${file}${index}`)).to.have.length(2 ** 24);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("what the modules still report is heard", async () => {
    const heard: unknown[] = [];
    const late = `() => { setImmediate(() => setImmediate(() => report(index))); }`;
    await run(new FileSource(web), { ...ending(late), onReport: (value) => heard.push(value) });
    expect(heard).to.have.members([0, 1]);
  });

  it("a result that nothing is left to settle is not waited for", async () => {
    const error: unknown = await run(new FileSource(web), ending(`() => new Promise(() => undefined)`)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "worker-ended");
  });

  it("what a module has left open keeps it for no longer than the grace", async () => {
    const { results } = await run(new FileSource(web), ending(`() => { setInterval(() => 0, 1000); return index; }`));
    expect(results).to.deep.equal([0, 1]);
    expect(endGraceMs).to.be.below(this.timeout());
  });

  it("what a module throws behind its result is said", async () => {
    const late = `() => { setImmediate(() => { throw new RangeError("too late"); }); }`;
    const error: unknown = await run(new FileSource(web), ending(late)).catch((thrown: unknown) => thrown);
    expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "worker-ended");
    expect(error).to.have.property("message").that.contains("too late");
  });
});
