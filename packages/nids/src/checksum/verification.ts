// Whether checksums count. A network card that finishes checksums itself ("offload") leaves those of the sending host's
// own packets unfinished in a capture; dropped as damaged, they are the most common reason for "no output". In `auto`,
// the first packets of each interface decide, the trial: where more than a tenth of what a source has sent so far is
// wrong, that source is not verified; where more than a tenth of the whole trial is wrong, the interface is not
// verified any more. Interfaces are those of a source: what is known of them is kept, by their list, until the engine
// exits.
//
// A rule about the network of the source (rules.ts) comes before all of this. ICMP has no part in it.

import type { CaptureInterface } from "@tsnids/pcap";
import type { AlertSink } from "../alerts/alert-sink.js";
import { ChecksumState } from "../packet.js";
import type { Packet } from "../packet.js";
import type { ChecksumMode, NidsParams } from "../params/params.js";
import type { Checksums } from "./checksum.js";
import { ChecksumRules } from "./rules.js";

/** Packets of an interface that `auto` looks at, and the share of wrong ones from which it does not verify: one in ten. */
const trialPackets = 1000;
const tolerated = 10;

/** What was seen of an interface, or of one source on it. */
interface Tally {
  seen: number;
  wrong: number;
  reported: boolean;
}

/** What `auto` knows about an interface. */
class Trial implements Tally {
  seen = 0;
  wrong = 0;
  reported = false;
  verify = true;
  /** By the packet's source key; no more than there are packets in a trial. */
  readonly sources: Map<number, Tally> = new Map();
}

const noWrongOnes: Tally = { seen: 1, wrong: 0, reported: false };

function isSuspect(tally: Tally): boolean {
  return tally.wrong * tolerated > tally.seen;
}

export class ChecksumVerification {
  /** False when the checksums of the current interface need not be looked at, but for rules. */
  private active = true;
  /** Undefined where there are none. */
  private readonly rules: ChecksumRules | undefined;
  private readonly mode: ChecksumMode;
  private readonly checksums: Checksums;
  private readonly alerts: AlertSink;
  /** By list of interfaces: sources that are read by turns each go on with their own. */
  private trialsOf: WeakMap<readonly CaptureInterface[], Trial[]> = new WeakMap();
  private trials: Trial[] = [];
  private trial: Trial = new Trial();

  constructor(params: NidsParams, checksums: Checksums, alerts: AlertSink) {
    const { checksumRules } = params;
    this.mode = params.checksums;
    this.rules = checksumRules.length === 0 ? undefined : new ChecksumRules(checksumRules);
    this.checksums = checksums;
    this.alerts = alerts;
    this.select(0);
  }

  /** True when nothing is to be learned from the packets of the current interface. */
  get settled(): boolean {
    return this.isOver(this.trial);
  }

  /** The same for the packets of any interface. */
  isSettled(interfaceIndex: number): boolean {
    return this.isOver(this.trials[interfaceIndex]);
  }

  /**
   * True when the checksums of any packet may count: packets whose checksums are right may then be taken without asking for
   * each, and the others are to be judged one by one.
   */
  get mayCount(): boolean {
    return this.active || this.rules?.demand === true;
  }

  /** True when the checksums of the packet are to be looked at; its addresses are known. */
  counts(packet: Packet): boolean {
    return this.rules?.verdict(packet) ?? this.active;
  }

  /** Says which list the interfaces of the packets to come are in; of a new one nothing is known. */
  open(interfaces: readonly CaptureInterface[]): void {
    let trials = this.trialsOf.get(interfaces);
    if (trials === undefined) this.trialsOf.set(interfaces, (trials = []));
    this.trials = trials;
  }

  /** Says which interface of the list the packets to come are from. */
  select(interfaceIndex: number): void {
    this.trial = this.trials[interfaceIndex] ??= new Trial();
    this.active = this.mode !== "ignore" && this.trial.verify;
  }

  /** False when the transport checksum of the packet is wrong and counts. One that the snap length cut cannot be judged. */
  transportRight(packet: Packet): boolean {
    if (packet.cut > 0 || !this.counts(packet)) return true;
    let state = packet.transportChecksum;
    if (state === ChecksumState.UNKNOWN) {
      const { pseudoHeader, protocol, transport, end } = packet;
      const right = this.checksums.transport(
        pseudoHeader,
        2 * packet.addressLength,
        protocol,
        transport,
        end - transport,
      );
      state = right === 1 ? ChecksumState.RIGHT : ChecksumState.WRONG;
    }
    if (state === ChecksumState.WRONG) return this.tolerates(packet);
    this.noteRight(packet);
    return true;
  }

  /** Notes a right checksum, in a trial. */
  noteRight(packet: Packet): void {
    if (!this.settled && !this.isRuled(packet)) this.count(packet, 0);
  }

  /** Notes a wrong checksum; true when the packet is to be taken all the same. */
  tolerates(packet: Packet): boolean {
    if (this.mode !== "auto" || this.isRuled(packet)) return false;
    const { sources } = this.trial;
    if (this.settled) return isSuspect(sources.get(packet.sourceKey) ?? noWrongOnes);
    const source = this.count(packet, 1);
    if (!isSuspect(source)) return false;
    if (!source.reported) this.alerts.raise("checksum-offload", true, "of this source");
    source.reported = true;
    return true;
  }

  /** Begins anew with every interface. */
  clear(): void {
    this.trialsOf = new WeakMap();
    this.trials = [];
    this.select(0);
  }

  private isOver(trial: Trial | undefined): boolean {
    return this.mode !== "auto" || (trial !== undefined && (trial.seen >= trialPackets || !trial.verify));
  }

  /** True where a rule has decided. */
  private isRuled(packet: Packet): boolean {
    return this.rules?.verdict(packet) !== undefined;
  }

  private count(packet: Packet, wrong: 0 | 1): Tally {
    const { trial } = this;
    let source = trial.sources.get(packet.sourceKey);
    if (source === undefined) trial.sources.set(packet.sourceKey, (source = { seen: 0, wrong: 0, reported: false }));
    trial.seen++;
    trial.wrong += wrong;
    source.seen++;
    source.wrong += wrong;
    if (trial.seen === trialPackets && isSuspect(trial)) {
      trial.verify = this.active = false;
      this.alerts.raise("checksum-offload", false, "on the whole interface");
    }
    return source;
  }
}
