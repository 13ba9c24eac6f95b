// Which file a name leads to, and whether two names lead to the same one: a command that wrote into what it reads would
// destroy it. A file that exists is known by device and inode, whatever links lead to it; one that does not exist yet,
// by its folder and its name.

import { fstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Links behind links that are followed, as many as Linux follows. */
const maximumLinks = 40;

/** The name behind all links that a name leads to, also where there is no file yet. */
export function placeOf(path: string, links: number = maximumLinks): string {
  const place = unlessItFails(() => realpathSync(path));
  if (place !== undefined) return place;
  const target = links > 0 ? unlessItFails(() => readlinkSync(path)) : undefined;
  if (target !== undefined) return placeOf(resolve(dirname(path), target), links - 1);
  const folder = resolve(dirname(path));
  return join(unlessItFails(() => realpathSync(folder)) ?? folder, basename(path));
}

/** Whether two names are of one file; "-" is what standard input was redirected from. */
export function isSameFile(one: string, other: string): boolean {
  const identity = identityOf(one);
  if (identity !== undefined) return identity === identityOf(other);
  return placeOf(one) === placeOf(other);
}

/** Device and inode; undefined where there is no file. */
function identityOf(path: string): string | undefined {
  return unlessItFails(() => {
    const { dev, ino } = path === "-" ? fstatSync(0, { bigint: true }) : statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  });
}

/** What cannot be looked at counts as missing here; opening it will say why. */
function unlessItFails<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
