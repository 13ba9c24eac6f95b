// The line of a connection, and that of an alert, for people and for grep:
//
//     2001-09-09T01:46:40.000000Z  10.0.0.1:40000        -> 10.0.0.2:80            CLOSE     fin     c2s   120  …
//
// Every field is a word or has one before it, columns are padded with spaces, and what is rare comes last: how the
// connection was picked up where its beginning is missing, and gaps.

import { formatEndpoint } from "@tsnids/nids";
import type { Alert, TerminalState } from "@tsnids/nids";
import type picocolors from "picocolors";
import { ColumnWidth, endpointWidth } from "./column-width.js";
import type { Connection, DirectionTotals } from "../connection.js";
import { encapsulationText } from "./encapsulation-text.js";
import { durationBetween, durationText, timeText } from "./time-text.js";

/** Functions that colour text, or leave it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

const stateWidth = "TIMED_OUT".length;
const reasonWidth = "evicted".length;
const bytesWidth = 9;
const durationWidth = "1000.000000".length;

/** Writes lines of one table: its columns remember how wide they are. */
export class ConnectionLines {
  readonly #colors: Colors;
  readonly #client: ColumnWidth = new ColumnWidth(endpointWidth);
  readonly #server: ColumnWidth = new ColumnWidth(endpointWidth);

  constructor(colors: Colors) {
    this.#colors = colors;
  }

  /** The line of a connection; with its Community ID where there is one. */
  connection(connection: Connection, communityId?: string): string {
    const { clientAddress, clientPort, serverAddress, serverPort, state, reason, start, end, c2s, s2c } = connection;
    const colors = this.#colors;
    const client = this.#client.pad(formatEndpoint(clientAddress, clientPort));
    const server = this.#server.pad(formatEndpoint(serverAddress, serverPort));
    const columns = [
      colors.dim(timeText(start, 6)),
      `${client} -> ${server}`,
      `${this.#coloured(state)} ${reason.padEnd(reasonWidth)}`,
      `c2s ${String(c2s.bytes).padStart(bytesWidth)}`,
      `s2c ${String(s2c.bytes).padStart(bytesWidth)}`,
      `${durationText(durationBetween(start, end), 6).padStart(durationWidth)} s`,
    ];
    if (communityId !== undefined) columns.push(communityId);
    if (connection.origin !== "handshake") columns.push(colors.yellow(`midstream (${connection.origin})`));
    if (c2s.gaps > 0) columns.push(colors.red(gapText("c2s", c2s)));
    if (s2c.gaps > 0) columns.push(colors.red(gapText("s2c", s2c)));
    if (connection.encapsulation.length > 0) columns.push(`in ${encapsulationText(connection.encapsulation)}`);
    return columns.join("  ");
  }

  /** The line of an alert. */
  alert(alert: Alert): string {
    const { code, severity, text, detail, source, destination } = alert;
    const colors = this.#colors;
    const between = source === undefined || destination === undefined ? "" : `  ${source} -> ${destination}`;
    const paint = severity === "warning" ? colors.red : severity === "notice" ? colors.yellow : colors.cyan;
    const what = detail === undefined ? text : `${text} (${detail})`;
    return `${colors.dim(timeText(alert, 6))}  ${paint(`alert ${severity}`)} ${code}${between}  ${what}`;
  }

  #coloured(state: TerminalState): string {
    const { green, red, yellow, cyan } = this.#colors;
    const paint = { CLOSE: green, RESET: red, TIMED_OUT: yellow, EXITING: cyan }[state];
    return paint(state.padEnd(stateWidth));
  }
}

function gapText(direction: string, { gaps, missing }: DirectionTotals): string {
  return `${direction} misses ${missing} bytes in ${gaps} ${gaps === 1 ? "gap" : "gaps"}`;
}
