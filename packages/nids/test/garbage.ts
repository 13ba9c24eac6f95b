/** A collection of garbage; Node offers it only where it is asked to. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect(); // Where one is under way, this ends it: what was in use when that began is spared.
  collect();
}
