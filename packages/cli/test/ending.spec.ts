// How the command ends when something outside ends it: an interrupt, a reader that goes away, a disk that is full.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { capture } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, linesOf, program, startTsnids, temporaryFolder, tsnids } from "./command.js";
import { closed, open } from "./conversations.js";

/** Collects what a stream gives; `until` waits for a text to appear. */
function collect(stream: NodeJS.ReadableStream): { text: () => string; until: (wanted: string) => Promise<void> } {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (piece: string) => (text += piece));
  return {
    text: () => text,
    until: async (wanted) => {
      while (!text.includes(wanted)) await once(stream, "data");
    },
  };
}

describe("tsnids, interrupted", () => {
  let child: ChildProcessWithoutNullStreams | undefined;

  // A command that ignores the interrupt would wait for ever.
  afterEach(() => child?.kill("SIGKILL"));

  for (const [command, signal] of [
    ["run", "SIGINT"],
    ["streams", "SIGINT"],
    ["streams", "SIGHUP"],
  ] as const) {
    it(`prints what it has and ends with 130: ${command}, ${signal}`, async () => {
      child = startTsnids([command, "-"]);
      const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
      // The input stays open: without the interrupt it would wait for more.
      child.stdin.write(capture([closed(), open({ client: "10.0.0.1:40001", start: "1000000001" })]).pcap());
      await stdout.until("10.0.0.1:40000 ");
      child.kill(signal);
      const [status] = (await once(child, "close")) as [number];
      expect(stderr.text()).to.equal("");
      expect(status).to.equal(130);
      expect(stdout.text()).to.contain("10.0.0.1:40001 ");
      expect(stdout.text()).to.match(
        command === "run" ? /EXITING +exit[^]*^streams +2: 1 CLOSE, 1 EXITING$/m : /of 2 streams/,
      );
    });
  }
});

describe("tsnids, interrupted while it reads a pipe", () => {
  const folder = temporaryFolder();
  let child: ChildProcessWithoutNullStreams | undefined;

  afterEach(() => child?.kill("SIGKILL"));

  // As tcpdump does, which gets the interrupt from the keyboard too.
  const first = closed();
  const bytes = capture([first, open({ client: "10.0.0.1:40001", start: "1000000001" })]).pcap();
  const held = first.pcap().length;
  /** What it takes to write this: a command that has ended by then gets nothing of it. */
  const writerDelayMs = 100;

  it("reads what the writer still has", async () => {
    child = startTsnids(["run", "-"]);
    const stdout = collect(child.stdout);
    child.stdin.write(bytes.subarray(0, held));
    await stdout.until("10.0.0.1:40000 ");
    child.kill("SIGINT");
    await setTimeout(writerDelayMs);
    child.stdin.end(bytes.subarray(held));
    const [status] = (await once(child, "close")) as [number];
    expect(status).to.equal(130);
    expect(stdout.text()).to.match(/10\.0\.0\.1:40001 .* EXITING/);
  });

  it("records what the writer still has", async () => {
    const out = folder.path("out.pcap");
    child = startTsnids(["record", "--write", out, "-"]);
    child.stdin.write(bytes.subarray(0, held));
    while (!existsSync(`${out}.part`) && child.signalCode === null) await setTimeout(10); // Nothing tells of it.
    child.kill("SIGINT");
    await setTimeout(writerDelayMs);
    child.stdin.end(bytes.subarray(held));
    const [status] = (await once(child, "close")) as [number];
    expect(status).to.equal(130);
    expect(readFileSync(out)).to.deep.equal(Buffer.from(bytes));
  });
});

describe("tsnids, interrupted twice", () => {
  let child: ChildProcessWithoutNullStreams | undefined;

  afterEach(() => child?.kill("SIGKILL"));

  // It waits a second for the writer of the pipe.
  for (const [title, signals, expected] of [
    ["takes two signals that come together for one, as timeout(1) sends them", 2, [130, null]],
    ["ends at once when it is asked again", Infinity, [null, "SIGTERM"]],
  ] as const) {
    it(title, async () => {
      const interrupted = startTsnids(["run", "-"]);
      child = interrupted;
      const stdout = collect(interrupted.stdout);
      interrupted.stdin.write(closed().pcap());
      await stdout.until("10.0.0.1:40000 ");
      const end = once(interrupted, "close");
      for (let sent = 0; sent < signals && interrupted.signalCode === null && interrupted.exitCode === null; sent++) {
        interrupted.kill("SIGTERM");
        await setTimeout(10); // Of two that come at once the system tells of one.
      }
      expect(await end).to.deep.equal(expected);
      expect(/^streams +1/m.test(stdout.text())).to.equal(expected[0] === 130);
    });
  }
});

describe("tsnids, interrupted behind the end of its input", () => {
  const folder = temporaryFolder();
  let child: ChildProcessWithoutNullStreams | undefined;

  afterEach(() => child?.kill("SIGKILL"));

  // A terminal that is closed, and its shell, each send a SIGHUP.
  for (const signals of [["SIGTERM"], Array<"SIGHUP">(10).fill("SIGHUP")] as const) {
    it(`still gives a slow reader all it has, and ends with 130: ${signals.length} ${signals[0]}`, async () => {
      // All are open to the end, so that their lines come at once: more than a pipe holds.
      const clients = Array.from({ length: 1000 }, (_, index) => `10.1.${index >> 8}.${index & 255}:40000`);
      const path = folder.write("open.pcap", capture(clients.map((client) => open({ client }))).pcap());
      const out = folder.path(`out-${signals[0]}`);
      child = startTsnids(["streams", "--json", "--write", out, path]);
      const index = join(out, "index.jsonl");
      const isWhole = (): boolean => existsSync(index) && linesOf(readFileSync(index, "utf8")).length === 2000;
      // Nothing tells of it: what the command prints nobody reads yet.
      while (!isWhole() && child.signalCode === null) await setTimeout(10);
      for (const signal of signals) {
        child.kill(signal);
        await setTimeout(10); // Of two that come at once the system tells of one.
      }
      const stdout = collect(child.stdout);
      const [status] = (await once(child, "close")) as [number];
      expect(status).to.equal(130);
      expect(stdout.text()).to.equal(readFileSync(index, "utf8"));
    });
  }
});

describe("tsnids and a reader that goes away", () => {
  const folder = temporaryFolder();

  // One after the other, so that lines come from the beginning; enough of them to fill any pipe.
  const conversations = Array.from({ length: 3000 }, (_, index) =>
    closed({ client: `10.1.${index >> 8}.${index & 255}:40000`, start: `${1_000_000_000 + index}` }),
  );

  /** Reads a little of what the command prints, then closes the pipe. */
  async function leave(...args: string[]): Promise<{ status: number; stderr: string }> {
    const path = folder.write("many.pcap", capture(conversations).pcap());
    const child = startTsnids([...args, path]);
    const stderr = collect(child.stderr);
    child.stdin.end();
    child.stdout.once("data", () => child.stdout.destroy());
    const [status] = (await once(child, "close")) as [number];
    return { status, stderr: stderr.text() };
  }

  it("ends quietly", async () => {
    expect(await leave("run")).to.deep.equal({ status: 0, stderr: "" });
  });

  it("goes on writing files, which are not for the reader", async () => {
    expect(await leave("streams", "--json", "--write", folder.path("out"))).to.deep.equal({ status: 0, stderr: "" });
    expect(readdirSync(folder.path("out"))).to.have.length(2 * conversations.length + 1);
  });
});

describe("tsnids and a reader that is gone", () => {
  for (const args of [["devices"], ["--help"], ["help", "run"], ["--version"]]) {
    it(`ends quietly: ${args.join(" ")}`, async () => {
      const child = startTsnids(args);
      child.stdout.destroy();
      const stderr = collect(child.stderr);
      const [status] = (await once(child, "close")) as [number];
      expect([status, stderr.text()]).to.deep.equal([0, ""]);
    });
  }
});

describe("tsnids and a disk that is full", () => {
  const folder = temporaryFolder();

  for (const args of [["run", `${captures}web.pcap`], ["devices"], ["--help"]]) {
    it(`says so in one line (needs /dev/full): ${args[0]}`, function () {
      if (!existsSync("/dev/full")) this.skip();
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      closeSync(full);
      expect([status, stderr]).to.deep.equal([1, "tsnids: standard output: cannot be written (ENOSPC)\n"]);
    });
  }

  it("names the file that the lines of a watch go to (needs /dev/full)", function () {
    if (!existsSync("/dev/full")) this.skip();
    folder.write("watched.pcap", closed().pcap());
    const { status, stderr } = tsnids(["watch", "--output", "/dev/full", folder.path("")]);
    expect([status, stderr]).to.deep.equal([1, "tsnids: /dev/full: cannot be written (ENOSPC)\n"]);
  });
});
