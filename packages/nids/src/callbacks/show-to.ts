// Several callbacks see the same thing: a datagram, a message, an IP packet.

import type { Faults } from "./faults.js";
import type { Registry } from "./registry.js";
import type { Views } from "./views.js";

/**
 * Shows something to the registered callbacks, one after the other; what one of them throws keeps it from nobody, and
 * what was lent ends with each call.
 */
export function showTo<Shown>(
  registry: Registry<(shown: Shown) => void>,
  shown: Shown,
  faults: Faults,
  views: Views,
): void {
  const { newestFirst, orders } = registry;
  for (let index = 0; index < newestFirst.length; index++) {
    if (!registry.stillAsks(newestFirst, orders[index] as number)) continue;
    const callback = newestFirst[index] as (shown: Shown) => void;
    try {
      callback(shown);
    } catch (error) {
      faults.note(error, undefined);
    }
    views.reclaim();
  }
}
