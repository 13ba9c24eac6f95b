/**
 * The policy `discard` beside a real host: what Linux 6.18 received of fragments that are duplicated, overlap,
 * contradict each other, are empty, or have no whole units of 8 bytes. linux-fragments/record.py says how it was
 * recorded and what a line means.
 */
import { capture, fragmentHeader, frame, ipv4Packet, ipv6Packet } from "@tsnids/testkit";
import type { Frame } from "@tsnids/testkit";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { smallNids, text } from "./following.js";

const units = 10;
const udp = 17;
const ipv4 = { source: "10.0.0.1", destination: "10.0.0.2", protocol: udp } as const;
const ipv6 = { source: "2001:db8::1", destination: "2001:db8::2", protocol: udp } as const;
const header = Uint8Array.of(0, 7, 0, 9, 0, units * 8, 0, 0);

type Family = "ipv4" | "ipv6";

function fragment(family: Family, start: number, more: boolean, payload: Uint8Array): Frame {
  return frame(
    family === "ipv4"
      ? ipv4Packet({ ...ipv4, payload, identification: 1, fragmentOffset: start, moreFragments: more })
      : ipv6Packet({ ...ipv6, payload, extensions: [fragmentHeader(start, more, 1)] }),
  );
}

/** What an engine receives of the fragments of a line. */
function received(sent: string, family: Family): string {
  const fragments = sent.split(" ").map((piece) => {
    const [, start, end, rest = 0, letter = "", more] = /^(\d+)-(\d+)(?:,(\d))?(\w)([+.])$/.exec(piece) ?? [];
    const data = new TextEncoder().encode(letter.repeat((Number(end) - Number(start)) * 8 + Number(rest)));
    if (start === "0" && end !== "0") data.set(header);
    return fragment(family, Number(start) * 8, more === "+", data);
  });
  const nids = smallNids({ fragmentPolicy: "discard", ipv6FragmentPolicy: "discard", checksums: "ignore" });
  let heard = "-";
  nids.registerUdp(({ data }) => (heard = text(data).replace(/(.)\1{7}/g, "$1")));
  nids.process(capture([fragments]).batch());
  return heard;
}

describe("fragments that Linux was sent", () => {
  const file = new URL("../test/linux-fragments/recorded.txt", import.meta.url);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const second = lines.indexOf("ipv6");

  for (const [family, recorded] of [
    ["ipv4", lines.slice(1, second)],
    ["ipv6", lines.slice(second + 1)],
  ] as const) {
    it(`make the same datagrams of ${family}, or none`, () => {
      expect(recorded).to.have.lengthOf(400);
      const ours = recorded.map((line) => {
        const [sent = ""] = line.split(" = ");
        return `${sent} = ${received(sent, family)}`;
      });
      expect(ours).to.deep.equal(recorded);
    });
  }
});
