// Who listens to a stream, and to what. Nearly all streams have the same few listeners with the same interests, so an
// audience is a value shared by all streams that have it: a change of interest moves a stream on to another audience.
//
//   nobody ──callback 1 wants c2s──► {1: c2s} ──callback 2 wants both──► {1: c2s, 2: both} ── …
//      ▲                                │
//      └────callback 1 wants nothing────┘
//
// Each audience is made once, and each step remembered, until a callback is unregistered (audiences.ts). An audience
// with an unregistered callback is not shared between streams. The members of an audience are in order of registration.

import type { Audiences } from "./audiences.js";
import type { TcpNotifier } from "./tcp-notifier.js";
import type { TcpCallback } from "./tcp-callback.js";

/** Bits of an interest: what side 0 sends, what side 1 sends, the urgent bytes of side 0, and of side 1. */
export const dataInterest: number = 1;
export const urgentInterest: number = 4;
export const interestKinds: number = 4;
/** So many interests there are. */
const interests = 1 << interestKinds;

/** A callback and what it wants of the stream. */
export interface Member {
  readonly callback: TcpCallback;
  /** Number of the callback, in order of registration. */
  readonly order: number;
  readonly interest: number;
}

export class Audience {
  readonly members: readonly Member[];
  /** The member, where there is just one: nearly always. */
  readonly only: Member | undefined;
  readonly isEmpty: boolean;
  /** Of the engine that calls them: kept here, and not in each stream. */
  readonly notifier: TcpNotifier;
  private readonly all: Audiences;
  private readonly steps: Map<number, Audience> = new Map();

  /** Made by `all`. */
  constructor(all: Audiences, members: readonly Member[]) {
    this.all = all;
    this.notifier = all.notifier;
    this.members = members;
    this.only = members.length === 1 ? members[0] : undefined;
    this.isEmpty = members.length === 0;
  }

  /** The audience in which this callback has this interest; 0 takes it out. */
  with(callback: TcpCallback, order: number, interest: number): Audience {
    const step = order * interests + interest;
    let next = this.steps.get(step);
    if (next === undefined) {
      const others = this.members.filter((member) => member.order !== order);
      const members = interest === 0 ? others : [...others, { callback, order, interest }];
      next = this.all.of(members.sort((a, b) => a.order - b.order));
      if (this.all.keeps(members)) this.steps.set(step, next);
    }
    return next;
  }

  /** Forgets which audiences come next. */
  forgetSteps(): void {
    this.steps.clear();
  }
}
