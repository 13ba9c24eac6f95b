// The audiences of an engine: one for each combination of callbacks and interests that has come up.

import { Audience } from "./audience.js";
import type { Member } from "./audience.js";
import type { TcpNotifier } from "./tcp-notifier.js";

export class Audiences {
  /** Of the engine that calls them. */
  readonly notifier: TcpNotifier;
  /** Those of streams that nobody listens to, or not yet. */
  readonly nobody: Audience;
  private readonly byMembers: Map<string, Audience> = new Map();

  constructor(notifier: TcpNotifier) {
    this.notifier = notifier;
    this.nobody = new Audience(this, []);
  }

  /** The audience of these members, which are in order of registration. */
  of(members: readonly Member[]): Audience {
    if (members.length === 0) return this.nobody;
    if (!this.keeps(members)) return new Audience(this, members);
    const name = members.map(({ order, interest }) => `${order}:${interest}`).join(" ");
    let audience = this.byMembers.get(name);
    if (audience === undefined) this.byMembers.set(name, (audience = new Audience(this, members)));
    return audience;
  }

  /** True where all of them are registered: only then may an audience be remembered, which would keep them. */
  keeps(members: readonly Member[]): boolean {
    const { orders } = this.notifier.registry;
    return members.every(({ order }) => orders.includes(order));
  }

  /** Forgets them all, so that callbacks that are no longer registered are not kept. Streams keep the one they have. */
  clear(): void {
    for (const audience of [this.nobody, ...this.byMembers.values()]) audience.forgetSteps();
    this.byMembers.clear();
  }
}
