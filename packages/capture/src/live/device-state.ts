// Whether the system has a device and whether it is up, without libpcap. Linux says so in files (sysfs); elsewhere Node knows
// the devices that have addresses.

import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

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
