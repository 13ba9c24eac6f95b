// Being told to end, from the keyboard, by another program, or because the terminal is gone. The first time, a command
// stops what it does and prints what it has; if it is told again meanwhile, the process ends at once.
//
// Some tell twice what they mean once. timeout(1) sends its signal to the command, and then to the group that the
// command is in; on a busy machine the two arrive one by one. So what comes just after the first signal is no second
// one. When a terminal is closed, SIGHUP comes from the system and from the shell, though nobody is in a hurry: once the
// process was told, by whatever signal, it takes no more notice of SIGHUP.

import { setImmediate } from "node:timers/promises";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Turns of the event loop after which a signal that has come is told. */
const turnsUntilTold = 2;

/** Milliseconds after the first signal in which others are the same: a person needs longer to ask again. */
const togetherMs = 200;

/**
 * Calls `action` once when the process is told to end. Returns a function that takes this back; a signal that has come
 * by then still counts.
 */
export function onInterrupt(action: () => void): () => Promise<void> {
  let isTold = false;
  const off = (): void => {
    for (const signal of signals) process.off(signal, interrupted);
  };
  const interrupted = (): void => {
    if (isTold) return;
    isTold = true;
    process.on("SIGHUP", () => undefined);
    setTimeout(off, togetherMs).unref();
    action();
  };
  for (const signal of signals) process.on(signal, interrupted);
  return async () => {
    for (let turn = 0; turn < turnsUntilTold; turn++) await setImmediate();
    if (!isTold) off();
  };
}
