/**
 * kill() of real connections between two Linux hosts in network namespaces: downloads by HTTP and ssh at 5 MB/s,
 * and connections on which nothing happens. Both ends see them reset within a second, and the engine says that
 * they went silent.
 *
 *     client ════ br0 ════ server      killer.ts: LiveSource and LiveInjector on br0, and on one of the hosts
 *
 * TSNIDS_KILL_TRIES sets how often each is tried.
 */
import type { BackendName } from "@tsnids/capture";
import type { KillOptions } from "@tsnids/nids";
import { expect } from "chai";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describeNeeding } from "../left-out.js";
import { Hosts, ways } from "./kill/hosts.js";
import type { Host, Way } from "./kill/hosts.js";
import { Killing } from "./kill/killing.js";
import { startSshServer } from "./kill/ssh-server.js";
import type { SshServer } from "./kill/ssh-server.js";
import { startWebServer } from "./kill/web-server.js";

const tries = Number(process.env["TSNIDS_KILL_TRIES"] ?? 20);
const few = Math.ceil(tries / 4);

/** Milliseconds in which both ends must have seen the reset, and after which a connection on which nothing happens is idle. */
const limit = 1000;
const idle = 100;

/** Received of a download when it is killed, and so much more at each further try. */
const bytes = 500_000;
const further = 100_000;

/** Bits per millisecond of a copy: 5 MB/s. */
const copyRate = 40_000;

/** A connection of the client's to the server, made by a program. */
interface Connection {
  readonly port: () => number;
  /** The program and its arguments; `address` is the server's, as in a URL. */
  readonly command: (address: string) => readonly [string, ...string[]];
  /** What the program may end with when its connection is reset. */
  readonly codes: readonly number[];
  /** True where it has something to say as soon as nothing happens any more, and is killed then. */
  readonly isIdle: boolean;
}

/** How it is killed, and how often that is tried. */
interface Manner {
  readonly times?: number;
  readonly options?: KillOptions;
}

const needs = ["root", "network namespaces", "cap", "tcpdump", "nginx", "curl", "sshd"] as const;

describeNeeding(needs, "kill() of real connections", function () {
  this.timeout(30_000 + 5_000 * tries);
  const hosts = new Hosts();
  let folder = "";
  let web = 0;
  let ssh: SshServer;
  let killing: Killing;
  let kills = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-kill-"));
    web = await startWebServer(hosts, folder);
    ssh = await startSshServer(hosts, folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const download: Connection = {
    port: () => web,
    command: (address) => ["curl", "-sS", "-o", "/dev/null", `http://${address}:${web}/file`],
    codes: [56], // failure in receiving
    isIdle: false,
  };
  const copy: Connection = {
    port: () => ssh.port,
    command: (address) => {
      const file = `${ssh.user}@${address}:${join(folder, "file")}`;
      return ["scp", ...ssh.options, "-l", String(copyRate), file, "/dev/null"];
    },
    codes: [1, 255], // which of its two ends scp notices first
    isIdle: false,
  };
  const session: Connection = {
    port: () => ssh.port,
    command: (address) => ["ssh", ...ssh.options, `${ssh.user}@${bare(address)}`, "echo ready; exec cat"],
    codes: [255],
    isIdle: true,
  };
  const silence: Connection = {
    port: () => web,
    command: (address) => ["bash", "-c", `exec 3<>/dev/tcp/${bare(address)}/${web} && echo ready && exec cat <&3`],
    codes: [1], // cat: connection reset by peer
    isIdle: true,
  };

  describe("with cap", () => {
    watches("bridge", "cap");

    for (const way of ["ipv4", "ipv6"] as const) {
      it(`a download over ${way}`, () => killed(download, way));
      it(`a file that is copied by ssh over ${way}`, () => killed(copy, way));
      it(`an idle ssh over ${way}`, () => killed(session, way));
      it(`an idle connection over ${way}`, () => killed(silence, way));
      it(`a download over ${way} in vxlan`, () => killed(download, `${way} in vxlan`, { times: few }));
    }

    it("a download, with every strategy that goes on", async () => {
      for (const strategy of ["libnids", "exact", "stepped"] as const) {
        await killed(download, "ipv4", { times: few, options: { strategy, persist: true } });
      }
    });

    it("not in a dry run", async () => {
      await killing.tell({ port: web, bytes, options: { dryRun: true } });
      const before = hosts.resets("client") + hosts.resets("server");
      const url = `http://${ways.ipv4}:${web}/file`;
      const curl = hosts.start("client", "curl", "-sS", "-o", "/dev/null", "--range", "0-2000000", url);
      const exit = once(curl, "exit") as Promise<[number]>;
      const { outcome, frames } = await killing.next("kill");
      expect([outcome, frames]).to.deep.equal(["dry-run", 4]);
      expect(await exit).to.deep.equal([0, null]);
      expect(hosts.resets("client") + hosts.resets("server")).to.equal(before);
    });

    it("says that they went silent", allSilent);
  });

  for (const host of ["client", "server"] as const) {
    describe(`on the ${host} itself`, () => {
      watches(host, "cap");
      for (const way of ["ipv4", "ipv6"] as const) {
        it(`a download over ${way}`, () => killed(download, way, { times: few }));
        it(`an idle connection over ${way}`, () => killed(silence, way, { times: few }));
      }
      it("says that they went silent", allSilent);
    });
  }

  describe("with tcpdump", () => {
    watches("bridge", "tcpdump");
    for (const way of ["ipv4", "ipv6"] as const) {
      it(`a download over ${way}`, () => killed(download, way, { times: few }));
    }
    it("says that they went silent", allSilent);
  });

  /** What watches in the enclosing suite. */
  function watches(host: Host, backend: BackendName): void {
    before(async () => {
      kills = 0;
      killing = await Killing.start(hosts, host, backend);
    });
    after(() => killing.stop());
  }

  /** Several times: a connection is made, killed, and the two hosts have each seen one reset. */
  async function killed({ port, command, codes, isIdle }: Connection, way: Way, how: Manner = {}): Promise<void> {
    const { times = tries, options = {} } = how;
    for (let each = 0; each < times; each++) {
      await killing.tell({ port: port(), options, ...(isIdle ? {} : { bytes: bytes + each * further }) });
      const before = { client: hosts.resets("client"), server: hosts.resets("server") };
      const program = hosts.start("client", ...command(ways[way]));
      const exit = once(program, "exit") as Promise<[number]>;
      if (isIdle) {
        await once(program.stdout as NodeJS.EventEmitter, "data");
        await pause(idle);
        killing.killNow();
      }
      const { outcome, encapsulation } = await killing.next("kill");
      const killedAt = performance.now();
      kills++;
      expect([outcome, ...encapsulation]).to.deep.equal(way.endsWith("vxlan") ? ["sent", "vxlan"] : ["sent"]);
      const ends = (["client", "server"] as const).map((host) => hosts.untilResets(host, before[host] + 1));
      await Promise.all([exit, ...ends]);
      expect(performance.now() - killedAt, "milliseconds until both ends know").to.be.below(limit);
      expect((await exit)[0], "how the program ended").to.be.oneOf(codes);
    }
  }

  async function allSilent(): Promise<void> {
    const { verdicts } = await killing.end();
    expect(verdicts).to.deep.equal(Array.from({ length: kills }).fill("silent"));
  }
});

/** An address without the brackets it has in a URL. */
function bare(address: string): string {
  return address.replace(/[[\]]/g, "");
}
