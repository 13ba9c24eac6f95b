// tsnids watch --output: the file of lines belongs to one watch at a time, keeps what others add between two of them, and
// is nothing else: no state, no capture.

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Capture, capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, temporaryFolder, tsnids } from "./command.js";
import { closed } from "./conversations.js";
import { Watching } from "./watching.js";

describe("tsnids watch --output", function () {
  this.timeout(120_000);

  const folder = temporaryFolder();
  const running: Watching[] = [];
  let count = 0;
  let base = "";
  let output = "";

  beforeEach(() => {
    base = folder.path(`watch${count++}`);
    mkdirSync(base);
    output = join(base, "lines");
  });

  afterEach(async () => {
    for (const watching of running.splice(0)) await watching.end("SIGKILL");
  });

  /** A folder with the capture of one connection. */
  function watched(name: string, client: string): string {
    const path = join(base, name);
    mkdirSync(path);
    writeFileSync(join(path, "cap0"), closed({ client }).pcap());
    return path;
  }

  function watch(...args: readonly string[]): Watching {
    const watching = new Watching(["--json", ...args], output);
    running.push(watching);
    return watching;
  }

  const clientsIn = (lines: readonly string[]): unknown[] =>
    lines.map((line) => (JSON.parse(line) as { client: string }).client);

  /** The line of an error, and that nothing was printed. */
  function mistake(...args: readonly string[]): string {
    const { status, stdout, stderr } = tsnids(["watch", ...args]);
    expect([status, stdout]).to.deep.equal([2, ""]);
    return stderr;
  }

  it("keeps the lines that others added after a watch that ended in order", async () => {
    const [a, b] = [watched("a", "10.0.0.1:40000"), watched("b", "10.0.0.1:50000")];
    const first = watch(a);
    await first.until(1);
    await first.end("SIGINT");
    const other = watch(b);
    await other.until(2);
    await other.end("SIGTERM");
    writeFileSync(join(a, "cap1"), closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    const lines = await watch(a).until(3);
    expect(clientsIn(lines)).to.deep.equal(["10.0.0.1|40000", "10.0.0.1|50000", "10.0.0.1|40001"]);
  });

  it("cuts off what comes again after a watch that went on from an orderly end and was killed", async () => {
    const a = watched("a", "10.0.0.1:40000");
    const first = watch(a);
    await first.until(1);
    await first.end("SIGINT");
    const state = join(a, ".tsnids-watch.json");
    const ended = readFileSync(state, "utf8");
    const second = watch(a);
    await second.untilTrue(() => readFileSync(state, "utf8") !== ended, "a state that says that it goes on");
    await second.end("SIGKILL");
    writeFileSync(output, `${first.lines[0]}\n{"type":"conn`);
    writeFileSync(join(a, "cap1"), closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    const lines = await watch(a).until(2);
    expect(clientsIn(lines)).to.deep.equal(["10.0.0.1|40000", "10.0.0.1|40001"]);
  });

  it("refuses a file that another watch adds to, under any name", async () => {
    const [a, b] = [watched("a", "10.0.0.1:40000"), watched("b", "10.0.0.1:50000")];
    symlinkSync(output, join(base, "link"));
    const first = watch(a);
    await first.until(1);
    for (const name of [output, join(base, "link")]) {
      expect(mistake("--output", name, b)).to.match(
        /^tsnids: .*lines: another watch \(process \d+\) adds its lines to this file; --output FILE gives this one its own\n$/,
      );
    }
    expect(await first.end("SIGINT")).to.equal(130);
    expect(first.lines).to.have.length(1);
    expect(existsSync(`${output}.lock`)).to.equal(false);
  });

  it("refuses what is watched, and captures", () => {
    const a = watched("a", "10.0.0.1:40000");
    const [one, empty] = [join(a, "cap0"), join(base, "empty.pcap")];
    const before = readFileSync(one);
    writeFileSync(empty, "");
    symlinkSync(one, join(base, "link"));
    expect(mistake("--output", join(base, "link"), one)).to.match(
      /link: cannot have the lines; it is what is watched\n$/,
    );
    expect(mistake("--output", empty, empty)).to.match(/empty\.pcap: cannot have the lines; it is what is watched\n$/);
    expect(mistake("--output", one, a)).to.match(/cap0: cannot have the lines; it is a capture\n$/);
    expect(readFileSync(one).equals(before)).to.equal(true);
    const copy = join(base, "copy.pcap");
    writeFileSync(copy, capture([closed()]).pcap().subarray(0, 30));
    expect(mistake("--no-state", "--output", copy, `${captures}web.pcap`)).to.match(/it is a capture\n$/);
    expect(readFileSync(copy)).to.have.length(30);
  });

  it("refuses the state and what belongs to it, also through links", () => {
    const a = watched("a", "10.0.0.1:40000");
    const state = join(base, "state");
    symlinkSync(state, join(base, "link"));
    for (const name of [state, join(base, "a/../state"), join(base, "link"), `${state}.part`, `${state}.lock`]) {
      expect(mistake("--state", state, "--output", name, a)).to.contain("cannot have the lines and the state, too\n");
    }
    expect(mistake("--state", `${state}.lock`, "--output", state, a)).to.contain("the lines and the state, too\n");
    expect(readdirSync(base).sort()).to.deep.equal(["a", "link"]);
  });

  it("is not beside what is watched, where its own files would replace that", () => {
    const a = watched("a", "10.0.0.1:40000");
    const content = readFileSync(join(a, "cap0"));
    for (const [name, ...args] of [
      ["s.part", "--state", join(base, "s")],
      ["s.lock", "--state", join(base, "s")],
      ["s", "--state", join(base, "s")],
      ["lines.lock", "--no-state", "--output", output],
    ] as const) {
      const path = join(base, name);
      writeFileSync(path, content);
      expect(mistake(...args, path), name).to.contain(
        `${name}: cannot have what a watch keeps beside its files; it is`,
      );
      expect(readFileSync(path).equals(content), name).to.equal(true);
    }
  });

  it("leaves a lock that is no watch's alone", () => {
    const a = watched("a", "10.0.0.1:40000");
    writeFileSync(`${output}.lock`, "");
    expect(mistake("--output", output, a)).to.match(
      /lines\.lock: is no lock of a watch; remove it, or name another file/,
    );
    expect(existsSync(`${output}.lock`)).to.equal(true);
  });

  it("is written without a lock, and with a warning, where none can be beside it", async () => {
    output = join(base, "l".repeat(252));
    const unlocked = watch(watched("a", "10.0.0.1:40000"));
    await unlocked.until(1);
    expect(await unlocked.end("SIGINT")).to.equal(130);
    expect(unlocked.stderr).to.match(/: is not locked \(ENAMETOOLONG\); let no other watch add to it\n$/);
  });

  it("may have a line of others, however short", async () => {
    writeFileSync(output, "\n");
    const short = watch(watched("a", "10.0.0.1:40000"));
    expect(await short.until(2)).to.have.lengthOf(2);
  });

  it("gets no line of an open connection where the state cannot be saved", async () => {
    const a = watched("a", "10.0.0.1:40000");
    const open = conversation({ client: "10.0.0.1:40001", server: "10.0.0.2:80", start: 1_000_000_100 });
    writeFileSync(join(a, "cap1"), open.handshake().send("client", "x").pcap());
    const first = watch(a);
    await first.until(1);
    await first.end("SIGINT");
    mkdirSync(join(a, ".tsnids-watch.json.part"));
    const { status, stderr } = tsnids(["watch", "--json", "--output", output, a]);
    expect([status, stderr]).to.deep.equal([1, stderr]);
    expect(readFileSync(output, "utf8").split("\n")).to.have.lengthOf(2);
  });

  it("has alerts in its JSON lines without being asked, as tsnids run has", async () => {
    const a = watched("a", "10.0.0.1:40000");
    const talk = closed({ client: "10.0.0.1:40001", start: 1_000_000_100 });
    const bad = talk.segment("client", { data: "x", checksum: "bad", stray: true });
    writeFileSync(join(a, "cap1"), bad.pcap());
    const lines = await watch("--checksums", "verify", a).until(3);
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).to.include("alert");
  });

  it("takes its own files in the folder for no captures", async () => {
    const a = watched("a", "10.0.0.1:40000");
    output = join(a, "lines");
    const args = ["--state", join(a, "state"), a];
    const { frames } = closed({ client: "10.0.0.1:40001", start: 1_000_000_100 });
    const first = watch(...args);
    await first.until(1);
    writeFileSync(join(a, "cap1"), new Capture(frames).pcap());
    await first.until(2);
    await first.end("SIGINT");
    const second = watch(...args);
    writeFileSync(join(a, "cap2"), closed({ client: "10.0.0.1:40002", start: 1_000_000_200 }).pcap());
    await second.until(3);
    await second.end("SIGINT");
    expect([first.stderr, second.stderr]).to.deep.equal(["", ""]);
  });
});
