// A source that gives the frames of another one that fulfil a filter. Frames are taken out of the batches in place: the
// columns of those that stay move up, their bytes stay where they are.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { requireSource, requireSwitches } from "./arguments.js";
import { FilterError } from "./filter-error.js";
import { Filter } from "./filter.js";
import { FragmentVerdicts } from "./fragments.js";
import type { FragmentMachines } from "./fragments.js";
import type { Machine } from "./program/machine.js";

/** What a FilteredSource does besides filtering. */
export interface FilteredSourceOptions {
  /**
   * Keep the later fragments of the IPv4 datagrams whose first one is kept, though ports are in the first one only.
   * Right for an engine, and the default; without it, exactly the frames stay that the filter accepts.
   */
  readonly keepsFragments?: boolean;
}

/** The filter for one link type. */
interface Machines {
  readonly exact: Machine;
  /** Undefined where fragments are frames like all others. */
  readonly fragments: FragmentMachines | undefined;
}

/** The frames of a source that fulfil a filter. */
export class FilteredSource implements FrameSource {
  /** The filter. */
  readonly filter: Filter;
  /** Frames taken out so far. */
  dropped = 0;
  readonly #source: FrameSource;
  readonly #keepsFragments: boolean;
  readonly #machines: Map<number, Machines> = new Map();
  readonly #verdicts: FragmentVerdicts = new FragmentVerdicts();

  /**
   * The filter may be given as an expression; then this throws FilterError when it is none. The code is
   * `invalid-argument` where it is a source or an option that is wrong.
   */
  constructor(source: FrameSource, filter: Filter | string, options: FilteredSourceOptions = {}) {
    requireSource(source);
    requireSwitches(options, ["keepsFragments"] satisfies (keyof FilteredSourceOptions)[]);
    this.filter = filter instanceof Filter ? filter : new Filter(filter);
    this.#source = source;
    this.#keepsFragments = options.keepsFragments ?? true;
  }

  /** First fragments whose verdict was forgotten, because there were more than `maximumVerdicts` at once. */
  get forgottenVerdicts(): number {
    return this.#verdicts.forgotten;
  }

  /**
   * The batches of the source, without the other frames; empty ones are given too, so that whoever works between two
   * batches has his turn. Throws FilterError where the filter asks for what frames of a link type do not have, behind
   * the frames before the first of them.
   */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    for await (const batch of this.#source.batches(intake)) {
      const error = this.#sift(batch);
      yield batch;
      if (error !== undefined) throw error;
    }
  }

  /**
   * Takes frames out of the batch. Gives back what is wrong with the first frame that cannot be judged; the batch
   * ends before it.
   */
  #sift(batch: FrameBatch): FilterError | undefined {
    const ofInterface: Machines[] = [];
    const { bytes, offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = batch;
    let error: FilterError | undefined;
    let kept = 0;
    let frame = 0;
    for (; frame < batch.length; frame++) {
      const index = interfaceIndex[frame]!;
      let machines = ofInterface[index];
      try {
        machines ??= ofInterface[index] = this.#machinesFor(batch.interfaces[index]!.linkType);
      } catch (thrown) {
        if (!(thrown instanceof FilterError)) throw thrown;
        error = thrown;
        break;
      }
      const { exact, fragments } = machines;
      const start = offset[frame]!;
      const length = capturedLength[frame]!;
      const wireLength = originalLength[frame]!;
      const isKept =
        fragments?.search.accepts(bytes, start, length, wireLength) === true
          ? this.#verdicts.isKept(fragments, bytes, start, length, wireLength, seconds[frame]!)
          : exact.accepts(bytes, start, length, wireLength);
      if (!isKept) continue;
      if (kept < frame) {
        offset[kept] = start;
        capturedLength[kept] = length;
        originalLength[kept] = wireLength;
        seconds[kept] = seconds[frame]!;
        nanoseconds[kept] = nanoseconds[frame]!;
        interfaceIndex[kept] = index;
      }
      kept++;
    }
    batch.length = kept;
    this.dropped += frame - kept;
    return error;
  }

  #machinesFor(linkType: number): Machines {
    let machines = this.#machines.get(linkType);
    if (machines === undefined) {
      const exact = this.filter.machine(linkType, "exact");
      machines = { exact, fragments: this.#keepsFragments ? this.#fragmentMachines(linkType, exact) : undefined };
      this.#machines.set(linkType, machines);
    }
    return machines;
  }

  #fragmentMachines(linkType: number, exact: Machine): FragmentMachines | undefined {
    const search = this.filter.fragmentSearch(linkType);
    if (search === undefined) return undefined;
    const [certain, possible] = [this.filter.machine(linkType, "certain"), this.filter.machine(linkType, "possible")];
    return { search, exact, certain, possible };
  }
}
