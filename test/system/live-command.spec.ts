/**
 * `tsnids run --interface` and other commands on a host of their own: what it prints when interrupted, as time goes by
 * without packets, when the device goes away, and for each way in which it cannot begin.
 */
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";
import { clientDevice, Network } from "./live/network.js";
import { WebServer } from "./live/web-server.js";

const program = join(repository, "packages/cli/bin/tsnids.js");
const device = clientDevice;
const backends = ["cap", "tcpdump", "dumpcap"] as const;

/** The command on a host, and what it printed so far. */
class RunningCommand {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;
  #onText: () => void = () => undefined;

  constructor(network: Network, ...args: string[]) {
    this.#child = network.start("client", "setsid", process.execPath, program, ...args);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#onText();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#onText();
    });
  }

  /** Waits until it has printed something; the test's own limit ends the waiting. */
  async prints(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onText = () => {
        if (pattern.test(this.stdout) || pattern.test(this.stderr)) resolve();
      };
      this.#onText();
    });
  }

  /** As a terminal does it: the command and what it has started in its session are all told. */
  interrupt(signal: "SIGINT" | "SIGHUP" = "SIGINT"): void {
    process.kill(-this.#child.pid!, signal);
  }

  /** Waits for its end: the exit code. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const [code] = (await once(this.#child, "close")) as [number | null];
    return code;
  }
}

describeNeeding(
  ["root", "network namespaces", "nginx", "curl", "cap", "tcpdump", "dumpcap"],
  "tsnids run --interface",
  function () {
    this.timeout(60_000);
    const network = new Network();
    const server = new WebServer(network, 4);
    let folder = "";
    before(() => (folder = mkdtempSync(join(tmpdir(), "tsnids-record-"))));
    after(() => rmSync(folder, { recursive: true }));

    for (const backend of backends) {
      it(`prints connections as they end, and on an interrupt the summary: ${backend}`, async () => {
        const command = new RunningCommand(network, "run", "-i", device, "--backend", backend, "--filter", "tcp");
        await command.prints(/listening on c0/);
        await server.download();
        await command.prints(/^.* -> 10\.77\.0\.2:8080 .*\n/m);
        command.interrupt();
        expect(await command.end()).to.equal(130);
        expect(command.stderr).to.equal(`tsnids: listening on c0 (${backend})\n`);
        expect(command.stdout).to.match(/ CLOSE +fin /);
        expect(command.stdout).to.match(
          /^dropped +by kernel (0|unknown), by device (0|unknown), in queue (0|unknown)$/m,
        );
        expect(command.stdout)
          .to.match(/^streams +1: 1 CLOSE$/m)
          .and.to.match(/^gaps +0$/m);
      });
    }

    for (const [backend, profile, signal] of [
      ...backends.map((name) => [name, "latency", "SIGINT"] as const),
      ...backends.map((name) => [name, "latency", "SIGHUP"] as const),
      ["tcpdump", "throughput", "SIGINT"],
    ] as const) {
      it(`records all that passed before the interrupt: ${backend}, ${profile}, ${signal}`, async () => {
        const path = join(folder, `${backend}-${profile}-${signal}.pcapng`);
        const options = ["--write", path, "--backend", backend, "--profile", profile];
        const command = new RunningCommand(network, "record", "-i", device, ...options, "tcp");
        await command.prints(/listening on c0/);
        await server.download(20_000_000);
        command.interrupt(signal); // The last packets are in the kernel or in a pipe.
        expect(await command.end()).to.equal(130);
        expect(command.stderr).to.match(/^tsnids: listening on c0 .*\ntsnids: \d+ frames in .*\.pcapng\n$/);
        const { stdout } = spawnSync(process.execPath, [program, "run", "--json", path], { encoding: "utf8" });
        const lines = stdout.split("\n").slice(0, -1);
        const printed = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
        expect(printed.find(({ type }) => type === "connection")).to.include({ state: "CLOSE", reason: "fin" });
        expect(printed.at(-1)).to.deep.include({ gaps: { count: 0, bytes: 0, acknowledged: 0 } });
        expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).to.deep.equal([]);
      });
    }

    it("lists streams, and prints packets, of a device", async () => {
      const streams = new RunningCommand(network, "streams", "-i", device, "tcp port 8080");
      const packets = new RunningCommand(network, "sniff", "1", "-i", device, "tcp src port 8080");
      await Promise.all([streams.prints(/listening on c0/), packets.prints(/listening on c0/)]);
      await server.download();
      expect(await packets.end()).to.equal(0);
      expect(packets.stdout).to.match(/source port: 8080/);
      await streams.prints(/ -> 10\.77\.0\.2:8080 +#0 +s2c +4194\d+ /);
      streams.interrupt();
      expect(await streams.end()).to.equal(130);
    });

    it("tells open streams EXITING when it is interrupted", async () => {
      const command = new RunningCommand(network, "run", "-i", device, "--alerts");
      await command.prints(/listening on c0/);
      const passes = await network.lookOut("client", "tcp src port 8080 and greater 1000");
      // So slow that it goes on until the hosts are taken down, which is an error for curl.
      server.download(10_000).catch(() => undefined);
      await passes();
      command.interrupt();
      expect(await command.end()).to.equal(130);
      expect(command.stdout)
        .to.match(/ EXITING +exit /)
        .and.to.match(/^streams +1: 1 EXITING$/m);
    });

    it("gives up idle connections while nothing passes", async () => {
      const command = new RunningCommand(
        network,
        ...["run", "-i", device, "--filter", "tcp[tcpflags] & (tcp-fin|tcp-rst) = 0", "--set", "idleTimeoutMs=1000"],
      );
      await command.prints(/listening on c0/);
      await server.download();
      await command.prints(/ TIMED_OUT +idle /);
      command.interrupt();
      await command.end();
    });

    it("says that the device is gone, after the summary, and ends with 2", async () => {
      const command = new RunningCommand(network, "run", "-i", device);
      await command.prints(/listening on c0/);
      await server.download();
      await command.prints(/ CLOSE +fin /);
      network.unlink();
      expect(await command.end()).to.equal(2);
      network.link();
      expect(command.stdout).to.match(/^streams +1: 1 CLOSE$/m);
      expect(command.stderr).to.equal("tsnids: listening on c0 (cap)\ntsnids: c0: the device was removed\n");
    });
  },
);

describeNeeding(
  ["root", "network namespaces", "cap", "tcpdump", "dumpcap"],
  "tsnids run --interface cannot begin",
  function () {
    this.timeout(20_000);
    const network = new Network();
    before(() => network.run("client", "ip", "link", "add", "down0", "type", "veth", "peer", "down1"));

    for (const backend of backends) {
      const cases: readonly (readonly [what: string, device: string, filter: string, says: RegExp])[] = [
        ["unknown device", "nosuch0", "", /^tsnids: nosuch0: no such device; "tsnids devices" lists them\n$/],
        ["device down", "down0", "", /^tsnids: down0: the device is not up \(ip link set down0 up\)\n$/],
        ["bad filter", device, "tcp prot 80", /^tsnids: c0: filter "tcp prot 80": .+\n$/],
        ["a filter like an option", device, "-w /dev/full", /^tsnids: c0: filter "-w \/dev\/full": .+\n$/],
      ];
      for (const [what, name, filter, says] of cases) {
        it(`${what}: one line and exit code 2, ${backend}`, () => {
          const args = ["run", "-i", name, "--backend", backend, ...(filter === "" ? [] : [`--filter=${filter}`])];
          const { status, stdout, stderr } = spawnSync(...network.on("client", process.execPath, program, ...args), {
            encoding: "utf8",
          });
          expect([status, stdout]).to.deep.equal([2, ""]);
          expect(stderr).to.match(says);
        });
      }

      it(`no permission: one line and exit code 2, ${backend}`, () => {
        const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
        const command = [process.execPath, program, "run", "-i", device, "--backend", backend];
        const { status, stdout, stderr } = spawnSync(...network.on("client", "setpriv", ...nobody, ...command), {
          encoding: "utf8",
        });
        expect([status, stdout]).to.deep.equal([2, ""]);
        expect(stderr).to.match(/^tsnids: c0: no permission to capture; run as root, .*\n$/);
      });
    }
  },
);
