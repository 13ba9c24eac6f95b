// Values that several options take, with what is said of wrong ones.

import { InvalidArgumentError } from "commander";

/** What reads a whole number from `minimum` to `maximum`. It throws InvalidArgumentError for anything else. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A text that is not empty. Throws InvalidArgumentError. */
export function notEmpty(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must not be empty.");
}
