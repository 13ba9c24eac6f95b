// tcpdump and dumpcap as backends: programs with rights of their own, kernel time stamps and counts of what was
// dropped, which they print when they end. How each is called, and what it says, is a row of a table.
//
// tcpdump without -U gathers frames in a buffer of its own until that is full, so at low rates they come
// late: `throughput`.

import { CaptureError } from "../capture-error.js";
import type { CaptureBackend, CaptureFeed, CaptureRequest, Drops } from "./capture-feed.js";
import { deviceLost, deviceState } from "./device-state.js";
import { libpcapError } from "./live-errors.js";
import { ProgramProcess } from "./program-process.js";

const kibibyte = 1024;
const mebibyte = 1024 * 1024;

/** What the programs take for something else where no device has the name: a number in a list of theirs, a pipe, a host. */
const otherThanName = /^\d+$|^-$|^TCP@|\//;

interface CaptureProgram {
  /** The command line. */
  arguments(request: CaptureRequest): readonly string[];
  /** What it says when frames that pass from now on are captured. */
  readonly listening: RegExp;
  /** What it says at its end, each with the number as the first group. */
  readonly kernelDrops: RegExp;
  readonly deviceDrops: RegExp;
  /** Matches lines that are no errors. */
  readonly chatter: RegExp;
  /** Matches where the program says what went wrong, with libpcap's words as the first group. */
  readonly quoted?: RegExp;
  /** Seconds a frame may be late. */
  lag(request: CaptureRequest): number;
  /** Milliseconds until it has taken a frame from the kernel. What it has not taken when it is interrupted is lost. */
  settling(request: CaptureRequest): number;
}

const tcpdump: CaptureProgram = {
  arguments: ({ device, filter, promiscuous, snapLength, bufferSize, profile }) => [
    ...["-i", device, "-w", "-", "-n", "--time-stamp-precision=nano", "-s", String(snapLength)],
    ...["-B", String(Math.floor(bufferSize / kibibyte))], // In bytes a signed 32-bit number has to hold it.
    ...(promiscuous ? [] : ["-p"]),
    ...(profile === "latency" ? ["-U", "--immediate-mode"] : []),
    "--",
    ...(filter === "" ? [] : [filter]),
  ],
  listening: /listening on /,
  kernelDrops: /^(\d+) packets? dropped by kernel/m,
  deviceDrops: /^(\d+) packets? dropped by interface/m,
  chatter: /^(tcpdump: )?(listening on|data link type|verbose output|\d+ packets?|W(arning|ARNING))|^$/,
  lag: ({ profile }) => (profile === "latency" ? 1 : 30),
  settling: ({ profile }) => (profile === "latency" ? 300 : 1200),
};

const dumpcap: CaptureProgram = {
  arguments: ({ device, filter, promiscuous, snapLength, bufferSize }) => [
    ...["-q", "-P", "-i", device, "-w", "-", "-s", String(snapLength)],
    ...["-B", String(Math.ceil(bufferSize / mebibyte))],
    ...(promiscuous ? [] : ["-p"]),
    ...(filter === "" ? [] : ["-f", filter]),
  ],
  listening: /^File: /m,
  kernelDrops: /\(pcap:(\d+)\//,
  deviceDrops: /\/ps_ifdrop:(\d+)\)/,
  chatter: /^(Capturing on|File:|Packets)|^$/,
  quoted: /^(?:That string isn't a valid capture filter )?\((.+)\)\.?$/m,
  lag: () => 2,
  settling: () => 500,
};

/** The programs by name. */
export const programBackends: { readonly [name in "tcpdump" | "dumpcap"]: CaptureBackend } = {
  tcpdump: programBackend("tcpdump", tcpdump),
  dumpcap: programBackend("dumpcap", dumpcap),
};

function programBackend(name: string, program: CaptureProgram): CaptureBackend {
  return {
    name,
    async open(request, signal): Promise<CaptureFeed> {
      if (otherThanName.test(request.device) && deviceState(request.device) === "missing") {
        throw libpcapError("No such device exists", request.device, "");
      }
      const process = new ProgramProcess(name, program.arguments(request), true);
      const isListening = await process.says(program.listening, signal);
      process.checkStarted();
      if (!isListening) {
        await process.end();
        throw errorOf(process, program, request.device, request.filter);
      }
      return {
        bytes: process.bytes,
        lag: program.lag(request),
        get drops() {
          return dropsIn(process.said, program);
        },
        end: async () => {
          await process.end();
          return process.isStopped ? undefined : endOf(process, program, request.device);
        },
        finish: () => process.finish(program.settling(request)),
        stop: () => process.stop(),
      };
    },
  };
}

/**
 * Why it ended though frames were captured: that a device is gone tells more than libpcap's words, which differ by
 * version.
 */
function endOf(process: ProgramProcess, program: CaptureProgram, device: string): CaptureError {
  const error = errorOf(process, program, device);
  return error.code === "device-lost" ? error : (deviceLost(device, error) ?? error);
}

/**
 * The error of a program that has ended: capture programs do not end by themselves, so there is one unless it was told
 * to. `filter` is its filter where it has not begun to capture.
 */
function errorOf(
  process: ProgramProcess,
  { chatter, quoted }: CaptureProgram,
  device: string,
  filter = "",
): CaptureError {
  const lines = process.said.split(/[\r\n]+/).filter((line) => !chatter.test(line));
  if (lines.length === 0) {
    return new CaptureError("capture-crashed", device, `${process.program} ended (${process.howEnded})`);
  }
  const said = lines
    .map((line) => line.replace(/^(tcpdump|dumpcap): /, ""))
    .map((line) => line.replace(`${device}: `, ""))
    .join("\n");
  return libpcapError(quoted?.exec(said)?.[1] ?? said, device, filter);
}

function dropsIn(said: string, { kernelDrops, deviceDrops }: CaptureProgram): Drops {
  const count = (pattern: RegExp): number | undefined => {
    const found = pattern.exec(said)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return { kernel: count(kernelDrops), device: count(deviceDrops) };
}
