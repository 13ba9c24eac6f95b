// Whether the system has a device and whether it is up, without libpcap, and what that says of a capture that has
// ended. Linux says so in files (sysfs); elsewhere Node knows the devices that have addresses.

import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { CaptureError } from "../capture-error.js";

/** IFF_UP of netdevice(7). */
const upFlag = 1;

/** Where Linux has a folder for each device. */
export const devicesFolder = "/sys/class/net";

/** What is known of a device; `unknown` also for names that stand for no single device, such as "any". */
export type DeviceState = "up" | "down" | "missing" | "unknown";

/** The state of a device now. */
export function deviceState(device: string): DeviceState {
  if (networkInterfaces()[device] !== undefined) return "up";
  if (device.includes("/")) return "missing";
  if (device === "any" || !existsSync(devicesFolder)) return "unknown";
  try {
    const flags = Number(readFileSync(`${devicesFolder}/${device}/flags`, "utf8"));
    return (flags & upFlag) === 0 ? "down" : "up";
  } catch {
    return "missing";
  }
}

/** The number by which the system knows a device; no other one gets it soon. Undefined where it is not known. */
export function deviceNumber(device: string): string | undefined {
  return attribute(device, "ifindex");
}

/** Bytes of the longest packet that a device takes (its MTU); undefined where it is not known. */
export function longestPacket(device: string): number | undefined {
  const mtu = attribute(device, "mtu");
  return mtu === undefined ? undefined : Number(mtu);
}

function attribute(device: string, name: string): string | undefined {
  if (device.includes("/")) return undefined;
  try {
    return readFileSync(`${devicesFolder}/${device}/${name}`, "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * Why a capture has ended, if its device is missing or down; undefined where that is not the reason. A device that is
 * being removed goes down first, and may be seen in between. `number` is the one it had: where a VPN or a container
 * starts again, there is another device of the same name at once.
 */
export function deviceLost(device: string, cause: unknown, number?: string): CaptureError | undefined {
  const state = deviceState(device);
  const isAnother = number !== undefined && deviceNumber(device) !== number;
  if (state !== "missing" && state !== "down" && !isAnother) return undefined;
  const what = state === "missing" || isAnother ? "the device was removed" : "the device went down";
  return new CaptureError("device-lost", device, what, undefined, cause);
}
