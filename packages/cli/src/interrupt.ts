// Being told to end, from the keyboard, by another program, or because the terminal is gone. The first time, a command
// stops what it does and prints what it has; if it is told again meanwhile, the process ends at once.
//
// When a terminal is closed, SIGHUP comes twice, from the system and from the shell, though nobody is in a hurry: the
// second one is ignored.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `action` once when the process is told to end. Returns a function that takes this back. */
export function onInterrupt(action: () => void): () => void {
  const off = (): void => {
    for (const signal of signals) process.off(signal, interrupted);
  };
  const interrupted = (): void => {
    process.on("SIGHUP", () => undefined);
    off();
    action();
  };
  for (const signal of signals) process.on(signal, interrupted);
  return off;
}
