// The options by which every command sets the engine's parameters. Two parameters have an option of their own, because
// people need them often; `--set name=value` reaches all others, by the engine's own rules and with its own errors.

import { checksumModes, paramRules } from "@tsnids/nids";
import type { ChecksumMode, ChecksumRule, NidsParams } from "@tsnids/nids";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { refuseGiven } from "./option-values.js";

/** One parameter given on the command line. */
export type Setting = readonly [name: string, value: unknown];

/** What commander makes of the options. */
export interface EngineOptions {
  readonly checksums?: ChecksumMode;
  readonly midstream: boolean;
  readonly set?: readonly Setting[];
}

/** How a list of checksum rules is written. */
const rulesForm = "network=verify or network=ignore, more behind commas; or nothing";

type Rule = (typeof paramRules)[keyof NidsParams];

/** Adds the options to a command, and the parameters to the end of its help. */
export function addEngineOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--checksums <mode>", "packets with wrong checksums: drop, keep, or decide by the capture").choices(
        checksumModes,
      ),
    )
    .option("--no-midstream", "leave out connections whose beginning was not captured")
    .option("--set <name=value>", "set a parameter of the engine; may be repeated", addSetting)
    .addHelpText("after", () => `\nParameters for --set, with their defaults:\n${parameterList()}`);
}

/**
 * To be called where there is no engine. Throws CommandError where an option sets a parameter; `needed` is the option
 * with which there would be one.
 */
export function refuseEngineOptions({ checksums, midstream, set }: EngineOptions, needed: string): void {
  refuseGiven(
    { "--checksums": checksums !== undefined, "--no-midstream": !midstream, "--set": set !== undefined },
    needed,
  );
}

/** The parameters the options stand for. What `--set` says comes last and counts. */
export function engineParams({ checksums, midstream, set = [] }: EngineOptions): Partial<NidsParams> {
  const given: Setting[] = [];
  if (checksums !== undefined) given.push(["checksums", checksums]);
  if (!midstream) given.push(["midstream", false]);
  return Object.fromEntries([...given, ...set]);
}

/** Reads "name=value"; whether there is such a name, and the value is possible, the engine checks. */
function addSetting(text: string, before: readonly Setting[] = []): readonly Setting[] {
  const [name, value] = splitAtEquals(text);
  if (name === "" || !text.includes("=")) throw new InvalidArgumentError("Give name=value.");
  const rule = ruleOf(name);
  if (rule !== undefined && !isSettable(rule)) {
    throw new InvalidArgumentError(`${name} is for programs, it cannot be set here.`);
  }
  return [...before, [name, rule === undefined ? value : typedValue(rule, value)]];
}

/**
 * The text as the type the rule asks for, where it can be one; otherwise the text, about which the engine will
 * complain.
 */
function typedValue(rule: Rule, text: string): unknown {
  if (rule.kind === "flag" && (text === "true" || text === "false")) return text === "true";
  if (rule.kind === "amount" && /^-?\d+$/.test(text)) return Number(text);
  const words = text === "" ? [] : text.split(",").map((word) => word.trim());
  if (rule.kind === "networks") return Object.fromEntries(words.map((word) => splitAtEquals(word)));
  if (rule.kind === "ports") return words.map((word) => (/^\d+$/.test(word) ? Number(word) : word));
  if (rule.kind === "choices" || rule.kind === "network-list") return words;
  return rule.kind === "rules" ? words.map(checksumRule) : text;
}

/** Reads "network=verify" or "network=ignore". */
function checksumRule(text: string): ChecksumRule {
  const [, network, mode] = /^(.*)=(verify|ignore)$/.exec(text) ?? [];
  if (network === undefined) throw new InvalidArgumentError(`Give ${rulesForm}.`);
  return { network, verify: mode === "verify" };
}

function ruleOf(name: string): Rule | undefined {
  return Object.hasOwn(paramRules, name) ? paramRules[name as keyof NidsParams] : undefined;
}

/** "10.0.0.0/8=windows" as its two sides. */
function splitAtEquals(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

function isSettable({ kind }: Rule): boolean {
  return kind !== "function" && kind !== "object";
}

/** A line per parameter: name, default, and what else it can be. */
function parameterList(): string {
  const rules = Object.entries(paramRules).filter(([, rule]) => isSettable(rule));
  const lines = rules.map(
    ([name, rule]) => [`${name}=${rule.kind === "networks" ? "" : String(rule.default)}`, possible(rule)] as const,
  );
  const width = Math.max(...lines.map(([setting]) => setting.length));
  return lines.map(([setting, others]) => `  ${setting.padEnd(width)}  ${others}`).join("\n");
}

function possible({ kind, choices = [], minimum = 0, maximum = 0, unit = "" }: Rule): string {
  if (kind === "rules") return rulesForm;
  if (kind === "choice") return choices.join(", ");
  if (kind === "networks")
    return `10.0.0.0/8=VALUE,2001:db8::/32=VALUE,… with values as ${choices.join(", ")}; or nothing`;
  if (kind === "network-list") return "10.0.0.0/8,2001:db8::/32,…; or nothing";
  if (kind === "choices") return `any of ${choices.join(", ")}, separated by commas; or nothing`;
  if (kind === "ports") return "port numbers, separated by commas; or nothing";
  return kind === "flag" ? "true, false" : `${unit}, ${minimum} to ${maximum}`;
}
