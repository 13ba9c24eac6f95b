// What was thrown in a worker, as the reading thread gets it. Structured clone keeps an error's class, where it is one
// of the language's own, its message and its stack; what else says what went wrong, its name, `code` and `cause`, goes
// beside it.

import { reasonOf } from "@tsnids/nids";

/** Causes of causes that are handed over; they may go round in a circle. */
const mostCauses = 8;

export interface ThrownCopy {
  /** What was thrown: the error, or anything else that can be cloned; otherwise the words for it. */
  readonly value: unknown;
  /** What of an error would be lost; undefined for what is no error. */
  readonly lost: LostOfError | undefined;
}

interface LostOfError {
  readonly name: string;
  readonly code: string | number | undefined;
  readonly cause: ThrownCopy | undefined;
}

/** A copy that can be handed over, whatever was thrown. */
export function copyOf(thrown: unknown, causes: number = mostCauses): ThrownCopy {
  try {
    return thrown instanceof Error ? copyOfError(thrown, causes) : { value: structuredClone(thrown), lost: undefined };
  } catch {
    return { value: reasonOf(thrown), lost: undefined };
  }
}

/** The same thing in the other thread. */
export function thrownOf({ value, lost }: ThrownCopy): unknown {
  if (!(value instanceof Error) || lost === undefined) return value;
  const { name, code, cause } = lost;
  return Object.assign(value, {
    ...(value.name === name ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: thrownOf(cause) }),
  });
}

function copyOfError(thrown: Error, causes: number): ThrownCopy {
  // Whatever they should be, a module may have set them to anything.
  const { name, stack, cause }: Partial<Record<"name" | "stack" | "cause", unknown>> = thrown;
  const error = new Error(reasonOf(thrown));
  error.name = String(name);
  if (typeof stack === "string") error.stack = stack;
  const code = "code" in thrown ? thrown.code : undefined;
  const lost: LostOfError = {
    name: error.name,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    cause: cause === undefined || causes === 0 ? undefined : copyOf(cause, causes - 1),
  };
  return { value: error, lost };
}
