// What keeps kill() and reject() from doing harm: who may be meant at all, how often, and whether anything is sent.
// Then the frames go to the injector.

import { NidsError, reasonOf } from "../errors.js";
import { Network } from "../ip/network.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import type { InjectedFrame, Injection, InjectionOutcome, Injector } from "./injector.js";

/** Seconds of which the number of kills is remembered: interfaces may be in different seconds. */
const rememberedSeconds = 16;

const refusals = { "not-allowed": refusal("not-allowed"), "rate-limited": refusal("rate-limited") };

/** What is returned where nothing is sent and nothing was made. */
export function refusal(outcome: InjectionOutcome): Injection {
  return Object.freeze({ outcome, frames: Object.freeze([]) });
}

export class Rails {
  private readonly packet: Packet;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly allowed: readonly Network[];
  private readonly denied: readonly Network[];
  /** How often something was sent in a second of the packets' own time: of the last few seconds in which it was. */
  private readonly times: Map<number, number> = new Map();

  constructor(packet: Packet, params: NidsParams, statistics: Statistics) {
    this.packet = packet;
    this.params = params;
    this.statistics = statistics;
    this.allowed = networks(params.killAllow);
    this.denied = networks(params.killDeny);
  }

  /** Throws NidsError `no-injector` where the engine was not made to send. `method` is the one that was called. */
  check(method: string): void {
    if (this.params.injector !== undefined || this.params.killDryRun) return;
    throw new NidsError(
      "no-injector",
      `${method}() needs something to send with: new Nids({ injector }), an object with inject(frame, interfaceIndex); ` +
        "with killDryRun: true it makes the frames and sends nothing",
    );
  }

  /**
   * Sends the frames that `make` makes, or only makes them, or refuses: what is between these two addresses may not be
   * touched, or there was too much already in this second. Throws NidsError `injector-failed`, and what `make` throws.
   */
  send(ends: readonly [Uint8Array, Uint8Array], dryRun: boolean | undefined, make: () => InjectedFrame[]): Injection {
    const { injector, killDryRun } = this.params;
    const frames = make();
    if (!this.allows(ends)) return this.refuse("not-allowed");
    if ((dryRun ?? killDryRun) || injector === undefined) return { outcome: "dry-run", frames };
    if (!this.isInTime()) return this.refuse("rate-limited");
    try {
      this.inject(injector, frames);
    } catch (cause) {
      throw new NidsError("injector-failed", `the injector threw: ${reasonOf(cause)}`, { cause });
    }
    return { outcome: "sent", frames };
  }

  /** Sends what answers a stream that was killed. False where the injector threw. */
  sendMore(frames: readonly InjectedFrame[]): boolean {
    const { injector } = this.params;
    try {
      if (injector !== undefined) this.inject(injector, frames);
      return true;
    } catch {
      return false;
    }
  }

  /** Hands frames over, up to the one the injector throws at. An injector may be async: what fails later is counted. */
  private inject(injector: Injector, frames: readonly InjectedFrame[]): void {
    const failed = (): number => this.statistics.injectionsFailed++;
    for (const { bytes, interfaceIndex } of frames) {
      try {
        const sent = injector.inject(bytes, interfaceIndex);
        if (sent instanceof Promise) sent.catch(failed);
      } catch (cause) {
        failed();
        throw cause;
      }
      this.statistics.framesInjected++;
    }
  }

  private allows(ends: readonly [Uint8Array, Uint8Array]): boolean {
    const some = (list: readonly Network[]): boolean =>
      list.some((network) => ends.some((address) => network.contains(address, 0, address.length)));
    return !some(this.denied) && (this.allowed.length === 0 || some(this.allowed));
  }

  private isInTime(): boolean {
    const { seconds } = this.packet;
    const times = (this.times.get(seconds) ?? 0) + 1;
    if (times > this.params.maxKillsPerSecond) return false;
    this.times.set(seconds, times);
    const [oldest = seconds] = this.times.keys();
    if (this.times.size > rememberedSeconds) this.times.delete(oldest);
    return true;
  }

  private refuse(outcome: keyof typeof refusals): Injection {
    this.statistics.killsRefused++;
    return refusals[outcome];
  }
}

function networks(texts: readonly string[]): readonly Network[] {
  return texts.map((text) => Network.parse(text) as Network);
}
