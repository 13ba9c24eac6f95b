/**
 * The public corpus: its captures (INDEX.tsv), and per stream direction what other reassemblers made of them
 * (oracle/CONSENSUS.tsv). Both are tab-separated with a line of column names.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A capture of the corpus. */
export interface Capture {
  /** Path below `pcaps`. */
  readonly file: string;
  readonly packets: number;
  /** Tunnels and the like, separated by commas; "-" where there are none. */
  readonly encapsulation: string;
}

/** What identifies and describes the bytes of one direction: the keys of `tsnids streams --json`. */
export interface Direction {
  /** "address|port". */
  readonly client: string;
  readonly server: string;
  /** How many streams between the same client and server, in the same VLAN or tunnel, began before it in the capture. */
  readonly nth: number;
  readonly dir: string;
  /** Delivered bytes, and their SHA-256 in hexadecimal. */
  readonly bytes: number;
  readonly sha256: string;
  /** Where in the delivered bytes some are missing, and how many. */
  readonly gaps: readonly (readonly [offset: number, missing: number])[];
}

/** A direction as others see it. */
export interface ConsensusRow extends Direction {
  readonly file: string;
  /** Who agrees; "DISAGREE" where there are several valid readings. */
  readonly agree: string;
}

/** The captures of a corpus folder. */
export function readCaptures(folder: string): Capture[] {
  return readTable(join(folder, "INDEX.tsv")).map((cell) => ({
    file: cell("file"),
    packets: Number(cell("packets")),
    encapsulation: cell("encapsulation"),
  }));
}

/** The rows on which at least two reassemblers agree. */
export function readConsensus(folder: string): ConsensusRow[] {
  return readTable(join(folder, "oracle", "CONSENSUS.tsv"))
    .map((cell) => ({
      file: cell("file"),
      client: cell("client"),
      server: cell("server"),
      nth: Number(cell("nth")),
      dir: cell("dir"),
      bytes: Number(cell("bytes")),
      sha256: cell("sha256"),
      gaps: JSON.parse(cell("gaps")) as ConsensusRow["gaps"],
      agree: cell("agree"),
    }))
    .filter(({ agree }) => agree !== "DISAGREE");
}

/** True when the directions found in a capture hold the row. One that carried nothing is not listed. */
export function isFound(row: Direction, found: readonly Direction[]): boolean {
  const same = found.filter((direction) => nameOf(direction) === nameOf(row));
  if (row.bytes === 0 && row.gaps.length === 0) return same.length === 0;
  return same.length === 1 && same.every((direction) => describe(direction) === describe(row));
}

/** A direction in one line. */
export function describe(direction: Direction): string {
  const { bytes, sha256, gaps } = direction;
  return `${nameOf(direction)}: ${bytes} bytes, ${sha256}, gaps ${JSON.stringify(gaps)}`;
}

/** A direction's name in its capture: "10.0.0.1|1024 10.0.0.2|80 #0 c2s". */
export function nameOf({ client, server, nth, dir }: Direction): string {
  return `${client} ${server} #${nth} ${dir}`;
}

/** The lines of a table, each as a function from the name of a column to the cell. */
function readTable(path: string): ((column: string) => string)[] {
  const [names = [], ...lines] = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return lines.map((cells) => (column) => {
    const cell = cells[names.indexOf(column)];
    if (cell === undefined) throw new Error(`${path}: a line without the column ${column}`);
    return cell;
  });
}
