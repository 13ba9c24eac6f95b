/**
 * Two hosts in network namespaces of their own, joined by a veth pair, and nothing else; gone when the suite ends.
 *
 *     client 10.77.0.1 ── c0 ════ s0 ── 10.77.0.2 server
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** One of the hosts. */
export type Host = "client" | "server";

export const clientAddress = "10.77.0.1";
export const serverAddress = "10.77.0.2";

/** The client's end of the pair: what is captured on. */
export const clientDevice = "c0";

/** Milliseconds a program has to end. */
const patience = 2000;

/** The hosts of the enclosing suite. */
export class Network {
  readonly #programs: ChildProcess[] = [];
  readonly #name: string = `tsnids${process.pid}`;

  constructor() {
    before(() => this.#make());
    after(() => this.#remove());
  }

  /** The arguments that run something on a host. */
  on(host: Host, program: string, ...args: string[]): readonly [program: string, args: string[]] {
    return ["ip", ["netns", "exec", this.#space(host), program, ...args]];
  }

  /** Runs a program on a host to its end; what it printed. */
  run(host: Host, program: string, ...args: string[]): string {
    return execFileSync(...this.on(host, program, ...args), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Starts a program on a host, with pipes. It is ended when the suite is, at the latest. */
  start(host: Host, program: string, ...args: string[]): ChildProcess {
    const child = spawn(...this.on(host, program, ...args), { stdio: ["pipe", "pipe", "pipe"] });
    this.#programs.push(child);
    return child;
  }

  /** Looks out for a frame on a host's device; resolves to what waits for it. tcpdump is the witness. */
  async lookOut(host: Host, filter: string): Promise<() => Promise<unknown>> {
    const device = host === "client" ? "c0" : "s0";
    const witness = this.start(host, "tcpdump", "-i", device, "-c", "1", "-w", "/dev/null", filter);
    const gone = once(witness, "exit");
    await once(witness.stderr!, "data"); // "listening on c0"
    return () => gone;
  }

  /** Makes the pair, with addresses. */
  link(): void {
    this.#ip(
      "-n",
      this.#space("client"),
      "link",
      "add",
      "c0",
      "type",
      "veth",
      "peer",
      "s0",
      "netns",
      this.#space("server"),
    );
    for (const [host, device, address] of [
      ["client", "c0", clientAddress],
      ["server", "s0", serverAddress],
    ] as const) {
      this.#ip("-n", this.#space(host), "address", "add", `${address}/30`, "dev", device);
      this.#ip("-n", this.#space(host), "link", "set", device, "up");
    }
  }

  /** Removes the pair. */
  unlink(): void {
    this.#ip("-n", this.#space("client"), "link", "del", "c0");
  }

  /** Takes the client's end down, and up again at once. */
  bounce(): void {
    const steps = "link set c0 down\nlink set c0 up\n";
    execFileSync("ip", ["-n", this.#space("client"), "-batch", "-"], { input: steps });
  }

  #make(): void {
    for (const host of ["client", "server"] as const) {
      this.#ip("netns", "add", this.#space(host));
      this.#ip("-n", this.#space(host), "link", "set", "lo", "up");
    }
    this.link();
  }

  async #remove(): Promise<void> {
    for (const child of this.#programs) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), patience);
      await once(child, "exit");
      clearTimeout(force);
    }
    for (const host of ["client", "server"] as const) this.#ip("netns", "del", this.#space(host));
  }

  #space(host: Host): string {
    return `${this.#name}${host}`;
  }

  #ip(...args: string[]): void {
    execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}
