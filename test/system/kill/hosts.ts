/**
 * Two hosts and a bridge between them, in network namespaces of their own, and nothing else; gone when the suite ends.
 * From host to host there is a tunnel as well, with addresses of its own.
 *
 *     client ── e0 ════ br0 ════ e0 ── server       10.78.0.1 – .2, fd78::1 – ::2
 *               vx ╌╌╌╌╌╌╌╌╌╌╌╌╌ vx                 10.78.8.1 – .2, fd78:8::1 – ::2      VXLAN 77
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** One of the hosts, or what is between them. */
export type Host = "client" | "server" | "bridge";
const everywhere: readonly Host[] = ["client", "server", "bridge"];

/** What is captured on. Everything passes the bridge's own device, and what is sent on it goes to the host it is for. */
export const devices = { client: "e0", server: "e0", bridge: "br0" } as const;

/** Ways from the client to the server, by the server's address. */
export const ways = {
  ipv4: "10.78.0.2",
  ipv6: "[fd78::2]",
  "ipv4 in vxlan": "10.78.8.2",
  "ipv6 in vxlan": "[fd78:8::2]",
} as const;
export type Way = keyof typeof ways;

/** Milliseconds a program has to end, and to come about what is waited for; milliseconds between two looks. */
const patience = 2000;
const limit = 10_000;
const lookAgain = 5;

/** Each host's own number, and the other's. */
const numbers = { client: [1, 2], server: [2, 1] } as const;

/** The hosts of the enclosing suite. */
export class Hosts {
  readonly #programs: Readonly<Record<Host, ChildProcess[]>> = { client: [], server: [], bridge: [] };
  readonly #name: string = `tsnids-kill-${process.pid}-`;
  /** A program on each host that only has to be there: through it the system shows the host's counters. */
  readonly #present: Partial<Record<Host, number>> = {};

  constructor() {
    before(() => this.#make());
    after(() => this.#remove());
  }

  /** Runs a program on a host to its end; what it printed. */
  run(host: Host, program: string, ...args: string[]): string {
    return execFileSync("ip", ["netns", "exec", this.#space(host), program, ...args], { encoding: "utf8" });
  }

  /** Starts a program on a host, with pipes. It is ended when the suite is, at the latest. */
  start(host: Host, program: string, ...args: string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.#space(host), program, ...args], {
      stdio: "pipe",
      detached: true,
    });
    this.#programs[host].push(child);
    return child;
  }

  /** Ends what was started on a host, and what that has started: each is a process group. */
  async stopAll(host: Host): Promise<void> {
    for (const child of this.#programs[host].splice(0)) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const group = -child.pid;
      process.kill(group, "SIGTERM");
      const force = setTimeout(() => process.kill(group, "SIGKILL"), patience);
      await once(child, "exit");
      clearTimeout(force);
    }
  }

  /** Connections a host has seen reset so far. */
  resets(host: Host): number {
    const counters = readFileSync(`/proc/${this.#present[host]}/net/snmp`, "latin1");
    const [names = "", values = ""] = counters.match(/^Tcp: .*/gm) ?? [];
    return Number(values.split(" ")[names.split(" ").indexOf("EstabResets")]);
  }

  /** Waits until a host has seen so many. */
  async untilResets(host: Host, count: number): Promise<void> {
    await until(`${count} resets at the ${host}`, () => this.resets(host) === count);
  }

  /** Waits until something on a host listens on a port. */
  async listens(host: Host, port: number): Promise<void> {
    await until(`port ${port} of the ${host}`, () => this.run(host, "ss", "-Hltn", `sport = :${port}`) !== "");
  }

  #make(): void {
    for (const host of everywhere) {
      this.#ip("netns", "add", this.#space(host));
      this.#on(host, "link set lo up");
      // Loose, as Debian has it: packets for the machine itself are sent on its loopback device.
      const filters = ["all", "lo"].map((name) => `echo 2 > /proc/sys/net/ipv4/conf/${name}/rp_filter`);
      this.run(host, "sh", "-c", filters.join("; "));
    }
    this.#on("bridge", `link add ${devices.bridge} type bridge`);
    for (const host of ["client", "server"] as const) {
      const [own, other] = numbers[host];
      this.#on(host, `link add e0 type veth peer ${host} netns ${this.#space("bridge")}`);
      this.#on("bridge", `link set ${host} master ${devices.bridge} up`);
      const tunnel = `vxlan id 77 dstport 4789 local 10.78.0.${own} remote 10.78.0.${other}`;
      this.#on(host, `link add vx type ${tunnel} dev e0`);
      this.#up(host, "e0", `10.78.0.${own}/24`, `fd78::${own}/64`);
      this.#up(host, "vx", `10.78.8.${own}/24`, `fd78:8::${own}/64`);
    }
    this.#on("bridge", `link set ${devices.bridge} promisc on up`);
    for (const host of everywhere) this.#present[host] = this.start(host, "sleep", "infinity").pid ?? 0;
  }

  async #remove(): Promise<void> {
    for (const host of everywhere) await this.stopAll(host);
    for (const host of everywhere) {
      if (existsSync(`/run/netns/${this.#space(host)}`)) this.#ip("netns", "del", this.#space(host));
    }
  }

  #up(host: Host, name: string, ipv4: string, ipv6: string): void {
    this.#on(host, `address add ${ipv4} dev ${name}`);
    this.#on(host, `address add ${ipv6} dev ${name} nodad`);
    this.#on(host, `link set ${name} up`);
  }

  #on(host: Host, command: string): void {
    this.#ip("-n", this.#space(host), ...command.split(" "));
  }

  #ip(...args: string[]): void {
    execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  }

  #space(host: Host): string {
    return `${this.#name}${host}`;
  }
}

/** Asks until it is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + limit;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`${what}: not in ${limit} ms`);
    await pause(lookAgain);
  }
}
