/**
 * kill() of real connections between two Linux hosts in network namespaces: nginx and curl, a download at 5 MB/s and a connection on
 * which nothing happens. Both ends see it reset within a second.
 *
 *     client ════ br0 ════ server      tcpdump on br0 ─► killer.ts ─► sender.py on br0
 *
 * TSNIDS_KILL_TRIES sets how often each is tried, for a longer run by hand.
 */
import type { KillOptions } from "@tsnids/nids";
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";
import { device, Hosts, ways } from "./kill/hosts.js";
import type { Way } from "./kill/hosts.js";
import type { KillLine, KillTask } from "./kill/killer.js";

const tries = Number(process.env["TSNIDS_KILL_TRIES"] ?? 3);
const port = 8080;
const fileBytes = 64 * 1024 * 1024;

/** Milliseconds in which both ends must have seen the reset, and in which a program must have said something. */
const limit = 1000;
const patience = 10_000;

/** What curl ends with when it could not receive. */
const curlReceiveError = 56;

const needs = ["root", "network namespaces", "nginx", "curl", "tcpdump", "python3"] as const;

describeNeeding(needs, "kill() of real connections", function () {
  this.timeout(30_000 + 10_000 * tries);
  const hosts = new Hosts();
  let folder = "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-kill-"));
    writeFileSync(join(folder, "file"), "");
    truncateSync(join(folder, "file"), fileBytes);
    writeFileSync(join(folder, "nginx.conf"), configuration(folder));
    hosts.start("server", "nginx", "-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log"));
    await until("nginx listens", () => hosts.run("server", "ss", "-Hltn", `sport = :${port}`) !== "");
  });
  afterEach(() => hosts.stopAll("bridge"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const way of Object.keys(ways) as Way[]) {
    it(`a download over ${way}`, () => download(way, { persist: true }));
  }

  it("a download, with every strategy", async () => {
    await download("ipv4", { strategy: "exact", persist: true });
    await download("ipv4", { strategy: "stepped", steps: 16, stepBytes: 1448, persist: true });
  });

  for (const way of ["ipv4", "ipv6"] as const) {
    it(`an idle connection over ${way}`, () =>
      killed({ port, options: {} }, way, async () => {
        const address = ways[way].replace(/[[\]]/g, "");
        const idle = hosts.start("client", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port} && cat <&3`);
        const [code] = (await once(idle, "exit")) as [number];
        expect(code, "cat: connection reset by peer").to.equal(1);
      }));
  }

  it("is left alone by a dry run", async () => {
    const killer = await startKiller({ port, bytes: 500_000, options: { dryRun: true } });
    const before = hosts.resets("client") + hosts.resets("server");
    const url = `http://${ways.ipv4}:${port}/file`;
    const curl = hosts.start("client", "curl", "-sS", "-o", "/dev/null", "--range", "0-2000000", url);
    const exit = once(curl, "exit") as Promise<[number]>;
    expect((await lineOf(killer)).outcome).to.equal("dry-run");
    const [code] = await exit;
    expect(code).to.equal(0);
    expect(hosts.resets("client") + hosts.resets("server")).to.equal(before);
  });

  function download(way: Way, options: KillOptions): Promise<void> {
    return killed({ port, bytes: 500_000, options }, way, async () => {
      const curl = hosts.start("client", "curl", "-sS", "-o", "/dev/null", `http://${ways[way]}:${port}/file`);
      const [code] = (await once(curl, "exit")) as [number];
      expect(code, "how curl ended").to.equal(curlReceiveError);
    });
  }

  /** Several times: a connection is made, killed, and the two hosts have each seen one reset. */
  async function killed(task: KillTask, way: Way, connect: () => Promise<void>): Promise<void> {
    const killer = await startKiller(task);
    for (let each = 0; each < tries; each++) {
      const before = { client: hosts.resets("client"), server: hosts.resets("server") };
      const connection = connect();
      const line = await lineOf(killer);
      const killedAt = performance.now();
      expect(line.outcome).to.equal("sent");
      expect(line.encapsulation).to.deep.equal(way.endsWith("vxlan") ? ["vxlan"] : []);
      await Promise.all([
        connection,
        ...(["client", "server"] as const).map((host) =>
          until(`a reset at the ${host}`, () => hosts.resets(host) === before[host] + 1),
        ),
      ]);
      expect(performance.now() - killedAt, "milliseconds until both ends know").to.be.below(limit);
    }
  }

  /** What watches the client's device and kills, once it does. */
  async function startKiller(task: KillTask): Promise<ChildProcess> {
    const program = fileURLToPath(new URL("kill/killer.js", import.meta.url));
    const sender = join(repository, "test/system/kill/sender.py");
    const capture = `exec tcpdump -i ${device} -U --immediate-mode -B 65536 -w -`;
    const command = `{ (${capture}) | "$0" "$1" "$2" 3>&1 1>&4 | python3 "$3" ${device}; } 4>&1`;
    const killer = hosts.start("bridge", "sh", "-c", command, process.execPath, program, JSON.stringify(task), sender);
    killer.stderr?.setEncoding("utf8");
    for (let said = ""; !said.includes("listening on");) {
      const [text] = (await once(killer.stderr as NodeJS.EventEmitter, "data", inTime())) as [string];
      said += text;
    }
    return killer;
  }
});

async function lineOf(killer: ChildProcess): Promise<KillLine> {
  const [text] = (await once(killer.stdout as NodeJS.EventEmitter, "data", inTime())) as [Uint8Array];
  return JSON.parse(new TextDecoder().decode(text)) as KillLine;
}

function inTime(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(patience) };
}

/** Asks until it is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + patience; !isSo();) {
    if (performance.now() > end) throw new Error(`${what}: not in ${patience} ms`);
    await pause(10);
  }
}

function configuration(folder: string): string {
  const listen = [`listen ${port};`, `listen [::]:${port};`];
  const server = `server { ${listen.join(" ")} root ${folder}; limit_rate 5m; access_log off; }`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder};`);
  return [
    ...["daemon off;", "master_process off;", `pid ${folder}/pid;`, "user root;", "events { worker_connections 64; }"],
    `http { ${temporary.join(" ")} ${server} }`,
  ].join("\n");
}
