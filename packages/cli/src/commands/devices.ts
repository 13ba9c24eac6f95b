// tsnids devices: what can be watched live.

import { listDevices } from "@tsnids/capture";
import type { Device } from "@tsnids/capture";
import type { Command } from "commander";
import type { Output } from "../output.js";

/** Adds the subcommand. Whoever calls it flushes the output. */
export function devicesCommand(root: Command, output: Output): void {
  root
    .command("devices")
    .description("list the devices that can be watched live, with their addresses")
    .option("--json", "print a JSON line per device")
    .action(({ json = false }: { readonly json?: boolean }) => {
      const devices = listDevices();
      const lines = json ? devices.map((device) => JSON.stringify(device)) : deviceLines(devices);
      for (const line of lines) output.line(line);
    });
}

/** "eth0   up    10.0.0.1, fe80::1  what it is". */
function deviceLines(devices: readonly Device[]): string[] {
  const width = Math.max(0, ...devices.map(({ name }) => name.length));
  return devices.map(({ name, state, addresses, description, isLoopback }) => {
    const about = [addresses.join(", "), isLoopback ? "loopback" : "", description].filter((text) => text !== "");
    return `${name.padEnd(width)}  ${state.padEnd("missing".length)}  ${about.join("  ")}`.trimEnd();
  });
}
