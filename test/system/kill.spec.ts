/**
 * kill() of real connections between two Linux hosts in network namespaces: downloads by HTTP and ssh at 5 MB/s, and connections on which
 * nothing happens. Both ends see them reset within a second, and the engine says that they went silent.
 *
 *     client ════ br0 ════ server      killer.ts: LiveSource and LiveInjector on br0
 *
 * TSNIDS_KILL_TRIES sets how often each is tried, for a longer run by hand.
 */
import type { KillOptions } from "@tsnids/nids";
import { expect } from "chai";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describeNeeding } from "../left-out.js";
import { Hosts, ways } from "./kill/hosts.js";
import type { Way } from "./kill/hosts.js";
import { Killing } from "./kill/killing.js";
import { startSshServer } from "./kill/ssh-server.js";
import type { SshServer } from "./kill/ssh-server.js";
import { startWebServer } from "./kill/web-server.js";

const tries = Number(process.env["TSNIDS_KILL_TRIES"] ?? 5);

/** Milliseconds in which both ends must have seen the reset, and after which a connection on which nothing happens is idle. */
const limit = 1000;
const idle = 100;

/** Received of a download when it is killed. */
const bytes = 500_000;

/** A connection of the client's to the server, made by a program. */
interface Connection {
  readonly port: () => number;
  /** The program and its arguments; `address` is the server's, as in a URL. */
  readonly command: (address: string) => readonly [string, ...string[]];
  /** What the program ends with when its connection is reset. */
  readonly code: number;
  /** True where it has something to say as soon as nothing happens any more, and is killed then. */
  readonly isIdle: boolean;
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
    killing = await Killing.start(hosts, "cap");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const connections: Readonly<Record<string, Connection>> = {
    "a download": {
      port: () => web,
      command: (address) => ["curl", "-sS", "-o", "/dev/null", `http://${address}:${web}/file`],
      code: 56, // failure in receiving
      isIdle: false,
    },
    "a file that is copied by ssh": {
      port: () => ssh.port,
      command: (address) => {
        const rate = String(40_000); // kbit/s
        return ["scp", ...ssh.options, "-l", rate, `${ssh.user}@${address}:${join(folder, "file")}`, "/dev/null"];
      },
      code: 255,
      isIdle: false,
    },
    "an idle ssh": {
      port: () => ssh.port,
      command: (address) => ["ssh", ...ssh.options, `${ssh.user}@${bare(address)}`, "echo ready; exec cat"],
      code: 255,
      isIdle: true,
    },
    "an idle connection": {
      port: () => web,
      command: (address) => ["bash", "-c", `exec 3<>/dev/tcp/${bare(address)}/${web} && echo ready && exec cat <&3`],
      code: 1, // cat: connection reset by peer
      isIdle: true,
    },
  };

  for (const [title, connection] of Object.entries(connections)) {
    for (const way of ["ipv4", "ipv6"] as const) {
      it(`${title} over ${way}`, () => killed(connection, way));
    }
  }

  it("is left alone by a dry run", async () => {
    killing.tell({ port: web, bytes, options: { dryRun: true } });
    await killing.next("told");
    const before = hosts.resets("client") + hosts.resets("server");
    const url = `http://${ways.ipv4}:${web}/file`;
    const curl = hosts.start("client", "curl", "-sS", "-o", "/dev/null", "--range", "0-2000000", url);
    const exit = once(curl, "exit") as Promise<[number]>;
    expect((await killing.next("kill")).outcome).to.equal("dry-run");
    const [code] = await exit;
    expect(code).to.equal(0);
    expect(hosts.resets("client") + hosts.resets("server")).to.equal(before);
  });

  it("went silent, all of them", async () => {
    const { verdicts } = await killing.end();
    expect(verdicts).to.deep.equal(Array.from({ length: kills }).fill("silent"));
  });

  /** Several times: a connection is made, killed, and the two hosts have each seen one reset. */
  async function killed({ port, command, code, isIdle }: Connection, way: Way, options?: KillOptions): Promise<void> {
    killing.tell({ port: port(), ...(isIdle ? {} : { bytes }), ...(options && { options }) });
    await killing.next("told");
    for (let each = 0; each < tries; each++) {
      const before = { client: hosts.resets("client"), server: hosts.resets("server") };
      const program = hosts.start("client", ...command(ways[way]));
      const exit = once(program, "exit") as Promise<[number]>;
      if (isIdle) {
        await once(program.stdout!, "data");
        await pause(idle);
        killing.tell("now");
      }
      const { outcome, encapsulation } = await killing.next("kill");
      const killedAt = performance.now();
      kills++;
      expect(outcome).to.equal("sent");
      expect(encapsulation).to.deep.equal(way.endsWith("vxlan") ? ["vxlan"] : []);
      await Promise.all([
        exit,
        hosts.untilResets("client", before.client + 1),
        hosts.untilResets("server", before.server + 1),
      ]);
      expect(performance.now() - killedAt, "milliseconds until both ends know").to.be.below(limit);
      expect(await exit, "how the program ended").to.deep.equal([code, null]);
    }
  }
});

/** An address without the brackets it has in a URL. */
function bare(address: string): string {
  return address.replace(/[[\]]/g, "");
}
