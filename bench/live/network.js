// Two hosts in network namespaces of their own, joined by a veth pair, and nothing else:
//
//     a  10.78.0.1  a0 ════ b0  10.78.0.2  b
//
// Nothing here waits, so that a signal comes between two steps and the removal can be done in one go.

import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { BenchError } from "../command/bench-error.js";
import { reasonIn } from "../command/run-command.js";

const ADDRESSES = { a: "10.78.0.1/29", b: "10.78.0.2/29" };
/** Nobody has it. */
const NEIGHBOUR = { address: "10.78.0.3", hardware: "02:00:00:00:00:03" };
const OFFLOADS = ["tso", "gso", "gro"];

/** The hosts, and what runs on them. */
export class Network {
  /** @type {string[]} namespaces there are */
  #made = [];
  /** @type {import("node:child_process").ChildProcess[]} */
  #programs = [];

  /**
   * @param {boolean} keepsOffload whether the device keeps its segmentation offload
   * @throws {BenchError} `missing-tool`
   */
  make(keepsOffload) {
    for (const host of Object.keys(ADDRESSES)) {
      command("ip", "netns", "add", space(host));
      this.#made.push(space(host));
    }
    command("ip", "-n", space("a"), "link", "add", "a0", "type", "veth", "peer", "b0", "netns", space("b"));
    for (const [host, address] of Object.entries(ADDRESSES)) {
      command("ip", "-n", space(host), "address", "add", address, "dev", `${host}0`);
      command("ip", "-n", space(host), "link", "set", `${host}0`, "up");
    }
    // With segmentation offload libpcap makes each place of its ring large enough for 64 KiB, and there are few of them.
    if (!keepsOffload) {
      command("ip", ...inside("a"), "ethtool", "-K", "a0", ...OFFLOADS.flatMap((name) => [name, "off"]));
    }
    // The packets are for a host that is not there: nobody answers, and the sender does not have to ask where it is.
    const { address, hardware } = NEIGHBOUR;
    command("ip", "-n", space("b"), "neighbour", "add", address, "lladdr", hardware, "dev", "b0");
  }

  /**
   * Starts a program of this folder.
   * @param {"a" | "b"} host
   * @param {string} name
   * @param {string[]} args
   * @returns {import("node:child_process").ChildProcess} with pipes
   */
  start(host, name, ...args) {
    const program = [process.execPath, join(import.meta.dirname, name), ...args];
    const child = spawn("ip", [...inside(host), ...program], { stdio: "pipe" });
    this.#programs.push(child);
    return child;
  }

  /** Ends all that runs on the hosts, what the programs started included. */
  endPrograms() {
    for (const child of this.#programs.splice(0)) child.kill("SIGKILL");
    for (const name of this.#made) {
      const { stdout } = spawnSync("ip", ["netns", "pids", name], { encoding: "utf8" });
      for (const pid of stdout.split("\n").filter((line) => line !== "")) end(Number(pid));
    }
  }

  /** Ends all that runs on the hosts, and removes them. */
  remove() {
    this.endPrograms();
    for (const name of this.#made.splice(0)) command("ip", "netns", "del", name);
  }
}

function space(host) {
  return `tsnids-bench-${process.pid}-${host}`;
}

/** Arguments of `ip` that run something on a host. */
function inside(host) {
  return ["netns", "exec", space(host)];
}

function command(program, ...args) {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error === undefined && status === 0) return;
  const reason = error?.message ?? reasonIn(stderr);
  throw new BenchError("missing-tool", `live captures need root, iproute2 and ethtool: ${reason}`);
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // It ended by itself meanwhile.
  }
}
