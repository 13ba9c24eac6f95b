// FileSource with standard input and named pipes, which have no size, give bytes as they come, and may make it wait.
// Standard input is that of a process of its own.

import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, openSync } from "node:fs";
import { expect } from "chai";
import { FileSource } from "@tsnids/capture";
import { expectedOf, manyLengths, pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";

/** A program that reads standard input and prints one line of JSON. */
const program = `
  import { FileSource } from "@tsnids/capture";
  import { summaryOf } from ${JSON.stringify(new URL("./sample.js", import.meta.url).href)};
  globalThis.before = globalThis.after = () => undefined;
  const source = new FileSource("-");
  const timer = setInterval(() => process.send(source.bytesRead), 1);
  let result;
  try {
    result = { frames: await summaryOf(source) };
  } catch (error) {
    result = { code: error.code, message: error.message };
  }
  clearInterval(timer);
  const { size, bytesRead, warnings } = source;
  process.stdout.write(JSON.stringify({ ...result, size, bytesRead, warnings }), () => process.disconnect());
`;

function start(input: "pipe" | "ignore" | number): ChildProcess {
  const here = new URL(".", import.meta.url);
  return spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: here,
    stdio: [input, "pipe", "inherit", "ipc"],
  });
}

/** Waits until the program says that it has read so many bytes, which its timer does while it waits for more. */
async function hasRead(child: ChildProcess, bytes: number): Promise<void> {
  for (let read = -1; read !== bytes;) {
    [read] = (await once(child, "message")) as [number];
  }
}

async function resultOf(child: ChildProcess): Promise<{ [name: string]: unknown }> {
  let output = "";
  child.stdout?.on("data", (text: Buffer) => (output += text.toString()));
  await once(child, "close");
  return JSON.parse(output) as { [name: string]: unknown };
}

describe("FileSource with standard input", () => {
  const directory = temporaryDirectory();
  const large = pcapOf(manyLengths());

  it("reads a pipe", async () => {
    const child = start("pipe");
    child.stdin?.end(large);
    const result = await resultOf(child);
    expect(result["frames"]).to.deep.equal(await expectedOf(large));
    expect(result).to.include({ bytesRead: large.length });
    expect(result).not.to.have.property("size");
  });

  it("reads a file that was redirected to it, and knows its size", async () => {
    const child = start(openSync(directory.write("large.pcap", large), "r"));
    const result = await resultOf(child);
    expect(result["frames"]).to.deep.equal(await expectedOf(large));
    expect(result).to.include({ bytesRead: large.length, size: large.length });
  });

  it("lets timers live while it waits, and gives frames as they come", async () => {
    const file = pcapOf([10, 20]);
    const child = start("pipe");
    child.stdin?.write(file.subarray(0, 1));
    await hasRead(child, 1);
    child.stdin?.write(file.subarray(1, 30));
    await hasRead(child, 30);
    child.stdin?.end(file.subarray(30));
    expect((await resultOf(child))["frames"]).to.deep.equal(await expectedOf(file));
  });

  it("calls itself standard input in errors and warnings", async () => {
    const cut = start("pipe");
    cut.stdin?.end(pcapOf([10]).subarray(0, -1));
    expect((await resultOf(cut))["warnings"]).to.deep.equal([
      {
        code: "cut-record",
        message: "standard input: the capture ends at byte 49, inside the record that begins at byte 24",
        capture: "standard input",
        offset: 24,
      },
    ]);
    const empty = start("ignore");
    expect((await resultOf(empty))["message"]).to.match(/^standard input: at byte 0: there is nothing/);
  });
});

describe("FileSource with a named pipe", () => {
  const directory = temporaryDirectory();

  function namedPipe(name: string): string {
    execFileSync("mkfifo", [directory.path(name)]);
    return directory.path(name);
  }

  /** Enough of them for the pipe to be opened and waited for. */
  async function someTurns(): Promise<void> {
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  it("reads what another process writes", async () => {
    const path = namedPipe("whole");
    const file = pcapOf(manyLengths());
    const source = new FileSource(path);
    expect(source.size).to.equal(undefined);
    createWriteStream(path).end(file);
    expect(await summaryOf(source)).to.deep.equal(await expectedOf(file));
  });

  it("waits for whoever opens the other end, and reads what comes then", async () => {
    const path = namedPipe("later");
    const file = pcapOf([10, 20]);
    const summary: number[][] = [];
    const reading = read(new FileSource(path), summary);
    await someTurns();
    createWriteStream(path).end(file);
    await reading;
    expect(summary).to.deep.equal(await expectedOf(file));
  });

  it("stops waiting for the other end to be opened when the signal says so", async () => {
    const aborter = new AbortController();
    const source = new FileSource(namedPipe("unopened"), { signal: aborter.signal });
    const reading = summaryOf(source);
    await someTurns();
    aborter.abort();
    expect(await reading).to.deep.equal([]);
    expect(source.warnings).to.deep.equal([]);
  });

  it("stops waiting when the signal says so, without an error and without a warning", async () => {
    const path = namedPipe("waiting");
    const file = pcapOf([10, 20]);
    const writer = createWriteStream(path);
    writer.write(file.subarray(0, -1));
    const aborter = new AbortController();
    const source = new FileSource(path, { signal: aborter.signal });
    const summary: number[][] = [];
    const reading = read(source, summary);
    for (let turns = 0; turns < 10; turns += source.bytesRead === file.length - 1 ? 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve)); // Everything was read, and some turns later it waits.
    }
    aborter.abort();
    await reading;
    expect(summary.length).to.equal(1);
    expect(source.warnings).to.deep.equal([]);
    writer.destroy();
  });
});
