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

/**
 * Why a capture has ended, where the device is not there or not up any more; undefined where that is not why. A device
 * that is being removed goes down first, and may be seen in between.
 */
export function deviceLost(device: string, cause: unknown): CaptureError | undefined {
  const state = deviceState(device);
  if (state !== "missing" && state !== "down") return undefined;
  const what = state === "missing" ? "the device was removed" : "the device went down";
  return new CaptureError("device-lost", device, what, undefined, cause);
}
