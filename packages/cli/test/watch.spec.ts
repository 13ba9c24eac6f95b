// tsnids watch: lines of a folder that grows are those of all its files at once; however it ends, the next one goes on
// without a line twice or missing.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Capture, capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { jsonLines, temporaryFolder, tsnids } from "./command.js";
import { closed, open } from "./conversations.js";
import { Watching } from "./watching.js";

/**
 * Forty conversations that overlap, with one that is open all the time; some have segments out of order, some are
 * reset, and packets of every one lie in several files.
 */
function traffic(): Capture {
  const long = conversation({ client: "10.0.0.9:9", server: "10.0.0.2:80", start: 1000, step: 5 }).handshake();
  for (let at = 0; at < 80; at++) long.send(at % 3 === 0 ? "server" : "client", "still here");
  long.fin("client").fin("server").ack("client");
  const others = Array.from({ length: 40 }, (_, index) => {
    const one = conversation({
      client: `10.0.0.1:${4000 + index}`,
      server: "10.0.0.2:80",
      start: 1000 + index * 10,
      step: 2,
    })
      .handshake()
      .segment("client", { seq: 4, data: "behind" })
      .segment("client", { seq: -10, data: "hole" })
      .send("server", "x".repeat(index * 100));
    return index % 5 === 0 ? one.reset("server") : one.fin("client").fin("server").ack("client");
  });
  return capture([long, ...others]);
}

/** The capture in so many files, cut without regard to anything. */
function parts(whole: Capture, count: number): Uint8Array[] {
  const size = Math.ceil(whole.length / count);
  return Array.from({ length: count }, (_, index) => {
    return new Capture(whole.frames.slice(index * size, (index + 1) * size)).pcap();
  });
}

describe("tsnids watch", function () {
  this.timeout(120_000);

  const folder = temporaryFolder();
  let count = 0;
  let captureFolder = "";
  let output = "";
  let running: Watching | undefined;

  beforeEach(() => {
    const base = folder.path(`watch${count++}`);
    captureFolder = join(base, "captures");
    mkdirSync(captureFolder, { recursive: true });
    output = join(base, "lines.jsonl");
  });

  afterEach(async () => {
    await running?.end("SIGKILL");
    running = undefined;
  });

  const start = (...args: readonly string[]): Watching => (running = new Watching([...args, captureFolder], output));
  const add = (name: string, bytes: Uint8Array): void => writeFileSync(join(captureFolder, name), bytes);

  /** What `tsnids run` says of the connections in a capture; numbers are given in another order there. */
  function expected(whole: Capture): Record<string, unknown>[] {
    const result = tsnids(["run", "--json", folder.write("whole.pcap", whole.pcap())]);
    return jsonLines(result)
      .filter(({ type, state }) => type === "connection" && state !== "EXITING")
      .map(withoutId);
  }

  it("prints the lines of the connections of all files, as they end, in the files as they come", async () => {
    const whole = traffic();
    const watching = start("--json");
    for (const [index, part] of parts(whole, 7).entries()) add(`cap${index}`, part);
    const lines = await watching.until(expected(whole).length);
    expect(lines.map(parse).map(withoutId)).to.deep.equal(expected(whole));
    expect(lines.map(parse).map(({ id }) => id)).to.have.members(lines.map((_, index) => index + 1));
    expect(await watching.end("SIGINT")).to.equal(130);
    expect(watching.stderr).to.equal("");
  });

  for (const signal of ["SIGKILL", "SIGINT", "SIGTERM"] as const) {
    it(`says nothing twice and leaves out nothing when it is ended by ${signal} again and again`, async () => {
      const whole = traffic();
      const all = expected(whole);
      const files = parts(whole, 11);
      for (const [index, part] of files.entries()) {
        const watching = start("--json");
        const before = watching.lines.length;
        add(`cap${index}`, part);
        // Ended when it has just written a line, when it has saved a state after that, or at any time.
        if (index % 3 === 0) await watching.until(Math.min(before + 1, all.length));
        if (index % 3 === 1)
          await watching.untilTrue(() => positionIn(captureFolder) === index, `state of file ${index}`);
        await watching.end(signal);
      }
      const lines = await start("--json").until(all.length);
      expect(lines.map(parse).map(withoutId)).to.deep.equal(all);
      expect(new Set(lines.map((line) => parse(line)["id"])).size).to.equal(all.length);
      await running?.end(signal);
      expect(running?.lines).to.have.length(all.length);
    });
  }

  /** Of how many files the state says that they were read; -1 without one. */
  function positionIn(captures: string): number {
    const path = join(captures, ".tsnids-watch.json");
    if (!existsSync(path)) return -1;
    const { position } = JSON.parse(readFileSync(path, "utf8")) as { position?: { begin: { seconds: number } } };
    const begins = parts(traffic(), 11).map((part) => new DataView(part.buffer, part.byteOffset).getUint32(24, true));
    return begins.indexOf(position?.begin.seconds ?? -1);
  }

  /** How long the state says that the file of lines is. */
  function savedLength(): number | undefined {
    const path = join(captureFolder, ".tsnids-watch.json");
    if (!existsSync(path)) return undefined;
    return (JSON.parse(readFileSync(path, "utf8")) as { output?: { length: number } }).output?.length;
  }

  it("cuts off lines that were written after the last state, and keeps what others wrote before the first", async () => {
    writeFileSync(output, "a heading\n");
    add("cap0", closed().pcap());
    const first = start("--json");
    await first.untilTrue(() => savedLength() === 10 + (first.lines[1] ?? "").length + 1, "a state with the line");
    await first.end("SIGKILL");
    appendFileSync(output, `${first.lines[1] ?? ""}\n{"type":"conn`);
    add("cap1", closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    const second = start("--json");
    await second.untilTrue(() => second.lines.some((line) => line.includes("40001")), "the second connection");
    const { lines } = second;
    expect(lines[0]).to.equal("a heading");
    expect(lines.slice(1).map((line) => parse(line)["client"])).to.deep.equal(["10.0.0.1|40000", "10.0.0.1|40001"]);
  });

  it("reports what is left of an open connection when the file it began in is gone, and says so", async () => {
    const { frames } = closed();
    add("cap0", new Capture(frames.slice(0, 4)).pcap());
    const first = start("--json");
    await first.untilTrue(() => openIn(captureFolder) === 1, "an open connection in the state");
    await first.end("SIGKILL");
    rmSync(join(captureFolder, "cap0"));
    add("cap1", new Capture(frames.slice(4)).pcap());
    const second = start("--json");
    const lines = await second.until(1);
    expect(parse(lines[0]!)).to.include({ state: "CLOSE", midstream: true });
    await second.end("SIGINT");
    expect(second.stderr).to.match(/warning: .*began in files that are gone/);
  });

  function openIn(captures: string): number {
    const path = join(captures, ".tsnids-watch.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { open: unknown[] }).open.length : 0;
  }

  it("follows one growing file, with a filter, and alerts", async () => {
    const path = join(captureFolder, "growing.pcap");
    const other = closed({ client: "10.0.0.1:40001", start: 1_000_000_010 });
    writeFileSync(path, open().pcap());
    running = new Watching(["--alerts", path, "port", "40001"], output);
    appendFileSync(path, capture([other]).pcap().subarray(24));
    const lines = await running.until(1);
    expect(lines[0]).to.match(/10\.0\.0\.1:40001 +-> 10\.0\.0\.2:80 +CLOSE/);
  });

  it("reports open connections at the end, and begins anew, without a state", async () => {
    add("cap0", capture([closed(), open({ client: "10.0.0.1:40001" })]).pcap());
    for (const lines of [2, 4]) {
      const watching = start("--json", "--no-state");
      await watching.until(lines - 1);
      expect(await watching.end("SIGINT")).to.equal(130);
      expect(watching.lines).to.have.length(lines);
      expect(parse(watching.lines.at(-1)!)["state"]).to.equal("EXITING");
    }
    expect(existsSync(join(captureFolder, ".tsnids-watch.json"))).to.equal(false);
  });

  /** The process that has the lock. There is none for a moment while the lock of a dead one is moved away. */
  function holderOf(lock: string): number | undefined {
    try {
      return Number(readFileSync(lock, "utf8").split(" ", 1)[0]);
    } catch {
      return undefined;
    }
  }

  it("refuses a state that another watch has, and takes that of one that is dead", async () => {
    add("cap0", closed().pcap());
    const lock = join(captureFolder, ".tsnids-watch.json.lock");
    writeFileSync(lock, `${process.pid} 1`); // The number is in use again, by a process that was started at another time.
    const first = start();
    await first.until(1);
    const { status, stdout, stderr } = tsnids(["watch", captureFolder]);
    expect([status, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.match(
      /^tsnids: .*\.tsnids-watch\.json: another watch \(process \d+\) has this state; --state FILE gives this one its own\n$/,
    );
    expect(tsnids(["watch", "--no-state", folder.path("missing")]).status).to.equal(2);
    await first.end("SIGKILL");
    expect(existsSync(lock)).to.equal(true);
    const second = start();
    await second.untilTrue(() => holderOf(lock) === second.pid, "the lock");
    expect(await second.end("SIGINT")).to.equal(130);
    expect(readdirSync(captureFolder).filter((name) => name.includes("lock"))).to.deep.equal([]);
  });

  it("refuses the state of another folder, and takes one that does not say whose it is", async () => {
    const state = folder.path("shared.state");
    add("cap0", closed().pcap());
    const first = start("--state", state);
    await first.until(1);
    await first.end("SIGINT");
    const moved = `${captureFolder}-moved`;
    mkdirSync(moved);
    const { status, stderr } = tsnids(["watch", "--state", state, moved]);
    const what = `is the state of a watch of ${realpathSync(captureFolder)}; another --state keeps that of ${moved}`;
    expect([status, stderr]).to.deep.equal([2, `tsnids: ${state}: ${what}\n`]);
    const { watched, ...old } = parse(readFileSync(state, "utf8"));
    expect(watched).to.equal(realpathSync(captureFolder));
    writeFileSync(state, JSON.stringify(old));
    writeFileSync(join(moved, "cap1"), closed({ client: "10.0.0.1:40001", start: 1_000_000_100 }).pcap());
    running = new Watching(["--json", "--state", state, moved], output);
    expect(parse((await running.until(2))[1]!)["client"]).to.equal("10.0.0.1|40001");
  });

  it("has one line for each thing that is wrong", () => {
    const bad = folder.write("bad.state", Buffer.from("{}"));
    add("cap0", closed().pcap());
    const capturePath = folder.write("one.pcap", closed().pcap());
    for (const [args, what] of [
      [[folder.path("missing")], /missing: no such folder or file$/],
      [[captureFolder, capturePath], /one\.pcap: watch follows one folder or file at a time$/],
      [["--state", bad, captureFolder], /bad\.state: is no state of "tsnids watch"; delete it to begin anew$/],
      [
        ["--state", folder.path("no/state"), captureFolder],
        /no\/state: the state cannot be written \(ENOENT\); --state FILE/,
      ],
      [
        ["--state", folder.path("same"), "--output", folder.path("x/../same"), captureFolder],
        /same: cannot have the lines and the state, too$/,
      ],
      [
        ["--output", folder.path("no/lines"), captureFolder],
        /no\/lines: the file cannot be written \(ENOENT\); --output FILE/,
      ],
      [[captureFolder, "tcp port foo"], /filter: the port "foo" is not known/],
      [["/dev/null"], /\/dev\/null: is neither a folder nor a file; "tsnids run" reads pipes$/],
    ] as const) {
      const { status, stdout, stderr } = tsnids(["watch", ...args]);
      expect(stderr.split("\n")[0]).to.match(what);
      expect(stderr).to.match(/^tsnids: /);
      expect(stdout).to.equal("");
      expect(status).to.equal(2);
    }
  });
});

function parse(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

function withoutId(line: Record<string, unknown>): Record<string, unknown> {
  return { ...line, id: 0 };
}
