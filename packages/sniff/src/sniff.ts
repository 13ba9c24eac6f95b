// Sniffing in one line: so many packets of a device, as a list, one by one to a callback, or to a file; the same for a
// capture file.

import { LiveSource } from "@tsnids/capture";
import type { FileSourceOptions } from "@tsnids/capture";
import type { FrameSource } from "@tsnids/pcap";
import { requireArgument, requireOptions, requireSource } from "./arguments.js";
import type { ArgumentName } from "./arguments.js";
import { DumpFile } from "./dump-file.js";
import { openDevice, openFile } from "./open-source.js";
import type { OpenFileOptions, OpenSource } from "./open-source.js";
import { packetsOf } from "./packet-stream.js";
import type { Packet } from "./packet.js";
import type { Timestamp } from "./timestamp.js";

/** What sniffing can be told. */
export interface SniffOptions {
  /** A pcap-filter expression: only packets that fulfil it. Default: all. */
  readonly filter?: string | undefined;
  /** Name of the device. Default: `defaultDevice()`. */
  readonly device?: string | undefined;
  /**
   * Milliseconds of capturing after which it ends with the packets there are: what it takes to open a device does not
   * count. Default: never.
   */
  readonly timeout?: number | undefined;
  /**
   * A file to write the packets to as they come: pcap where its name ends in .pcap or .cap, else pcapng. It is called
   * NAME.part until it is finished, and replaces one that is there then; a NAME.part that was left there, at once.
   * Default: none.
   */
  readonly dump?: string | undefined;
  /** Ends it when aborted, with the packets there are. */
  readonly signal?: AbortSignal | undefined;
  /** Gives the frames instead of the device: `openFile`, or a function of yours. Default: `openDevice`. */
  readonly open?: OpenSource | undefined;
}

/** SniffOptions, and how many packets. */
export interface SniffLoopOptions extends SniffOptions {
  /** Default: no limit. */
  readonly count?: number | undefined;
}

/** What is read of a file. */
export interface FromFileOptions extends OpenFileOptions, Pick<FileSourceOptions, "signal"> {
  /** A pcap-filter expression. Default: all. */
  readonly filter?: string | undefined;
  /** Packets at most. Default: no limit. */
  readonly count?: number | undefined;
}

/** The names of SniffOptions. */
export const sniffOptionNames: readonly (keyof SniffOptions & ArgumentName)[] = [
  "filter",
  "device",
  "timeout",
  "dump",
  "signal",
  "open",
];

const fileOptionNames: readonly (keyof FromFileOptions & ArgumentName)[] = [
  "filter",
  "count",
  "onWarning",
  "onUnreadable",
  "signal",
];

/**
 * Called with each packet and the arguments that were given to the loop for it. If it returns a promise, that is waited
 * for.
 */
export type PacketCallback<Args extends readonly unknown[]> = (
  timestamp: Timestamp,
  packet: Packet,
  ...args: Args
) => void | Promise<void>;

/**
 * The next `count` packets of a device; fewer where `timeout`, `signal` or the end of the source comes first. They are
 * held in memory. Throws SniffError; CaptureError or FilterError where device or filter are wrong.
 */
export async function sniff(count: number, options: SniffOptions = {}): Promise<Packet[]> {
  requireOptions(options, sniffOptionNames);
  const packets: Packet[] = [];
  for await (const packet of sniffing(count, options)) packets.push(packet);
  return packets;
}

/** The next packet; undefined where `timeout`, `signal` or the end comes first. Throws what `sniff` throws. */
export async function sniffNext(options: SniffOptions = {}): Promise<Packet | undefined> {
  const [packet] = await sniff(1, options);
  return packet;
}

/** The next packet of whichever device: `sniffNext` on Linux' device "any". Throws what `sniff` throws. */
export async function sniffAny(options: Omit<SniffOptions, "device"> = {}): Promise<Packet | undefined> {
  requireOptions(options, namesWithout("device"));
  return sniffNext({ ...options, device: "any" });
}

/**
 * Calls `callback(timestamp, packet, ...args)` for each of `count` packets (Infinity: until it is ended), given as a
 * number, or with options. Returns how many there were. Throws what `sniff` throws, and what the callback does.
 */
export async function sniffLoop<Args extends readonly unknown[]>(
  count: number | SniffLoopOptions,
  callback: PacketCallback<Args>,
  ...args: Args
): Promise<number> {
  const options = typeof count === "object" ? count : { count };
  requireOptions(options, [...sniffOptionNames, "count"]);
  return loop(options.count ?? Infinity, options, callback, args);
}

/** Writes `count` packets of a device to a pcap file; returns how many there were. Throws what `sniff` throws. */
export async function toFile(
  path: string,
  count: number,
  filter?: string,
  device?: string,
  options: Omit<SniffOptions, "filter" | "device" | "dump"> = {},
): Promise<number> {
  requireArgument("path", path);
  requireOptions(options, namesWithout("filter", "device", "dump"));
  requireOptions({ filter, device }, sniffOptionNames);
  return loop(count, { ...options, filter, device, dump: path }, () => undefined, []);
}

/** The packets of a capture file. Throws CaptureError, FilterError and SniffError `invalid-argument`. */
export async function fromFile(path: string, options: FromFileOptions = {}): Promise<Packet[]> {
  requireOptions(options, fileOptionNames);
  return sniff(options.count ?? Infinity, fileOptions(path, options));
}

/** As `sniffLoop` for the packets of a capture file. */
export async function fromFileLoop<Args extends readonly unknown[]>(
  path: string,
  count: number | FromFileOptions,
  callback: PacketCallback<Args>,
  ...args: Args
): Promise<number> {
  const options = typeof count === "object" ? count : { count };
  requireOptions(options, fileOptionNames);
  return loop(options.count ?? Infinity, fileOptions(path, options), callback, args);
}

/** The packets as they come. Throws what `sniff` throws. */
export async function* sniffing(count: number, options: SniffOptions): AsyncGenerator<Packet, void, undefined> {
  const { filter, device, timeout, dump, signal, open = openDevice } = options;
  requireArgument("count", count);
  const stop = new AbortController();
  const signals = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const file = dump === undefined || signals.aborted ? undefined : new DumpFile(dump);
  let timer: NodeJS.Timeout | undefined;
  try {
    const source = open(device, { filter, signal: signals });
    requireSource(source);
    whenCapturing(source, () => {
      if (timeout !== undefined && !signals.aborted) timer = setTimeout(() => stop.abort(), timeout);
    });
    for await (const packet of packetsOf(source, count, signals)) {
      file?.write(packet);
      yield packet;
    }
  } catch (error) {
    file?.abandon();
    throw error;
  } finally {
    clearTimeout(timer);
    stop.abort();
    file?.close();
  }
}

async function loop<Args extends readonly unknown[]>(
  count: number,
  options: SniffOptions,
  callback: PacketCallback<Args>,
  args: Args,
): Promise<number> {
  requireArgument("callback", callback);
  let packets = 0;
  for await (const packet of sniffing(count, options)) {
    packets++;
    await callback(packet.timestamp, packet, ...args);
  }
  return packets;
}

function fileOptions(path: string, { filter, signal, onWarning, onUnreadable }: FromFileOptions): SniffOptions {
  return { filter, signal, open: openFile(path, { onWarning, onUnreadable }) };
}

function namesWithout(...names: readonly (keyof SniffOptions)[]): readonly ArgumentName[] {
  return sniffOptionNames.filter((name) => !names.includes(name));
}

/**
 * Calls `action` when frames are captured. A device has to be opened first, and its errors come before; of other
 * sources, the time they wait for somebody counts too.
 */
function whenCapturing(source: FrameSource, action: () => void): void {
  if (source instanceof LiveSource) source.once("open", action);
  else action();
}
