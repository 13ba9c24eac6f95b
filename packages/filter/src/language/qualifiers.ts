// The words before an identifier: [protocol] [direction] [type], each of them left out or not, but not all.
//
//     tcp src port 80          src or dst host 10.0.0.1          ether proto 0x88cc          dst 10.0.0.1

import { protocolWords } from "./keywords.js";
import type { AddressType, Direction, Qualifiers } from "./syntax.js";
import type { TokenCursor } from "./token-cursor.js";

const types: readonly string[] = ["host", "net", "port", "portrange"];
const typesWithoutDirection: readonly string[] = ["proto", "protochain", "gateway"];

/** Directions of 802.11, where a frame has up to four addresses. */
const frameAddresses: ReadonlyMap<string, Direction> = new Map([
  ...[1, 2, 3, 4].flatMap((number) => {
    const direction = `addr${number}` as Direction;
    return [[direction, direction] as const, [`address${number}`, direction] as const];
  }),
  ["ra", "ra"],
  ["ta", "ta"],
]);

/** Reads qualifiers; undefined where there is none. Throws FilterError for a protocol that nothing follows. */
export function parseQualifiers(cursor: TokenCursor): Qualifiers | undefined {
  const { start, kind, text } = cursor.token;
  const protocol = kind === "word" ? protocolWords.get(text) : undefined;
  if (protocol !== undefined) cursor.next();
  const direction = parseDirection(cursor);
  const type = cursor.accept(...types, ...(direction === undefined ? typesWithoutDirection : []))?.text;
  if (direction === undefined && type === undefined) {
    return protocol === undefined ? undefined : cursor.fail("src, dst, host, net, port or proto before it");
  }
  return {
    protocol: protocol ?? "default",
    direction: direction ?? "default",
    type: (type ?? "default") as AddressType,
    place: { start, end: cursor.end },
  };
}

function parseDirection(cursor: TokenCursor): Direction | undefined {
  const { kind, text } = cursor.token;
  if (kind !== "word") return undefined;
  const frameAddress = frameAddresses.get(text);
  if (frameAddress !== undefined) {
    cursor.next();
    return frameAddress;
  }
  if (text !== "src" && text !== "dst") return undefined;
  cursor.next();
  const [joint, other] = [cursor.token, cursor.peek(1)];
  const isPair = cursor.is("and", "or") && other.kind === "word" && other.text === (text === "src" ? "dst" : "src");
  if (!isPair) return text;
  cursor.next();
  cursor.next();
  return joint.text === "and" ? "src and dst" : "src or dst";
}
