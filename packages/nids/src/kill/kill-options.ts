// What a caller of kill() and reject() may ask for, and which numbers a reset is sent with.
//
// A host believes a reset whose sequence number is the one it expects next; older ones believe any inside their
// window (RFC 9293 §3.5.3), newer ones only that one (RFC 5961 §3.2). And it moves on while the reset travels. Hence
// three strategies:
//
//   expected     │                     window of the receiver                      │
//   libnids      ●                              ●
//   exact        ●
//   stepped      ●         ●         ●         ●         ●         ●         ●

import { isObject } from "@tsnids/pcap";
import { NidsError } from "../errors.js";

/** Which sequence numbers resets are sent with. */
export const killStrategies = ["libnids", "exact", "stepped"] as const;
/**
 * `libnids`: two for each end, the number expected now and one half a window further on, the window as it stands in the
 * header. `exact`: one, the number expected now. `stepped`: several from there on, for streams with data in flight.
 */
export type KillStrategy = (typeof killStrategies)[number];

/** Which ends resets are sent to. */
export const killSides = ["both", "client", "server"] as const;
/** The ends that get resets: one of `killSides`. */
export type KillSides = (typeof killSides)[number];

/** How a stream is to be killed. */
export interface KillOptions {
  /** Default `libnids`, with `persist`. Whoever names one gets the segments it says, and no more. */
  readonly strategy?: KillStrategy;
  /** The ends that get resets, default `both`. An end that gets none goes on sending until the other one answers. */
  readonly sides?: KillSides;
  /** For `stepped`: how many numbers each end gets, 1 to 64, default 8. */
  readonly steps?: number;
  /**
   * For `stepped`: bytes from one number to the next, default the window divided by `steps`. With the segment size of
   * the connection, such as 1460 or 1448, one of them is the expected number wherever that is by then.
   */
  readonly stepBytes?: number;
  /**
   * Goes on: during `killGraceMs`, up to 1024 segments that the ends still send are answered with resets, with the
   * numbers those segments say. For streams with data in flight, whose numbers move faster than packets can be
   * captured and injected. Default: true where no strategy is named, false where one is.
   */
  readonly persist?: boolean;
  /** Makes the frames and sends nothing. Default: the parameter `killDryRun`. */
  readonly dryRun?: boolean;
}

/** What reject() says to the source: that the port is closed, the host cannot be reached, or a firewall is in the way. */
export const rejectReasons = ["port", "host", "prohibited"] as const;
/** What the source is told: one of `rejectReasons`. */
export type RejectReason = (typeof rejectReasons)[number];

/** How a packet is to be rejected. */
export interface RejectOptions {
  /** Default `port`. */
  readonly reason?: RejectReason;
  /** Makes the frame and sends nothing. Default: the parameter `killDryRun`. */
  readonly dryRun?: boolean;
}

const mostSteps = 64;
const defaultSteps = 8;
const largestStep = 1 << 30;

interface Wanted {
  readonly text: string;
  readonly fits: (value: unknown) => boolean;
}

const oneOf = (choices: readonly string[]): Wanted => ({
  text: `one of ${choices.join(", ")}`,
  fits: (value) => choices.includes(value as string),
});
const amount = (unit: string, maximum: number): Wanted => ({
  text: `a whole number of ${unit} from 1 to ${maximum}`,
  fits: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maximum,
});
const flag: Wanted = { text: "true or false", fits: (value) => typeof value === "boolean" };

/** Options that say something of the strategy `stepped` alone. */
const stepOptions = ["steps", "stepBytes"] as const;

const killRules: Readonly<Record<keyof KillOptions, Wanted>> = {
  strategy: oneOf(killStrategies),
  sides: oneOf(killSides),
  steps: amount("steps", mostSteps),
  stepBytes: amount("bytes", largestStep),
  persist: flag,
  dryRun: flag,
};
const rejectRules: Readonly<Record<keyof RejectOptions, Wanted>> = { reason: oneOf(rejectReasons), dryRun: flag };

/** Throws NidsError `invalid-argument` for options that kill() does not know, or not in this shape. */
export function checkKillOptions(options: KillOptions): void {
  check("kill", options, killRules);
  const idle = stepOptions.find((name) => options[name] !== undefined);
  if (idle === undefined || options.strategy === "stepped") return;
  throw new NidsError(
    "invalid-argument",
    `kill(): option "${idle}" needs strategy: "stepped"; other strategies take no steps`,
  );
}

/** The same for reject(). */
export function checkRejectOptions(options: RejectOptions): void {
  check("reject", options, rejectRules);
}

function check(method: string, options: object, rules: Readonly<Record<string, Wanted>>): void {
  if (!isObject(options) || Array.isArray(options)) {
    throw new NidsError("invalid-argument", `${method}(): options must be an object`);
  }
  for (const [name, value] of Object.entries(options) as readonly (readonly [string, unknown])[]) {
    const wanted = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (wanted === undefined) {
      const known = Object.keys(rules).join(", ");
      throw new NidsError("invalid-argument", `${method}(): there is no option "${name}"; there are ${known}`);
    }
    if (value !== undefined && !wanted.fits(value)) {
      throw new NidsError("invalid-argument", `${method}(): option "${name}" must be ${wanted.text}`);
    }
  }
}

/** Whether what the ends still send is to be answered. */
export function persists({ persist, strategy }: KillOptions): boolean {
  return persist ?? strategy === undefined;
}

/**
 * How far ahead of the expected number resets are sent; windows of the receiver in bytes, as it means it and as it
 * stands in the header.
 */
export function stepsAhead(options: KillOptions, window: number, windowInHeader: number): readonly number[] {
  switch (options.strategy ?? "libnids") {
    case "libnids":
      return [0, windowInHeader >>> 1];
    case "exact":
      return [0];
    case "stepped": {
      const { steps = defaultSteps } = options;
      const step = options.stepBytes ?? Math.floor(window / steps);
      return step === 0 ? [0] : Array.from({ length: steps }, (_, index) => index * step);
    }
  }
}
