// Frames of a network device as they pass.

import { maximumCapturedLength } from "@tsnids/pcap";
import { cap, isolatedCap } from "./cap-backend.js";
import { maximumBufferSize } from "./cap-handle.js";
import { captureProfiles } from "./capture-feed.js";
import type { CaptureBackend, CaptureFeed, CaptureProfile, CaptureRequest } from "./capture-feed.js";
import { FeedSource } from "./feed-source.js";
import type { FeedOptions } from "./feed-source.js";
import { programBackends } from "./program-backend.js";
import { invalidOption, isText, requireText, requireWithin } from "../options.js";

/** Backends by name: the native addon `cap`, and programs that capture. */
export const backendNames = ["cap", "tcpdump", "dumpcap"] as const;
/** One of `backendNames`. */
export type BackendName = (typeof backendNames)[number];

/** Bytes: segmentation offload makes frames of 64 KiB, and a ring of the usual 2 MiB has few places for them. */
const defaultBufferSize = 64 * 1024 * 1024;
const defaultQueueSize = 64 * 1024 * 1024;
const minimumSize = 64 * 1024;

const owner = "LiveSource";

/** What a LiveSource can be told. */
export interface LiveOptions extends FeedOptions {
  /** A pcap-filter expression, applied in the kernel. Default: all frames. */
  readonly filter?: string | undefined;
  /** What captures: a name, or an object of yours. Default: "cap". */
  readonly backend?: BackendName | CaptureBackend | undefined;
  /** For `cap`: in a process of its own. Default: true. Without, a device that goes away ends this process. */
  readonly isolated?: boolean | undefined;
  /** Whether frames for others are taken. `cap` always does. Default: true. */
  readonly promiscuous?: boolean | undefined;
  /** Bytes kept of a frame at most: 1 to 262144, of which `cap` takes 65535. Default: 262144. */
  readonly snapLength?: number | undefined;
  /** Bytes of the kernel's ring: 65536 to 2147483647. Default: 64 MiB. */
  readonly bufferSize?: number | undefined;
  /** For `cap`: bytes that may wait outside the kernel for a consumer that is late, same range. Default: 64 MiB. */
  readonly queueSize?: number | undefined;
  /** `latency` (default): frames come within milliseconds; `throughput`: tcpdump gathers them, at low rates for long. */
  readonly profile?: CaptureProfile | undefined;
}

/**
 * The frames of a device, from the moment they are asked for.
 *
 *     const live = new LiveSource("eth0", { filter: "tcp port 80", signal });
 *     await nids.run(live);
 */
export class LiveSource extends FeedSource {
  /** The device. */
  readonly device: string;
  /** What captures. */
  readonly backend: string;
  readonly #backend: CaptureBackend;
  readonly #request: CaptureRequest;

  /** Opens nothing: `batches` does, and throws its errors. Throws CaptureError `invalid-option`. */
  constructor(device: string, options: LiveOptions = {}) {
    super(device, options);
    const { filter = "", backend = "cap", isolated = true, promiscuous = true, profile = "latency" } = options;
    const {
      snapLength = maximumCapturedLength,
      bufferSize = defaultBufferSize,
      queueSize = defaultQueueSize,
    } = options;
    if (device === "" || !isText(device))
      throw invalidOption(owner, "device", device, "the name of a device, as text without NUL");
    requireText(owner, "filter", filter, "a pcap-filter expression, as text without NUL");
    if (!captureProfiles.includes(profile))
      throw invalidOption(owner, "profile", profile, captureProfiles.join(" or "));
    requireWithin(owner, "snapLength", snapLength, 1, maximumCapturedLength);
    requireWithin(owner, "bufferSize", bufferSize, minimumSize, maximumBufferSize);
    requireWithin(owner, "queueSize", queueSize, minimumSize, maximumBufferSize);
    if (backend === "cap" && !promiscuous)
      throw invalidOption(owner, "promiscuous", false, "true for cap, which knows no other way");
    this.device = device;
    this.#backend = isBackend(backend) ? backend : backendOf(backend, isolated);
    this.backend = this.#backend.name;
    this.#request = { device, filter, promiscuous, snapLength, bufferSize, queueSize, profile };
  }

  protected override open(signal: AbortSignal): Promise<CaptureFeed> {
    return this.#backend.open(this.#request, signal);
  }
}

function isBackend(backend: BackendName | CaptureBackend): backend is CaptureBackend {
  return typeof (backend as Partial<CaptureBackend> | null)?.open === "function";
}

function backendOf(name: BackendName, isolated: boolean): CaptureBackend {
  if (name === "cap") return isolated ? isolatedCap : cap;
  if (!Object.hasOwn(programBackends, name))
    throw invalidOption(owner, "backend", name, `${backendNames.join(", ")} or a CaptureBackend`);
  return programBackends[name];
}
