// The option that has files read ahead. It is off by default: the waiting it saves costs more work, on two cores
// together.

import { maximumReadAhead } from "@tsnids/capture";
import { Option } from "commander";
import { wholeNumber } from "./option-values.js";

/** What commander makes of the option. */
export interface ReadAheadOptions {
  readonly readAhead: number;
}

/** The option, for commands that read files. */
export function readAheadOption(): Option {
  const what = `read up to ${maximumReadAhead} MiB of a file ahead in the background, where a core is free`;
  return new Option("--read-ahead <MiB>", what).default(0).argParser(wholeNumber(0, maximumReadAhead));
}
