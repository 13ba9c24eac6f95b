// How alike two names are, to suggest the one that may have been meant.

/** Of the names there are, the one that is most like this one; undefined where that is another name by more than half. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((each) => editDistance(name, each));
  const least = Math.min(...distances);
  const nearest = known[distances.indexOf(least)] ?? "";
  return least <= Math.max(name.length, nearest.length) / 2 ? nearest : undefined;
}

/** Levenshtein's distance: insertions, deletions and replacements that turn one name into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] as number) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
