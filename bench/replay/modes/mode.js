// A mode is a way of using the engine whose cost is compared: a file here per mode, its default export a Mode. They are
// loaded one at a time, so that the bare one does not pay for the start of the others.

/**
 * Sets an engine up to count into `counter`; returns how a source is run through it.
 * @typedef {(nids: import("@tsnids/nids").Nids, counter: import("../collecting-counter.js").CollectingCounter) =>
 *   (source: import("@tsnids/pcap").FrameSource) => Promise<void>} Mode
 */

/** Names of the modes. */
export const MODES = Object.freeze(["callback", "views", "copies", "emitter", "iterator", "next"]);

/** The mode of those who want nothing special. */
export const USUAL_MODE = "callback";

/**
 * @param {string} name one of MODES
 * @returns {Promise<Mode>}
 */
export async function loadMode(name) {
  return (await import(`./${name}.js`)).default;
}
