// What sources try besides their first target: records of one block, in chains. Those of a source that begins anew, or is forgotten, are
// used again, so there are never more than `maxScanSources` times `scanPorts`; the block begins small and doubles.
//
//   source ─► │ next │ port << 8 | flags │ address[4] │ ─► │ next │ …

/** Numbers of a target: port << 8 | flags, then an address, of which IPv4 uses one word. */
export const TARGET_INTS = 5;
const RECORD_INTS = TARGET_INTS + 1;
const firstRecords = 256;

/** Targets are numbers from 1; 0: none. */
export class ScanTargets {
  /** All records. Another array after `prepend`. */
  fields: Int32Array = new Int32Array(firstRecords * RECORD_INTS);
  private used = 0;
  private free = 0;

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
    let target = this.free;
    if (target === 0) {
      target = ++this.used;
      if ((target + 1) * RECORD_INTS > this.fields.length) this.grow();
    } else {
      this.free = this.next(target);
    }
    this.fields[target * RECORD_INTS] = chain;
    return target;
  }

  /** A chain is not needed any more. */
  release(chain: number): void {
    let last = chain;
    while (this.next(last) !== 0) last = this.next(last);
    this.fields[last * RECORD_INTS] = this.free;
    this.free = chain;
  }

  /** No chain is needed any more. */
  clear(): void {
    this.used = this.free = 0;
  }

  private grow(): void {
    const { fields } = this;
    this.fields = new Int32Array(fields.length * 2);
    this.fields.set(fields);
  }
}
