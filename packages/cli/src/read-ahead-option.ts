// The option that has files read ahead. It is no default: what a second core saves in waiting, both together pay in work.

import { maximumReadAhead } from "@tsnids/capture";
import { InvalidArgumentError, Option } from "commander";

/** What commander makes of the option. */
export interface ReadAheadOptions {
  readonly readAhead: number;
}

/** The option, for commands that read files. */
export function readAheadOption(): Option {
  const what = `read up to ${maximumReadAhead} MiB of a file ahead in the background, where a core is free`;
  return new Option("--read-ahead <MiB>", what).default(0).argParser(amount);
}

function amount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= maximumReadAhead) return value;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${maximumReadAhead}.`);
}
