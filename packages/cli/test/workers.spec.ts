// tsnids run --worker: reports and results as lines, the summary of one engine.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mostWorkers } from "@tsnids/workers";
import { expect } from "chai";
import { captures, tsnids } from "./command.js";

const web = `${captures}web.pcap`;
const follower = `export default (nids, { report }) => {
  nids.registerTcp((stream) => {
    if (stream.state === "JUST_ESTABLISHED") { stream.client.collect++; stream.server.collect++; }
    else if (stream.state === "CLOSE") report(\`closed \${stream}\`);
  });
  return () => ({ done: true });
};`;

describe("tsnids run --worker", function () {
  this.timeout(20_000);

  let folder = "";
  let module = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-workers-"));
    module = join(folder, "follower.mjs");
    writeFileSync(module, follower);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The last lines of a run, from the packets on, without the speed. */
  const summary = (stdout: string): string => /^packets [^]*?(?=^speed)/m.exec(stdout)?.[0] ?? "";

  it("prints what workers report and what they result in, then the usual summary", () => {
    const { status, stdout, stderr } = tsnids(["run", "--workers", "2", "--worker", module, web]);
    expect([status, stderr]).to.deep.equal([0, ""]);
    expect(stdout.match(/^closed 10\.9\.0\.2:\d+ -> 10\.9\.0\.1:80$/gm)).to.have.length(12);
    expect(stdout.match(/^\{"done":true\}$/gm)).to.have.length(2);
    expect(summary(stdout))
      .to.equal(summary(tsnids(["run", web]).stdout))
      .and.contain("12 CLOSE");
  });

  it("prints them as JSON, with their worker, and alerts", () => {
    const args = ["run", "--json", "--workers", "2", "--worker", module, `${captures}lo-offload.pcap`];
    const lines = tsnids(args).stdout.trim().split("\n");
    const types = lines.map((line) => JSON.parse(line) as { type: string; worker?: number });
    expect(types.map(({ type }) => type)).to.include.members(["report", "alert"]);
    expect(types.filter(({ type }) => type === "result").map(({ worker }) => worker)).to.deep.equal([0, 1]);
    expect(types.at(-1)).to.have.property("type", "summary");
  });

  it("prints integers of any size, and control characters as what they are", () => {
    const evil = join(folder, "evil.mjs");
    const value = String.raw`report("\u001b[2J\n\u009b\ttext"); return () => ({ most: 2n ** 64n });`;
    writeFileSync(evil, `export default (nids, { report }) => { ${value} };`);
    const lines = tsnids(["run", "--workers", "1", "--worker", evil, web]).stdout.split("\n");
    expect(lines.slice(0, 2)).to.deep.equal(["\\x1b[2J\\x0a\\x9b\ttext", '{"most":"18446744073709551616"}']);
    const json = tsnids(["run", "--json", "--workers", "1", "--worker", evil, web]).stdout;
    expect(json).to.contain('{"type":"result","worker":0,"value":{"most":"18446744073709551616"}}\n');
  });

  it("prints the summary, and says in a line, when a value contains itself", () => {
    const circle = join(folder, "circle.mjs");
    const code = "const circle = {}; circle.self = circle; report(circle); return () => circle;";
    writeFileSync(circle, `export default (nids, { report }) => { ${code} };`);
    for (const format of [[], ["--json"]]) {
      const { status, stdout, stderr } = tsnids(["run", ...format, "--workers", "1", "--worker", circle, web]);
      expect(stderr).to.match(/^tsnids: worker 0: a report that cannot be JSON: .*\n$/);
      expect([status, stdout.includes("packets")]).to.deep.equal([2, true]);
    }
  });

  it("says in its help how many there may be", () => {
    expect(tsnids(["run", "--help"]).stdout).to.contain(`threads for --worker, 1 to ${mostWorkers};`);
  });

  it("says in a line what is wrong", () => {
    writeFileSync(join(folder, "failing.mjs"), "export default () => { throw new Error('no luck'); };");
    writeFileSync(join(folder, "waiting.mjs"), "await new Promise(() => {}); export default () => {};");
    for (const [args, text] of [
      [["--workers", "2"], /^tsnids: --workers needs --worker MODULE/],
      [["--workers", "0", "--worker", module], /^tsnids: workers must be a whole number from 1 to 64, not 0\n$/],
      [["--workers", "65", "--worker", module], /^tsnids: workers must be a whole number from 1 to 64, not 65\n$/],
      [
        ["--community-id", "--worker", module],
        /^tsnids: --community-id is for connections; with --worker no line has one/,
      ],
      [["--workers", "two", "--worker", module], /^tsnids: option '--workers <count>' argument 'two' is invalid/],
      [["--worker", join(folder, "missing.mjs")], /^tsnids: worker \d: .*missing\.mjs cannot be imported/],
      [["--worker", join(folder, "failing.mjs")], /^tsnids: worker \d: .*no luck\n$/],
      [["--worker", join(folder, "waiting.mjs")], /^tsnids: worker \d: the promise its module awaits can never settle/],
    ] as const) {
      const { status, stderr } = tsnids(["run", ...args, web]);
      expect(stderr).to.match(text);
      expect([status, stderr.split("\n").length]).to.deep.equal([2, 2]);
    }
  });
});
