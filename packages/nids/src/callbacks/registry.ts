// Registered callbacks of one kind. The list is replaced, never changed, so a callback may register and unregister, itself
// included, while the list is being walked: the walk goes on over the list it began with, and leaves out those that are
// no longer registered. Whoever is registered again meanwhile waits for the next walk.

import { NidsError } from "../errors.js";

/** Callbacks in order of registration; a callback is registered once however often it is given. */
export class Registry<Callback extends (...args: never[]) => unknown> {
  /** Last registered first, the order in which libnids asks them. */
  newestFirst: readonly Callback[] = [];
  /** Of each of these its number, in order of registration. Replaced with the other list. */
  orders: readonly number[] = [];
  private registered = 0;

  /**
   * True where a walk over `list` may go on to the callback with this number: it is still registered. That has to be
   * looked up only when the list was replaced during the walk.
   */
  stillAsks(list: readonly Callback[], order: number): boolean {
    return list === this.newestFirst || this.orders.includes(order);
  }

  /** Registers a callback; one that is registered already keeps its place. */
  add(callback: Callback): void {
    if (typeof callback !== "function") {
      throw new NidsError("invalid-argument", "callback must be a function: give the function to call");
    }
    if (this.newestFirst.includes(callback)) return;
    this.newestFirst = [callback, ...this.newestFirst];
    this.orders = [this.registered++, ...this.orders];
  }

  /** Unregisters a callback; an unknown one is ignored. */
  remove(callback: Callback): void {
    const at = this.newestFirst.indexOf(callback);
    if (at < 0) return;
    this.newestFirst = this.newestFirst.toSpliced(at, 1);
    this.orders = this.orders.toSpliced(at, 1);
  }
}
