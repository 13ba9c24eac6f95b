// Which process holds something, as a file says that is there to tell it. The number alone does not tell: the file of a
// process that was killed stays, and its number is given to another process.
//
//     "4711 83412"    process 4711; started 83412 ticks after the system began, where the system says so, or else ""

import { readFileSync } from "node:fs";

/** "PID STARTED" of a process: STARTED is the 22nd field of /proc/PID/stat (proc(5)), "" where there is no such file. */
export function identityOfProcess(pid: number): string {
  const stat = statusOf(pid);
  // The second field is a name in parentheses, with whatever characters; the third follows the last parenthesis.
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return `${pid} ${started}`;
}

/** True while the process runs that had this identity; false as well for a text that is none. Never throws. */
export function isRunningProcess(identity: string): boolean {
  const pid = Number.parseInt(identity);
  if (!Number.isSafeInteger(pid) || pid <= 0 || identityOfProcess(pid) !== identity) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // It runs, and is another user's.
  }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}
