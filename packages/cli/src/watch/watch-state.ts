// Where a watch stands, in a small file, so that the next one goes on there:
//
//     ──┬────────────────────────────────────┬──────────► packets
//       │ replayFrom: a file that begins      │ position: all before it was processed,
//       │ before every open connection        │ and what is to be said of it was written
//
// The next watch reads from `replayFrom` on again, in the same order, silently up to `position`: so the engine knows
// the open connections with all their bytes, and half-open ones and queued segments too. `open` lists the open
// connections; others that seem open then are the ends of connections that were reported.
//
// The position says which captures were begun (FolderPosition), and `replays` how many of them are read again; others
// that are in the folder by then were not read, whenever they begin. States of earlier versions have neither: for them,
// captures that begin before the position were read.
//
// A save is one rename, after the lines were written. It survives the end of the process; that it survives a power
// failure is not forced. A process that is killed in between has written lines that no state knows. Where they went to
// a file (--output), `output` says how long it was, and the next watch cuts it to that length, unless the previous one
// `ended` in order.

import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import type { FolderPosition } from "@tsnids/capture";
import { isObject } from "@tsnids/pcap";
import type { FrameTime } from "@tsnids/pcap";
import { CommandError, ExitCode, systemReason } from "../exit-codes.js";
import { placeOf } from "../inputs/file-place.js";
import { printable } from "../lines/printable-text.js";

const format = "tsnids watch 1";

/** A connection that was open. */
export interface SavedConnection {
  readonly id: number;
  readonly name: string;
  readonly start: FrameTime;
}

/** What is known of the file of --output. */
interface SavedOutput {
  readonly inode: number;
  readonly length: number;
  readonly ended?: boolean;
}

/** What decides which connections a watch sees. */
export interface WatchSettings {
  /** The filter expression; "": none. */
  readonly filter: string;
  /** The engine's parameters that were given, as JSON, in the order of their names. */
  readonly params: string;
}

/** What the file holds. */
export interface WatchState {
  /** The folder or file that is watched, behind all links; undefined in states of earlier versions. */
  readonly watched?: string | undefined;
  /** Beginning of the file to replay from; undefined where nothing was read yet. */
  readonly replayFrom?: FrameTime | undefined;
  readonly position?: FolderPosition | undefined;
  /** How many captures are replayed: the last ones of `position.begun`. Undefined in states of earlier versions. */
  readonly replays?: number | undefined;
  /** Number of the next connection. */
  readonly nextId: number;
  readonly open: readonly SavedConnection[];
  /** The file the lines went to, its length, and whether they were the last. */
  readonly output?: SavedOutput | undefined;
  /** Undefined in states of earlier versions. */
  readonly settings?: WatchSettings | undefined;
}

/** Reads a state; undefined where there is no file. Throws CommandError. */
export function loadState(path: string): WatchState | undefined {
  let text: string;
  try {
    if (!statSync(path).isFile()) {
      // A pipe would be waited for, and a device replaced.
      throw new CommandError(ExitCode.WRONG_INPUT, `${path}: is no regular file; another --state keeps the state`);
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (systemReason(error) === "ENOENT") return undefined;
    throw new CommandError(ExitCode.WRONG_INPUT, `${path}: cannot be read (${systemReason(error)})`);
  }
  const state = parse(text);
  if (isState(state)) return state;
  throw new CommandError(ExitCode.WRONG_INPUT, `${path}: is no state of "tsnids watch"; delete it to begin anew`);
}

/** Throws CommandError where a state is that of another folder or file than the one at `path`. */
export function requireStateOf(path: string, { watched }: WatchState, stateFile: string): void {
  if (watched === undefined || watched === placeOf(path)) return;
  const what = `is the state of a watch of ${printable(watched)}; another --state keeps that of ${path}`;
  throw new CommandError(ExitCode.WRONG_INPUT, `${stateFile}: ${what}`);
}

/** What has changed since the last watch, in words; undefined where nothing has, or it is not known. */
export function changeOf(before: WatchSettings | undefined, now: WatchSettings): string | undefined {
  if (before === undefined) return undefined;
  const changes: string[] = [];
  const note = (what: string, was: string, is: string): void => {
    if (was !== is) changes.push(`${what} (before: ${printable(was) || "none"}; now: ${printable(is) || "none"})`);
  };
  note("the filter", before.filter, now.filter);
  note("the parameters", before.params, now.params);
  return changes.length === 0 ? undefined : `changed: ${changes.join(" and ")}`;
}

/** Replaces the file in one step. Throws CommandError. */
export function saveState(path: string, state: WatchState): void {
  const part = `${path}.part`;
  try {
    writeFileSync(part, `${JSON.stringify({ format, ...state })}\n`);
    renameSync(part, path);
  } catch (error) {
    const what = `${path}: the state cannot be written (${systemReason(error)}); --state FILE keeps it elsewhere`;
    throw new CommandError(ExitCode.FAILED, what);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is WatchState {
  if (!isObject(value) || value["format"] !== format || !Number.isSafeInteger(value["nextId"])) return false;
  const { watched, replayFrom, position, open, output, settings } = value;
  if (watched !== undefined && typeof watched !== "string") return false;
  const hasBoth = isTime(replayFrom) && isObject(position) && isTime(position["begin"]) && isCount(position["frames"]);
  if (!hasBoth && (replayFrom !== undefined || position !== undefined)) return false;
  if (isObject(position) && !isBegun(position["begun"], value["replays"])) return false;
  if (output !== undefined && !isOutput(output)) return false;
  if (settings !== undefined && !isSettings(settings)) return false;
  return Array.isArray(open) && open.every(isConnection);
}

/** Whether it is a list of captures, of which so many can be replayed; states of earlier versions have neither. */
function isBegun(begun: unknown, replays: unknown): boolean {
  if (begun === undefined) return replays === undefined;
  if (!Array.isArray(begun) || !begun.every((key) => typeof key === "string")) return false;
  return isCount(replays) && replays >= 1 && replays <= begun.length;
}

function isOutput(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { inode, length, ended } = value;
  return isCount(inode) && isCount(length) && (ended === undefined || typeof ended === "boolean");
}

function isSettings(value: unknown): boolean {
  return isObject(value) && typeof value["filter"] === "string" && typeof value["params"] === "string";
}

function isConnection(value: unknown): boolean {
  return isObject(value) && isCount(value["id"]) && typeof value["name"] === "string" && isTime(value["start"]);
}

function isTime(value: unknown): boolean {
  return isObject(value) && Number.isSafeInteger(value["seconds"]) && isCount(value["nanoseconds"]);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
