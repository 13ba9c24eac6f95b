// The engine as it was at a commit: its files are taken from the history into bench/.cache/past, and built there with
// the packages that are installed here. The one that was asked for last is kept.
//
//     history ──git archive──► past.part ──links, npm run build──► past/COMMIT

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../command/bench-error.js";
import { reasonIn } from "../command/run-command.js";
import { CACHE } from "./captures.js";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const PAST = join(CACHE, "past");
const PART = join(CACHE, "past.part");
const MOST_BYTES = 1 << 30;

/**
 * The commit before the change in hand: the last one where files of packages/ are changed and not committed, else the
 * one before the last that changed some.
 * @returns {string}
 * @throws {BenchError} `no-history`
 */
export function commitBefore() {
  if (asked("status", "--porcelain", "--", "packages") !== "") return "HEAD";
  return `${asked("log", "-1", "--format=%H", "--", "packages")}^`;
}

/**
 * @param {string} revision as git names it
 * @returns {{ folder: string, title: string }} where the repository of that commit lies, built, and what to call it
 * @throws {BenchError} `unknown-commit` where there is none of that name, `not-built` where it cannot be built
 */
export function pastEngine(revision) {
  const commit = asked("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  if (commit === undefined) {
    throw new BenchError(
      "unknown-commit",
      `there is no commit "${revision}" to compare with: name one, --against COMMIT`,
    );
  }
  const folder = join(PAST, commit);
  const title = asked("show", "--no-patch", "--format=%h %s", commit);
  if (existsSync(folder)) return { folder, title };
  process.stderr.write(`bench: building ${title}\n`);
  for (const old of [PAST, PART]) rmSync(old, { recursive: true, force: true });
  for (const fresh of [PAST, PART]) mkdirSync(fresh, { recursive: true });
  unpack(commit);
  linkInstalled();
  build(title);
  renameSync(PART, folder);
  return { folder, title };
}

/** What git prints; undefined where it knows no such thing. */
function asked(...args) {
  const { error, status, stdout, stderr } = spawnSync("git", args, { cwd: REPOSITORY, encoding: "utf8" });
  if (error === undefined && status === 0) return stdout.trim();
  const reason = error?.message ?? reasonIn(stderr);
  if (reason === "") return undefined;
  throw new BenchError("no-history", `there is no history to take the engine of before from: ${reason}`);
}

function unpack(commit) {
  const archive = spawnSync("git", ["archive", commit], { cwd: REPOSITORY, maxBuffer: MOST_BYTES });
  const unpacked = spawnSync("tar", ["-x", "-C", PART], { input: archive.stdout });
  const failed = [archive, unpacked].find(({ status }) => status !== 0);
  if (failed === undefined) return;
  const reason = failed.error?.message ?? reasonIn(failed.stderr.toString());
  throw new BenchError("no-history", `the files of ${commit} cannot be taken from the history: ${reason}`);
}

/** All that is installed is there, but for the packages of the repository: these are the old ones. */
function linkInstalled() {
  const installed = join(REPOSITORY, "node_modules");
  const links = join(PART, "node_modules");
  const own = join(links, "@tsnids");
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== "@tsnids") symlinkSync(join(installed, name), join(links, name));
  }
  for (const name of readdirSync(join(PART, "packages"))) {
    symlinkSync(join("..", "..", "packages", name), join(own, name));
    const nested = join(REPOSITORY, "packages", name, "node_modules");
    if (existsSync(nested)) symlinkSync(nested, join(PART, "packages", name, "node_modules"));
  }
}

function build(title) {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "build"], { cwd: PART, encoding: "utf8" });
  if (status === 0) return;
  const reason = `${stdout}\n${stderr}`.split("\n").find((line) => /error/i.test(line)) ?? "npm run build failed";
  throw new BenchError("not-built", `${title} cannot be built with the packages installed here: ${reason.trim()}`);
}
