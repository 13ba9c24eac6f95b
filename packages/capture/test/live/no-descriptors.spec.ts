// What is said where the system has no descriptors left for the pipes of a process that captures.

import { spawnSync } from "node:child_process";
import { expect } from "chai";

/** Takes all descriptors but a few, then captures, and prints what that ends with. */
const script = `
  import { openSync } from "node:fs";
  import { LiveSource, PipeSource } from "@tsnids/capture";
  const sources = [
    new LiveSource("lo"),
    new LiveSource("lo", { backend: "tcpdump" }),
    new PipeSource("cat"),
  ];
  const failed = [];
  try { for (;;) openSync("/dev/null"); } catch {}
  for (const source of sources) {
    try { await source.batches().next(); } catch (error) { failed.push([error.code, error.message]); }
  }
  process.stdout.write(JSON.stringify(failed));
`;

describe("a live capture without descriptors", () => {
  it("says that no process could be started", () => {
    const node = [process.execPath, "--input-type=module", "-e", script];
    const { stdout, stderr } = spawnSync("sh", ["-c", 'ulimit -n 64; exec "$@"', "sh", ...node], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    expect(stderr).to.equal("");
    expect(JSON.parse(stdout)).to.deep.equal([
      ["capture-crashed", "lo: no process could be started (EMFILE)"],
      ["capture-failed", "tcpdump: cannot be started (EMFILE)"],
      ["capture-failed", "cat: cannot be started (EMFILE)"],
    ]);
  });
});
