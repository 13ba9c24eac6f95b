/** Modules of bench/, which is JavaScript and no part of the build. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "./suites.js";

/** @param name - its path in bench/ */
export async function benchModule<Exports>(name: string): Promise<Exports> {
  return (await import(pathToFileURL(join(repository, "bench", name)).href)) as Exports;
}
