// How a value that the caller gives for a parameter is checked: a rule says what it has to be, and what it is when not
// given. What is said of a wrong one names what it should have been, unit and range included.

import { describeValue, isObject } from "@tsnids/pcap";
import { faultInRules } from "../checksum/rules.js";
import { Network } from "../ip/network.js";

/** How one parameter is checked, and what it is when not given. */
export interface Rule {
  readonly default: unknown;
  readonly kind:
    "choice" | "choices" | "ports" | "networks" | "network-list" | "rules" | "flag" | "amount" | "function" | "object";
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly unit?: string;
  /** What an object should have been, where it is not. */
  readonly fault?: (value: object) => string | undefined;
}

/** True or false. */
export const flag = (value: boolean): Rule => ({ kind: "flag", default: value });
/** One of some words. */
export const choice = (choices: readonly string[], value: string): Rule => ({
  kind: "choice",
  choices,
  default: value,
});
/** Any of some words, as a list. */
export const someOf = (choices: readonly string[], value: readonly string[]): Rule => ({
  kind: "choices",
  choices,
  default: Object.freeze([...value]),
});
/** A list of port numbers. */
export const ports = (...value: readonly number[]): Rule => ({
  kind: "ports",
  default: Object.freeze(value),
  minimum: 1,
  maximum: 65535,
  unit: "port",
});
/** A whole number of `unit`. */
export const amount = (unit: string, value: number, minimum: number, maximum: number): Rule => ({
  kind: "amount",
  default: value,
  minimum,
  maximum,
  unit,
});

/** What the value should have been, where it is not; undefined where it is right. */
export function complaint(rule: Rule, value: unknown): string | undefined {
  switch (rule.kind) {
    case "flag":
      return typeof value === "boolean" ? undefined : "true or false";
    case "choice":
      return rule.choices?.includes(value as string) === true ? undefined : `one of ${rule.choices?.join(", ")}`;
    case "choices": {
      const { choices = [] } = rule;
      const fits = Array.isArray(value) && value.every((each) => choices.includes(each as string));
      return fits ? undefined : `a list with any of ${choices.join(", ")}`;
    }
    case "ports": {
      const { minimum = 0, maximum = 0, unit = "" } = rule;
      const isPort = (each: unknown): boolean =>
        Number.isInteger(each) && (each as number) >= minimum && (each as number) <= maximum;
      return Array.isArray(value) && value.every(isPort)
        ? undefined
        : `a list of ${unit} numbers, ${minimum} to ${maximum}`;
    }
    case "amount": {
      const { minimum = 0, maximum = 0, unit = "" } = rule;
      const fits = Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
      return fits ? undefined : `a whole number of ${unit} from ${minimum} to ${maximum}`;
    }
    case "rules":
      return Array.isArray(value) && faultInRules(value) === undefined
        ? undefined
        : 'a list of rules such as { network: "10.0.0.0/8", verify: false }';
    case "network-list": {
      const isNetwork = (each: unknown): boolean => typeof each === "string" && Network.parse(each) !== undefined;
      return Array.isArray(value) && value.every(isNetwork)
        ? undefined
        : 'a list of networks, such as "10.0.0.0/8" or "2001:db8::/32"';
    }
    case "function":
      return typeof value === "function" ? undefined : "a function";
    case "object":
      return rule.fault?.(isObject(value) ? value : {}) ?? (isObject(value) ? undefined : "an object");
    case "networks": {
      const fits = ([network, choice]: [string, unknown]): boolean =>
        Network.parse(network) !== undefined && rule.choices?.includes(choice as string) === true;
      if (isTable(value) && Object.entries(value).every(fits)) return undefined;
      return `an object with networks as names, such as "10.0.0.0/8" or "2001:db8::/32", and as values one of ${rule.choices?.join(", ")}`;
    }
  }
}

/** True for names with values. A list, a Map or a Set has what is in it elsewhere, and would count as an empty table. */
function isTable(value: unknown): value is object {
  return isObject(value) && classOf(value) === "Object";
}

function classOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** A wrong value as the message shows it: of lists and tables what is wrong in them. */
export function described({ kind }: Rule, value: unknown): string {
  if (kind === "networks" && isObject(value)) {
    return isTable(value) ? describeEntries(value) : `an object of class ${classOf(value)}`;
  }
  const fault = kind === "rules" && Array.isArray(value) ? faultInRules(value) : undefined;
  return fault === undefined ? describeValue(value) : `one with ${fault}`;
}

function describeEntries(value: object): string {
  const entries = Object.entries(value).map(([name, each]: [string, unknown]) => `"${name}": ${describeValue(each)}`);
  return `{ ${entries.join(", ")} }`;
}
