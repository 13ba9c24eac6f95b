/**
 * Which frames of a sample tcpdump keeps, which ours keep, and how the two differ.
 */
import { compileFilter, FilterError } from "@tsnids/filter";
import { MemorySource } from "@tsnids/pcap";
import { execFile } from "node:child_process";
import type { Sample } from "./sample.js";

/** Numbers of frames, or what is wrong with the expression. */
export type Kept = { readonly frames: readonly number[] } | { readonly error: string };

/**
 * Runs `tcpdump -r CAPTURE EXPRESSION`, with further options. An expression that it knows to be false for all frames keeps
 * none.
 */
async function keptByTcpdump({ capture }: Sample, expression: string, ...further: string[]): Promise<Kept> {
  const options = { encoding: "buffer", maxBuffer: 2 * capture.length + 65_536 } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(
      "tcpdump",
      [...further, "-r", "-", "-w", "-", "--", expression],
      options,
      (error, stdout, stderr) => {
        const said = stderr.toString("utf8");
        if (error === null) resolve({ frames: timesIn(stdout) });
        else if (said.includes("expression rejects all packets")) resolve({ frames: [] });
        else if (typeof error.code === "number") resolve({ error: said.trim().split("\n").at(-1) ?? "" });
        else reject(new Error("tcpdump cannot be run", { cause: error }));
      },
    );
    child.stdin?.on("error", () => undefined); // A wrong expression ends it before it has read everything.
    child.stdin?.end(capture);
  });
}

function timesIn(capture: Uint8Array): number[] {
  const times: number[] = [];
  for (const batch of new MemorySource(capture).batches()) {
    for (let index = 0; index < batch.length; index++) times.push(batch.seconds[index]!);
  }
  return times;
}

/** The same by our own filter. */
export function keptByFilter({ linkType, frames }: Sample, expression: string): Kept {
  try {
    const accepts = compileFilter(expression, { linkType });
    const kept = frames.flatMap(({ bytes, originalLength }, index) =>
      accepts(bytes, 0, bytes.length, originalLength) ? [index] : [],
    );
    return { frames: kept };
  } catch (error) {
    if (error instanceof FilterError) return { error: error.message };
    throw error;
  }
}

/** Whether frames on which tcpdump's optimizer changes the result are compared, or left out. */
export type Rigour = "every frame" | "but what the optimizer changes";

/** How the two differ, in a line; undefined where they do not. */
export async function difference(sample: Sample, expression: string, rigour: Rigour): Promise<string | undefined> {
  const ours = keptByFilter(sample, expression);
  let theirs = await keptByTcpdump(sample, expression);
  // The optimizer also finds divisions by nought where none is written, as in "1 / (tcp[0] * 0)", and refuses them.
  if ("error" in theirs && rigour !== "every frame") theirs = await keptByTcpdump(sample, expression, "-O");
  const about = `link type ${sample.linkType}: ${JSON.stringify(expression)}`;
  if ("error" in ours || "error" in theirs) {
    if ("error" in ours && "error" in theirs) return undefined;
    return "error" in ours
      ? `${about}: only ours refuses it: ${ours.error}`
      : `${about}: only tcpdump refuses it: ${"error" in theirs ? theirs.error : ""}`;
  }
  let differing = apart(ours.frames, theirs.frames);
  if (differing.length > 0 && rigour !== "every frame") {
    const unoptimized = await keptByTcpdump(sample, expression, "-O");
    const changed = new Set("error" in unoptimized ? [] : apart(theirs.frames, unoptimized.frames));
    differing = differing.filter((index) => !changed.has(index));
  }
  const [first] = differing;
  if (first === undefined) return undefined;
  const keeper = ours.frames.includes(first) ? "ours" : "tcpdump";
  return `${about}: ${differing.length} differ; only ${keeper} keeps ${first} (${sample.frames[first]?.file ?? ""})`;
}

/** What is in one list only. */
function apart(left: readonly number[], right: readonly number[]): number[] {
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  return [...left.filter((index) => !inRight.has(index)), ...right.filter((index) => !inLeft.has(index))];
}
