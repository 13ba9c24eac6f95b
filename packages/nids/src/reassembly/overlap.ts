// Who wins where two copies of the same bytes overlap. Hosts differ, and an attacker who knows how the victim resolves
// an overlap can show a monitor other bytes than the victim reads (Ptacek & Newsham 1998; Novak & Sturges 2007).
// A policy is a table: one answer for each of the nine ways a new piece N can lie against a stored piece O.
//
//   N starts …        ends earlier   at the same place   ends later
//     later      A         A1                A2               A3        O ├──────────┤
//     together   B         B1                B2               B3
//     earlier    C         C1                C2               C3
//
// Positions are 32-bit numbers on a circle (TCP) or small ones (IP); differences are signed 32-bit.

/** Who wins, as data. */
export interface OverlapTable {
  /** For each geometry A1 A2 A3 B1 B2 B3 C1 C2 C3: does the new piece win the shared bytes? */
  readonly newWins: readonly boolean[];
  /**
   * What the new piece is laid against. `kept`: what is left of the stored piece after earlier overlaps, as in stacks
   * that cut what they have stored and forget where it began. `arrived`: the stored piece as it came.
   */
  readonly against: "arrived" | "kept";
}

/** Reads a table written as nine letters in the order above: N where the new piece wins, o where the stored one stays. */
export function overlapTable(letters: string, against: OverlapTable["against"]): OverlapTable {
  return { newWins: Array.from(letters.replaceAll(" ", ""), (letter) => letter === "N"), against };
}

/** The answers as bits, the one for A1 first. */
export function overlapBits({ newWins }: OverlapTable): number {
  return newWins.reduce((bits, wins, index) => bits | (Number(wins) << index), 0);
}

/** The index into `newWins` for a new piece [start, end) against a stored one. */
export function geometry(start: number, end: number, storedStart: number, storedEnd: number): number {
  const later = (start - storedStart) | 0;
  const longer = (end - storedEnd) | 0;
  const row = later > 0 ? 0 : later === 0 ? 3 : 6;
  return row + (longer < 0 ? 0 : longer === 0 ? 1 : 2);
}
