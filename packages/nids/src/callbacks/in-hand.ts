// The notification of the engine that is at work, whichever it is: the short way of a half to it. The other way, by
// stream and engine, has the same, but begins with the half's own memory. With many streams, time goes by waiting for
// that, and what nearly all callbacks ask needs none of it.
//
//   half ─► is it the one of `inHand.stream`? ──yes──► inHand                (nothing of the half was read)
//                                             └─no───► stream ─► engine ─► its notification

import { Notification } from "./notification.js";
import { Views } from "./views.js";

/** Stands for the notification as long as there is none. */
const none = new Notification(new Views(false));

export let inHand: Notification = none;

/**
 * Takes a notification in hand; returns the one there was before, which is to be taken again when its engine's work is
 * over (engine-work.ts): it may have been set to work by a callback of another engine, and a notification that stayed
 * here would keep its engine's memory alive.
 */
export function take(notification: Notification): Notification {
  const before = inHand;
  inHand = notification;
  return before;
}
