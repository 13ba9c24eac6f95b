// What a stream is wrapped in, for people: "vlan 5, gre 10.9.0.1-10.9.0.2, vxlan 7".

import type { Encapsulation } from "@tsnids/nids";

/** The list in words, outermost first; empty for the bare wire. */
export function encapsulationText(encapsulation: readonly Encapsulation[]): string {
  return encapsulation.map(one).join(", ");
}

function one({ kind, id, source, destination }: Encapsulation): string {
  const words: string[] = [kind];
  if (id !== undefined) words.push(String(id));
  if (source !== undefined && destination !== undefined) words.push(`${source}-${destination}`);
  return words.join(" ");
}
