// What a caller gave: whether it has properties, and how the message of an error shows it.

/** True for objects and lists; false for null and functions. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * A value in a few words: texts in quotes, big integers with an n, lists with what is in them. Never throws: other objects
 * are not asked for a text of their own, as there may be none, or one that throws.
 */
export function describeValue(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(describeOne).join(", ")}]` : describeOne(value);
}

function describeOne(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "a list" : "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}
