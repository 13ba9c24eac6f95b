// Being told to end, from the keyboard, by another program, or because the terminal is gone: the first time a command
// ends what it does and prints what it has; the second time, while it does so, the process ends at once.
//
// A terminal that is closed is told twice, by the system and by the shell, and nobody has asked for haste: after the
// first time SIGHUP is passed over.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `action` once when the process is told to end. Returns what calls that off. */
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
