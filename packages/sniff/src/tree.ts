// A packet as a tree for people:
//
//   2026-11-21T04:18:08.309002000Z  469 bytes
//   ├─ Ethernet
//   │  ├─ destination: 02:00:0a:09:00:01
//   │  └─ …
//   ├─ TCP
//   │  └─ flags: 0x018: AE 0, CWR 0, ECE 0, URG 0, ACK 1, PSH 1, RST 0, SYN 0, FIN 0
//   └─ payload
//      ├─ length: 403
//      └─ data: GET /index.html HTTP/1.1..Host: …

import type { PacketParts } from "./packet.js";
import type { Field } from "./protocol/layer.js";

/** Characters of the payload that are shown. */
const shownBytes = 64;

type Branch = readonly [name: string, fields: readonly Field[]];

/** The tree of a packet. Nothing in it can command a terminal: bytes that do not print are dots. */
export function tree(packet: PacketParts): string {
  const { timestamp, bytes, originalLength, layers } = packet;
  const size = bytes.length < originalLength ? `${bytes.length} of ${originalLength} bytes` : `${bytes.length} bytes`;
  const branches: Branch[] = layers.map((layer) => [layer.protocol, layer.fields()]);
  const payload = payloadFields(packet);
  if (payload.length > 0) branches.push(["payload", payload]);
  if (packet.trailer.length > 0) branches.push(["trailer", [["length", packet.trailer.length]]]);
  if (packet.problem !== undefined) branches.push([`${packet.problem.code}: ${packet.problem.message}`, []]);
  return [`${timestamp.toString()}  ${size}`, ...branches.flatMap(branchLines)].join("\n");
}

function payloadFields({ payload, missing }: PacketParts): Field[] {
  const fields: Field[] = [];
  if (payload.length > 0) fields.push(["length", payload.length], ["data", printable(payload)]);
  if (missing > 0) fields.push(["not captured", missing]);
  return fields;
}

function printable(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, shownBytes), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  ).join("");
  return bytes.length > shownBytes ? `${text}…` : text;
}

function branchLines([name, fields]: Branch, index: number, all: readonly Branch[]): string[] {
  const isLast = index === all.length - 1;
  const lines = fields.map(([field, value], place) => {
    const corner = place === fields.length - 1 ? "└─" : "├─";
    return `${isLast ? "   " : "│  "}${corner} ${field}: ${value}`;
  });
  return [`${isLast ? "└─" : "├─"} ${name}`, ...lines];
}
