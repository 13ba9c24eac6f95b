// Values that several options take, what is said of wrong ones, and of options that would do nothing.

import { InvalidArgumentError } from "commander";
import { CommandError, ExitCode } from "../exit-codes.js";

/** Throws CommandError where one of these options, by name, is given: without what is `needed` it would do nothing. */
export function refuseGiven(options: Readonly<Record<string, boolean>>, needed: string): void {
  const given = Object.entries(options).find(([, isGiven]) => isGiven);
  if (given !== undefined) throw new CommandError(ExitCode.WRONG_INPUT, `${given[0]} needs ${needed}`);
}

/** A reader of whole numbers from `minimum` to `maximum`. It throws InvalidArgumentError for anything else. */
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

/** The name of a file to be written; "-" is none, though one could be called so. Throws InvalidArgumentError. */
export function outputFile(text: string): string {
  if (text !== "-") return notEmpty(text);
  throw new InvalidArgumentError("It must be the name of a file; standard output is none.");
}
