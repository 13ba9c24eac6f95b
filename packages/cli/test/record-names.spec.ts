// tsnids record, where OUT is recorded already, and where a recording of OUT was killed: nothing captured is lost.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { captures, startTsnids, temporaryFolder, tsnids } from "./command.js";

describe("tsnids record, other recordings of its name", () => {
  const folder = temporaryFolder();
  const web = join(captures, "web.pcap");
  const redis = join(captures, "redis.pcap");
  let child: ChildProcessWithoutNullStreams | undefined;

  afterEach(() => child?.kill("SIGKILL"));

  /** Starts a recording that has most of web.pcap in the file `part`, and waits for more. */
  async function recordOn(part: string, ...args: readonly string[]): Promise<ChildProcessWithoutNullStreams> {
    const running = (child = startTsnids(["record", ...args, "-"]));
    running.stdin.on("error", () => undefined).write(readFileSync(web));
    while (!existsSync(part) || statSync(part).size < 100_000) await setTimeout(10);
    return running;
  }

  for (const [what, out, part, whole, commands] of [
    [
      "one file",
      "a.pcap",
      "a.pcap.part",
      "a.pcap",
      [
        ["record", "--force"],
        ["sniff", "1", "--force"],
        ["sniff", "1"],
      ],
    ],
    ["a row", "r.pcap", "r-00001.pcap.part", "r-00001.pcap", [["record", "--size", "1"]]],
  ] as const) {
    it(`leaves the name to a recording that is running: ${what}`, async () => {
      const path = folder.path(out);
      const [[, ...options]] = commands;
      const first = await recordOn(folder.path(part), "--write", path, ...options);
      for (const command of commands) {
        const { status, stderr } = tsnids([...command, "--write", path, redis]);
        expect(stderr).to.match(
          /^tsnids: [^\n]*process \d+ records under this name [^\n]*; end it first, or give [^\n]*\n$/,
        );
        expect(stderr).to.contain(`process ${first.pid} `);
        expect(status).to.equal(2);
      }
      first.stdin.end();
      const [code] = (await once(first, "close")) as [number];
      expect(code).to.equal(0);
      expect(tsnids(["run", folder.path(whole)]).stdout).to.match(/^packets +430:/m);
    });
  }

  it("replaces what a killed recording left only with --force", async () => {
    const path = folder.path("killed.pcap");
    const first = await recordOn(`${path}.part`, "--write", path);
    first.kill("SIGKILL");
    await once(first, "close");
    const left = readFileSync(`${path}.part`);
    for (const command of [["record"], ["sniff", "1"]]) {
      const { status, stderr } = tsnids([...command, "--write", path, redis]);
      expect(stderr).to.match(/^tsnids: [^\n]*killed\.pcap\.part: [^\n]*; --force replaces it\n$/);
      expect(status).to.equal(2);
    }
    expect(readFileSync(`${path}.part`).equals(left)).to.equal(true);
    expect(tsnids(["record", "--force", "--write", path, redis]).status).to.equal(0);
    expect([existsSync(path), existsSync(`${path}.part`)]).to.deep.equal([true, false]);
  });

  it("numbers a row on behind what a killed recording left, which may be read meanwhile", async () => {
    const path = folder.path("ring.pcap");
    const part = folder.path("ring-00001.pcap.part");
    const first = await recordOn(part, "--write", path, "--size", "1");
    first.kill("SIGKILL");
    await once(first, "close");
    const left = readFileSync(part);
    expect(tsnids(["record", "--write", path, "--size", "1", "--files", "1", part]).status).to.equal(0);
    expect(readFileSync(part).equals(left)).to.equal(true);
    const names = readdirSync(folder.path("")).filter((name) => name.includes("ring"));
    expect(names).to.deep.equal(["ring-00001.pcap.part", "ring-00002.pcap"]);
  });
});
