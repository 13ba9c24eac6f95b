// What callbacks keep about a stream, and what only some streams have: an object of its own, so that the others need
// no room for it.

import type { KillWatch } from "../kill/kill-watch.js";
import type { Encapsulation } from "../link/encapsulation.js";
import type { EndedFlows } from "../tcp/ended-flows.js";

export class RareProperties {
  encapsulation: readonly Encapsulation[] | undefined = undefined;
  user: unknown = undefined;
  params: unknown[] | undefined = undefined;
  watch: KillWatch | undefined = undefined;
  /** Where a stream that has ended is kept. */
  page: EndedFlows | undefined = undefined;
}
