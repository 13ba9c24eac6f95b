/**
 * The policy `discard` beside a real host: what Linux 6.18 received of duplicated, overlapping and contradicting fragments.
 * linux-fragments/record.py says how it was recorded and what a line means.
 */
import { capture, fragmentFrame, frame, ipPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { smallNids, text } from "./following.js";

const units = 10;
const udp = 17;
const addresses = { ipv4: ["10.0.0.1", "10.0.0.2"], ipv6: ["2001:db8::1", "2001:db8::2"] } as const;
const header = Uint8Array.of(0, 7, 0, 9, 0, units * 8, 0, 0);

type Family = keyof typeof addresses;

/** What an engine receives of the fragments of a line. */
function received(sent: string, family: Family): string {
  const [from, to] = addresses[family];
  const whole = frame(ipPacket(from, to, udp, new Uint8Array(units * 8)));
  const ranges = sent.split(" ").map((piece) => {
    const [, start, end, letter = "", more] = /^(\d+)-(\d+)(\w)([+.])$/.exec(piece) ?? [];
    const data = new TextEncoder().encode(letter.repeat((Number(end) - Number(start)) * 8));
    if (start === "0") data.set(header);
    return { start: Number(start) * 8, end: Number(end) * 8, data, more: more === "+" };
  });
  const nids = smallNids({ fragmentPolicy: "discard", ipv6FragmentPolicy: "discard", checksums: "ignore" });
  let heard = "-";
  nids.registerUdp(({ data }) => (heard = text(data).replace(/(.)\1{7}/g, "$1")));
  nids.process(capture([fragmentFrame(whole, ranges, 1)]).batch());
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
      expect(recorded).to.have.lengthOf(250);
      const ours = recorded.map((line) => {
        const [sent = ""] = line.split(" = ");
        return `${sent} = ${received(sent, family)}`;
      });
      expect(ours).to.deep.equal(recorded);
    });
  }
});
