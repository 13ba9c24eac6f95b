/**
 * The frames of a capture file, in one text each: as the reader of this repository sees them, and as tshark and its
 * companions do.
 */
import { FileSource } from "@tsnids/capture";
import type { FrameSource } from "@tsnids/pcap";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A frame: "1700000000.123456789 60 1514" (time, captured and original length), and its link type. */
export interface SeenFrame {
  readonly text: string;
  readonly linkType: number;
}

/** What a source gives, and what stopped it. */
export interface Seen {
  readonly frames: readonly SeenFrame[];
  readonly error: unknown;
}

/** Reads a source to its end, or to the error it throws. */
export async function framesOf(source: FrameSource): Promise<Seen> {
  const frames: SeenFrame[] = [];
  try {
    for await (const batch of source.batches()) {
      for (let index = 0; index < batch.length; index++) {
        const nanoseconds = String(batch.nanoseconds[index]).padStart(9, "0");
        const lengths = `${batch.capturedLength[index] ?? ""} ${batch.originalLength[index] ?? ""}`;
        const { linkType = -1 } = batch.interfaces[batch.interfaceIndex[index] ?? 0] ?? {};
        frames.push({ text: `${batch.seconds[index] ?? ""}.${nanoseconds} ${lengths}`, linkType });
      }
    }
  } catch (error) {
    return { frames, error };
  }
  return { frames, error: undefined };
}

/** What a file gives. */
export function framesIn(path: string): Promise<Seen> {
  return framesOf(new FileSource(path));
}

/** The values of these fields for each frame, by tshark: for a damaged file those before the damage. */
export async function tsharkFields(path: string, ...fields: readonly string[]): Promise<string[][]> {
  const asked = fields.flatMap((field) => ["-e", field]);
  const output = await outputOf("tshark", ["-n", "-r", path, "-T", "fields", ...asked]);
  return linesOf(output).map((line) => line.split("\t"));
}

/** What capinfos says of a file. */
export interface CaptureInfo {
  readonly path: string;
  /** Name of the link type, as in "ether". */
  readonly encapsulation: string;
  readonly packets: number;
  /** Times of the earliest and the latest frame, with as many digits as the file has; "n/a" without frames. */
  readonly earliest: string;
  readonly latest: string;
}

/** What capinfos says of each file that it can read at all; one that is damaged is summed up as far as it is good. */
export async function captureInfos(paths: readonly string[]): Promise<CaptureInfo[]> {
  const output = await outputOf("capinfos", ["-T", "-M", "-r", "-m", "-S", "-E", "-c", "-a", "-e", ...paths]);
  return linesOf(output).map((line) => {
    const [path = "", encapsulation = "", packets = "", earliest = "", latest = ""] = line.split(",");
    return { path, encapsulation, packets: Number(packets), earliest, latest };
  });
}

/** Standard output of a program, whatever its exit code. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { maxBuffer: 1 << 28 })).stdout;
  } catch (error) {
    if (error instanceof Error && "stdout" in error) return String(error.stdout);
    throw error;
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").slice(0, -1);
}
