// Which fragments a host that discards overlaps takes for what: new, a duplicate, or an overlap that ends the datagram.
// Linux since 4.19 keeps runs, fragments that came one directly behind the other at the end of what there is:
//
//     run [0,40)     run [64,96)      [40,64) new      [8,24) duplicate      [32,48) overlap
//
// A fragment wholly inside one run is a duplicate, whatever its bytes; one that reaches over an edge of a
// run is an overlap.

/** What a fragment is to those that came before. */
export type FragmentNovelty = "new" | "duplicate" | "overlap";

/** The runs of one datagram, by position. */
export class FragmentRuns {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** Takes the fragment [start, end), which has at least one byte. */
  take(start: number, end: number): FragmentNovelty {
    const { starts, ends } = this;
    const last = starts.length - 1;
    if (last >= 0 && start === ends[last]) {
      ends[last] = end;
      return "new";
    }
    const next = this.firstEndingBehind(start);
    if (next <= last && (starts[next] as number) < end) {
      return (starts[next] as number) <= start && end <= (ends[next] as number) ? "duplicate" : "overlap";
    }
    starts.splice(next, 0, start);
    ends.splice(next, 0, end);
    return "new";
  }

  /** Index of the first run that ends behind a position. */
  private firstEndingBehind(position: number): number {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ends[middle] as number) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
