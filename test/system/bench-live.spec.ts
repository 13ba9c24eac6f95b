/** An interrupted `bench/live.js` leaves nothing behind: no network namespace, and no program in one. */
import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";

describeNeeding(["root", "network namespaces", "tcpdump", "ethtool"], "bench/live.js", function () {
  this.timeout(60_000);

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`ends its programs and removes its hosts on ${signal}`, async () => {
      const command = [join(repository, "bench/live.js"), "100", "60", "tcpdump"];
      const child = spawn(process.execPath, command, { stdio: "ignore" });
      const ended = once(child, "exit");
      const hosts = ["a", "b"].map((host) => `tsnids-bench-${child.pid}-${host}`);
      const programs = await runningOn(hosts);
      child.kill(signal);
      expect(await ended).to.deep.equal([130, null]);
      expect(hosts.filter((host) => existsSync(`/run/netns/${host}`))).to.deep.equal([]);
      for (const pid of programs) await gone(pid);
    });
  }
});

/** Process ids on the hosts, once something runs on each: on the first the watcher, with a tcpdump. */
async function runningOn(hosts: readonly string[]): Promise<string[]> {
  for (;;) {
    const [watching = [], sending = []] = hosts.map(processesOn);
    if (watching.length > 1 && sending.length > 0) return [...watching, ...sending];
    await setTimeout(20);
  }
}

/** None on a host that is not there yet. */
function processesOn(host: string): string[] {
  const { stdout } = spawnSync("ip", ["netns", "pids", host], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** Waits for the end of a process that was killed; the test's own limit ends the waiting. */
async function gone(pid: string): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await setTimeout(20);
}
