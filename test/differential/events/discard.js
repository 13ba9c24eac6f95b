/**
 * How many of the buffered bytes a listener gives up, by the name of a policy. Undefined: it does not say, so all.
 *
 * @typedef {(buffered: Uint8Array, fresh: number) => number} DiscardPolicy
 */

const lineFeed = 0x0a;

/** @type {Readonly<Record<string, DiscardPolicy>>} */
const named = {
  keep: () => 0,
  new: (_buffered, fresh) => fresh,
  half: (buffered) => buffered.length >> 1,
  line: (buffered) => buffered.lastIndexOf(lineFeed) + 1,
  oneline: (buffered) => buffered.indexOf(lineFeed) + 1,
};

/** @type {Readonly<Record<string, (amount: number) => DiscardPolicy>>} */
const withAmount = {
  minus: (amount) => (buffered) => Math.max(0, buffered.length - amount),
  rec: (amount) => (buffered) => (buffered.length >= amount ? amount : 0),
};

/**
 * @param {string} name  default | N | keep | new | half | minus:N | line | oneline | rec:N
 * @returns {DiscardPolicy | undefined}
 */
export function discardPolicy(name) {
  if (name === "default") return undefined;
  const [kind = "", amount = "0"] = name.split(":");
  const fixed = Number(name) || 0;
  return named[kind] ?? withAmount[kind]?.(Number(amount)) ?? (() => fixed);
}
