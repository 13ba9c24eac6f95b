// The devices frames can be captured on. The addon knows all that libpcap knows; without it there are those that the system
// lists: on Linux all network devices, elsewhere those with an address.

import { existsSync, readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { isMainThread } from "node:worker_threads";
import { CaptureError } from "../capture-error.js";
import { loadCap } from "./cap-addon.js";
import type { CapAddon } from "./cap-addon.js";
import { deviceState, devicesFolder } from "./device-state.js";
import type { DeviceState } from "./device-state.js";

/** A device. */
export interface Device {
  /** What LiveSource wants as its device. */
  readonly name: string;
  /** What it is, where the system says so; else "". */
  readonly description: string;
  /** Whether it is the loopback device, on which the machine talks to itself. */
  readonly isLoopback: boolean;
  /** Whether the system has it, and it is up. */
  readonly state: DeviceState;
  /** Its IPv4 and IPv6 addresses as text, without prefix lengths. */
  readonly addresses: readonly string[];
}

/** All devices, by name. Needs no permission to capture. */
export function listDevices(addon: () => CapAddon = loadCap): readonly Device[] {
  const devices = isMainThread ? (fromAddon(addon) ?? fromSystem()) : fromSystem();
  return [...devices].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** undefined without the addon. */
function fromAddon(addon: () => CapAddon): readonly Device[] | undefined {
  try {
    return addon()
      .Cap.deviceList()
      .map(({ name, description = "", addresses, flags }) => ({
        name,
        description,
        isLoopback: flags === "PCAP_IF_LOOPBACK",
        state: listedState(name),
        addresses: addresses.flatMap(({ addr }) => (addr === undefined ? [] : [addr])),
      }));
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
}

function fromSystem(): readonly Device[] {
  const known = networkInterfaces();
  const names = new Set([...Object.keys(known), ...(existsSync(devicesFolder) ? readdirSync(devicesFolder) : [])]);
  return Array.from(names, (name) => {
    const addresses = known[name] ?? [];
    return {
      name,
      description: "",
      isLoopback: addresses.some(({ internal }) => internal),
      state: deviceState(name),
      addresses: addresses.map(({ address }) => address),
    };
  });
}

/** libpcap lists more than network devices (USB, Bluetooth, netfilter): what the system does not know is not missing. */
function listedState(name: string): DeviceState {
  const state = deviceState(name);
  return state === "missing" ? "unknown" : state;
}
