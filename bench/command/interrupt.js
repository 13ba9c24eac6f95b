// What a command clears away when it is interrupted.

const SIGNALS = ["SIGINT", "SIGTERM"];
const INTERRUPTED = 130;

/**
 * Has the command end when it is interrupted, but not before it cleared away.
 * @param {() => void} clear
 * @returns {() => void} for when there is nothing more to clear away
 */
export function onInterrupt(clear) {
  const end = () => {
    clear();
    process.exit(INTERRUPTED);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}
