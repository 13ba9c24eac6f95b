// What a command clears away however it ends, an interrupt included.

const SIGNALS = ["SIGINT", "SIGTERM"];
const INTERRUPTED = 130;

/**
 * @param {() => void} clear called when the process ends
 * @returns {() => void} for when there is nothing more to clear away
 */
export function clearAtExit(clear) {
  const end = () => process.exit(INTERRUPTED);
  process.once("exit", clear);
  for (const signal of SIGNALS) process.once(signal, end);
  return () => {
    process.off("exit", clear);
    for (const signal of SIGNALS) process.off(signal, end);
  };
}
