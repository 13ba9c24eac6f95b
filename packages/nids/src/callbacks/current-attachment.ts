// The attachment that callbacks are handed: one for all of them.

import type { Attachment } from "./tcp-callback.js";
import type { TcpNotifier } from "./tcp-notifier.js";

/** The attachment of the call in hand: what a callback keeps lies with the stream, and only when it keeps something. */
export class CurrentAttachment implements Attachment {
  private readonly notifier: TcpNotifier;

  constructor(notifier: TcpNotifier) {
    this.notifier = notifier;
  }

  get param(): unknown {
    const { slot, order } = this.notifier.current;
    return this.notifier.streams.at(slot)?.param(order);
  }

  set param(value: unknown) {
    const { slot, order } = this.notifier.current;
    this.notifier.streams.at(slot)?.setParam(order, value);
  }
}
