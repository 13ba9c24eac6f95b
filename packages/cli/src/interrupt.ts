// Being told to end, from the keyboard, by another program, or because the terminal is gone. The first time, a command
// stops what it does and prints what it has; if it is told again meanwhile, the process ends at once.
//
// When a terminal is closed, SIGHUP comes twice, from the system and from the shell, though nobody is in a hurry: so once
// the process was told, by whatever signal, it takes no more notice of SIGHUP.

import { setImmediate } from "node:timers/promises";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Turns of the event loop after which a signal that has come is told. */
const turnsUntilTold = 2;

/**
 * Calls `action` once when the process is told to end. Returns a function that takes this back; a signal that has come
 * by then still counts.
 */
export function onInterrupt(action: () => void): () => Promise<void> {
  const off = (): void => {
    for (const signal of signals) process.off(signal, interrupted);
  };
  const interrupted = (): void => {
    process.on("SIGHUP", () => undefined);
    off();
    action();
  };
  for (const signal of signals) process.on(signal, interrupted);
  return async () => {
    for (let turn = 0; turn < turnsUntilTold; turn++) await setImmediate();
    off();
  };
}
