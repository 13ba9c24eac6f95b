// A source that gives the frames of another one that fulfil a filter. Frames are taken out of the batches in place: the
// columns of those that stay move up, their bytes stay where they are.
//
// A capture of several interfaces may have frames that the filter cannot judge: of a link type that filters do not look
// into, or of one that lacks what the filter asks for, as raw IP has no VLAN tags. One such frame must not end the reading
// of all others, so it is left out and counted, and its link type is reported once. If there are no other frames, it is an
// error.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { requireOptions, requireSource } from "./arguments.js";
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
  readonly keepsFragments?: boolean | undefined;
  /**
   * Called with the reason, a FilterError, when the first frame comes that the filter cannot judge, and again for each
   * further link type of such frames. They are left out.
   */
  readonly onUnreadable?: ((error: FilterError) => void) | undefined;
  /**
   * End without an error even if there were only frames that the filter cannot judge. Right for a source that is a part
   * of a capture. Default: false.
   */
  readonly endsQuietly?: boolean | undefined;
}

/** The filter for one link type. */
interface Machines {
  /** Undefined where it cannot judge frames of this type. */
  readonly exact: Machine | undefined;
  /** Undefined where fragments are frames like all others. */
  readonly fragments: FragmentMachines | undefined;
}

/** The frames of a source that fulfil a filter. */
export class FilteredSource implements FrameSource {
  /** The filter. */
  readonly filter: Filter;
  /** Frames taken out so far. */
  dropped = 0;
  /** Those of them that the filter cannot judge. */
  unreadable = 0;
  readonly #source: FrameSource;
  readonly #keepsFragments: boolean;
  readonly #onUnreadable: ((error: FilterError) => void) | undefined;
  readonly #endsQuietly: boolean;
  readonly #machines: Map<number, Machines> = new Map();
  readonly #verdicts: FragmentVerdicts = new FragmentVerdicts();
  #frames = 0;
  #firstError: FilterError | undefined;

  /**
   * The filter may be given as an expression; then this throws FilterError when it is none. The code is
   * `invalid-argument` where it is a source or an option that is wrong.
   */
  constructor(source: FrameSource, filter: Filter | string, options: FilteredSourceOptions = {}) {
    requireSource(source);
    requireOptions(options, {
      switches: ["keepsFragments", "endsQuietly"] satisfies (keyof FilteredSourceOptions)[],
      callbacks: ["onUnreadable"] satisfies (keyof FilteredSourceOptions)[],
    });
    this.filter = filter instanceof Filter ? filter : new Filter(filter);
    this.#source = source;
    this.#keepsFragments = options.keepsFragments ?? true;
    this.#onUnreadable = options.onUnreadable;
    this.#endsQuietly = options.endsQuietly ?? false;
  }

  /** First fragments whose verdict was forgotten, because there were more than `maximumVerdicts` at once. */
  get forgottenVerdicts(): number {
    return this.#verdicts.forgotten;
  }

  /**
   * The batches of the source, without the other frames; empty ones are given too, so that whoever works between two
   * batches has his turn. Throws FilterError at the end if there were frames, and the filter could judge none of them by
   * their link types, unless `endsQuietly`.
   */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    for await (const batch of this.#source.batches(intake)) {
      this.#sift(batch);
      yield batch;
    }
    const sawOthers = this.unreadable < this.#frames;
    if (this.#firstError !== undefined && !sawOthers && !this.#endsQuietly) throw this.#firstError;
  }

  /** Takes frames out of the batch. */
  #sift(batch: FrameBatch): void {
    const ofInterface: Machines[] = [];
    const { bytes, offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = batch;
    const frames = batch.length;
    let kept = 0;
    for (let frame = 0; frame < frames; frame++) {
      const index = interfaceIndex[frame]!;
      const machines = (ofInterface[index] ??= this.#machinesFor(batch.interfaces[index]!.linkType));
      const { exact, fragments } = machines;
      if (exact === undefined) {
        this.unreadable++;
        continue;
      }
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
    this.#frames += frames;
    this.dropped += frames - kept;
  }

  #machinesFor(linkType: number): Machines {
    let machines = this.#machines.get(linkType);
    if (machines === undefined) {
      const exact = this.#exactMachine(linkType);
      const hasFragments = this.#keepsFragments && exact !== undefined;
      machines = { exact, fragments: hasFragments ? this.#fragmentMachines(linkType, exact) : undefined };
      this.#machines.set(linkType, machines);
    }
    return machines;
  }

  /** Undefined where the filter cannot judge frames of the type; that is reported. */
  #exactMachine(linkType: number): Machine | undefined {
    let error: FilterError;
    try {
      return this.filter.machine(linkType, "exact");
    } catch (thrown) {
      if (!(thrown instanceof FilterError)) throw thrown;
      error = thrown;
    }
    this.#firstError ??= error;
    this.#onUnreadable?.(error); // What it throws, even a FilterError, belongs to the caller.
    return undefined;
  }

  #fragmentMachines(linkType: number, exact: Machine): FragmentMachines | undefined {
    const search = this.filter.fragmentSearch(linkType);
    if (search === undefined) return undefined;
    const [certain, possible] = [this.filter.machine(linkType, "certain"), this.filter.machine(linkType, "possible")];
    return { search, exact, certain, possible };
  }
}
