// Whether checksums count. A network card that finishes checksums itself ("offload") leaves those of the sending host's own
// packets unfinished in a capture; dropped as damaged, they are the most common reason for "no output". In `auto`, the
// first packets of each interface decide.

import type { AlertSink } from "../alerts.js";
import { ChecksumState } from "../packet.js";
import type { Packet } from "../packet.js";
import type { ChecksumMode } from "../params.js";
import type { Checksums } from "./checksum.js";

/** Packets of an interface that `auto` looks at, and the share of wrong ones from which it does not verify: one in ten. */
const trialPackets = 1000;
const tolerated = 10;

interface Trial {
  seen: number;
  wrong: number;
  verify: boolean;
}

export class ChecksumVerification {
  /** False when the checksums of the current interface need not be looked at. */
  active = true;
  /** True when nothing is to be learned from the packets of the current interface. */
  get settled(): boolean {
    return this.trial === undefined;
  }

  private readonly mode: ChecksumMode;
  private readonly checksums: Checksums;
  private readonly alerts: AlertSink;
  private readonly trials: Trial[] = [];
  private trial: Trial | undefined;

  constructor(mode: ChecksumMode, checksums: Checksums, alerts: AlertSink) {
    this.mode = mode;
    this.checksums = checksums;
    this.alerts = alerts;
    this.select(0);
  }

  /** Says which interface the packets to come are from. */
  select(interfaceIndex: number): void {
    if (this.mode !== "auto") {
      this.active = this.mode === "verify";
      return;
    }
    const trial = (this.trials[interfaceIndex] ??= { seen: 0, wrong: 0, verify: true });
    this.active = trial.verify;
    this.trial = trial.seen < trialPackets ? trial : undefined;
  }

  /** False when the transport checksum of the packet is wrong and counts. One that snap length cut cannot be judged. */
  transportRight(packet: Packet): boolean {
    if (!this.active || packet.cut > 0) return true;
    let state = packet.transportChecksum;
    if (state === ChecksumState.UNKNOWN) {
      const { addresses, protocol, transport, end } = packet;
      const right = this.checksums.transport(addresses, 2 * packet.addressLength, protocol, transport, end - transport);
      state = right === 1 ? ChecksumState.RIGHT : ChecksumState.WRONG;
    }
    if (state === ChecksumState.WRONG) return this.tolerates();
    if (this.trial !== undefined) this.count(this.trial);
    return true;
  }

  /** Notes a wrong checksum; true when the packet is to be taken all the same. */
  tolerates(): boolean {
    const { trial } = this;
    if (trial === undefined) return false;
    trial.wrong++;
    this.count(trial);
    if (trial.wrong * tolerated <= trial.seen) return false;
    trial.verify = this.active = false;
    this.trial = undefined;
    this.alerts.raise("checksum-offload", false);
    return true;
  }

  /** Begins anew with every interface. */
  clear(): void {
    this.trials.length = 0;
    this.select(0);
  }

  private count(trial: Trial): void {
    if (++trial.seen >= trialPackets) this.trial = undefined;
  }
}
