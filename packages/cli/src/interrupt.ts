// Being told to end, from the keyboard or by another program: the first time a command ends what it does and prints
// what it has; the second time, while it does so, the process ends at once.

const signals = ["SIGINT", "SIGTERM"] as const;

/** Calls `action` once when the process is told to end. Returns what calls that off. */
export function onInterrupt(action: () => void): () => void {
  const off = (): void => {
    for (const signal of signals) process.off(signal, interrupted);
  };
  const interrupted = (): void => {
    off();
    action();
  };
  for (const signal of signals) process.on(signal, interrupted);
  return off;
}
