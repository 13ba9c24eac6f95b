// What sources try besides their first target: records of one block, in chains. Those of a source that begins anew, or
// is forgotten, are used again, so there are never more than `maxScanSources` times `scanPorts`. kernel/scan.ts has
// the same layout.
//
//   source ─► │ next │ port << 8 | flags │ address[4] │ ─► │ next │ …

import type { EngineMemory } from "../memory/layout.js";

/** Numbers of a target: port << 8 | flags, then an address, of which IPv4 uses one word. */
export const TARGET_INTS = 5;
const RECORD_INTS = TARGET_INTS + 1;

/** The block's own record, in place of target 0: the first free one, and the last that was ever used. */
const FREE = 0;
const FRESH = 1;

/** Targets are numbers from 1; 0: none. */
export class ScanTargets {
  /** All records. */
  readonly fields: Int32Array<ArrayBuffer>;

  constructor({ buffer, scanTargets, capacity }: EngineMemory) {
    this.fields = new Int32Array(buffer, scanTargets, (capacity.scanTargets + 1) * RECORD_INTS);
  }

  /** Where in `fields` a target begins. */
  at(target: number): number {
    return target * RECORD_INTS + 1;
  }

  /** The target behind this one; 0: none. */
  next(target: number): number {
    return this.fields[target * RECORD_INTS] as number;
  }

  /** A target, to be written, before those of a chain. */
  prepend(chain: number): number {
    const { fields } = this;
    let target = fields[FREE] as number;
    if (target === 0) target = fields[FRESH] = (fields[FRESH] as number) + 1;
    else fields[FREE] = this.next(target);
    fields[target * RECORD_INTS] = chain;
    return target;
  }

  /** A chain is not needed any more. */
  release(chain: number): void {
    const { fields } = this;
    let last = chain;
    while (this.next(last) !== 0) last = this.next(last);
    fields[last * RECORD_INTS] = fields[FREE] as number;
    fields[FREE] = chain;
  }

  /** No chain is needed any more. */
  clear(): void {
    this.fields[FREE] = this.fields[FRESH] = 0;
  }
}
