// The state of tsnids watch: one watch at a time has it under whatever name, it is kept where a link leads to, and it
// says with which filter and settings it came about.

import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Capture, capture } from "@tsnids/testkit";
import { expect } from "chai";
import { temporaryFolder, tsnids } from "./command.js";
import { closed, open } from "./conversations.js";
import { Watching } from "./watching.js";

describe("tsnids watch --state", function () {
  this.timeout(120_000);

  const folder = temporaryFolder();
  let count = 0;
  let base = "";
  let watched = "";
  let state = "";
  let running: Watching | undefined;

  beforeEach(() => {
    base = folder.path(`state${count++}`);
    watched = join(base, "captures");
    state = join(base, "state");
    mkdirSync(watched, { recursive: true });
  });

  afterEach(async () => {
    await running?.end("SIGKILL");
    running = undefined;
  });

  function watch(stateFile: string, ...args: readonly string[]): Watching {
    return (running = new Watching(["--json", "--state", stateFile, watched, ...args], join(base, "lines")));
  }

  const add = (name: string, bytes: Uint8Array): void => writeFileSync(join(watched, name), bytes);
  const saved = (): Record<string, unknown> => JSON.parse(readFileSync(state, "utf8")) as Record<string, unknown>;
  const clientsIn = (lines: readonly string[]): unknown[] =>
    lines.map((line) => (JSON.parse(line) as { client: string }).client);

  it("is one state under the name of a link, too, and stays where the link leads to", async () => {
    const link = join(base, "link");
    symlinkSync("state", link);
    add("cap0", closed().pcap());
    const first = watch(link);
    await first.until(1);
    for (const name of [state, link]) {
      const { status, stderr } = tsnids(["watch", "--state", name, watched]);
      expect([status, stderr]).to.deep.equal([2, stderr]);
      expect(stderr).to.match(
        /state: another watch \(process \d+\) has this state; --state FILE gives this one its own\n$/,
      );
    }
    await first.end("SIGINT");
    expect(lstatSync(link).isSymbolicLink()).to.equal(true);
    expect(saved()).to.include({ nextId: 2 });
    add("cap1", closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    expect(clientsIn(await watch(state).until(2))).to.deep.equal(["10.0.0.1|40000", "10.0.0.1|40001"]);
  });

  it("keeps the lines out of what belongs to the file that a link leads to", () => {
    const link = join(base, "link");
    symlinkSync("state", link);
    for (const name of [`${state}.part`, `${state}.lock`]) {
      const { status, stderr } = tsnids(["watch", "--state", link, "--output", name, watched]);
      expect([status, stderr]).to.deep.equal([2, `tsnids: ${name}: cannot have the lines and the state, too\n`]);
    }
  });

  it("is kept out of the lock of the file that a link for the lines leads to", () => {
    const link = join(base, "link");
    symlinkSync("out", link);
    const { status, stderr } = tsnids(["watch", "--state", join(base, "out.lock"), "--output", link, watched]);
    expect([status, stderr]).to.deep.equal([2, `tsnids: ${link}: cannot have the lines and the state, too\n`]);
  });

  it("says that filter or parameters are others than before, and goes on with what both see", async () => {
    const others = [40001, 40002].map((port) => open({ client: `10.0.0.1:${port}`, start: 1_000_000_010 }));
    add("cap0", capture([closed(), ...others]).pcap());
    const both = "port 40000 or port 40001 or port 40002";
    const first = watch(state, both);
    await first.until(1);
    await first.untilTrue(() => (saved()["open"] as unknown[]).length === 2, "a state with two open connections");
    await first.end("SIGINT");
    const rest = [40001, 40002].map((port) =>
      closed({ client: `10.0.0.1:${port}`, start: 1_000_000_010 }).frames.slice(6),
    );
    const last = closed({ client: "10.0.0.1:40003", start: 1_000_000_100 });
    add("cap1", new Capture([...rest.flat(), ...last.frames]).pcap());
    const second = watch(state, "--no-midstream", "not port 40001");
    expect(clientsIn(await second.until(3))).to.deep.equal(["10.0.0.1|40000", "10.0.0.1|40002", "10.0.0.1|40003"]);
    await second.end("SIGINT");
    expect(second.stderr).to.equal(
      `tsnids: warning: changed: the filter (before: ${both}; now: not port 40001) and the parameters (before: {}; ` +
        'now: {"midstream":false}): what was open is reported where both see it; 1 connection that was open can no ' +
        "longer be seen\n",
    );
  });

  it("knows connections that may be half-open for longer than by default", async () => {
    const start = 1_000_000_000;
    const late = { client: "10.0.0.1:40001" };
    add("cap0", new Capture([...closed().frames, ...closed({ ...late, start: start + 1 }).frames.slice(0, 1)]).pcap());
    const first = watch(state, "--set", "halfOpenTimeoutMs=600000");
    await first.until(1);
    add("cap1", closed({ client: "10.0.0.1:40002", start: start + 200 }).pcap());
    await first.until(2);
    await first.end("SIGINT");
    add("cap2", new Capture(closed({ ...late, start: start + 400 }).frames.slice(1)).pcap());
    const lines = await watch(state, "--set", "halfOpenTimeoutMs=600000").until(3);
    expect(JSON.parse(lines.at(-1) ?? "")).to.include({ client: "10.0.0.1|40001", midstream: false });
  });

  it("says nothing of parameters that are given in another order", async () => {
    add("cap0", closed().pcap());
    const first = watch(state, "--set", "maxStreams=100", "--set", "lingerMs=1000");
    await first.until(1);
    await first.end("SIGINT");
    add("cap1", closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    const second = watch(state, "--set", "lingerMs=1000", "--set", "maxStreams=100");
    await second.until(2);
    await second.end("SIGINT");
    expect(second.stderr).to.equal("");
  });

  it("is refused where it is no regular file, and waits for no writer of a pipe", () => {
    const pipe = join(base, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const path of [pipe, "/dev/null"]) {
      const { status, stderr } = tsnids(["watch", "--state", path, "--output", join(base, "out"), watched]);
      expect([status, stderr]).to.deep.equal([
        2,
        `tsnids: ${path}: is no regular file; another --state keeps the state\n`,
      ]);
    }
  });

  it("says nothing of a filter of which the state of an earlier version says nothing", async () => {
    add("cap0", closed().pcap());
    const first = watch(state, "port 80");
    await first.until(1);
    await first.end("SIGINT");
    const { settings, ...old } = saved();
    expect(settings).to.deep.equal({ filter: "port 80", params: "{}" });
    writeFileSync(state, JSON.stringify(old));
    add("cap1", closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    const second = watch(state);
    await second.until(2);
    await second.end("SIGINT");
    expect(second.stderr).to.equal("");
  });
});
