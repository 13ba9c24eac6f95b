// What callers give: a wrong argument or option is refused by its name.

import {
  fromFile,
  fromFileLoop,
  openFile,
  sniff,
  sniffAny,
  sniffLoop,
  sniffNext,
  tcpData,
  toFile,
} from "@tsnids/sniff";
import { frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { opening, sourceOf } from "./decoded.js";
import { rejection } from "./rejection.js";

const frames = [frame(udpPacket("10.0.0.1:53", "10.0.0.2:53", { data: "x" }))];

describe("what callers give", () => {
  it("is refused by name where it is wrong, before anything is opened", async () => {
    const open = opening(frames);
    const none = undefined as never;
    const cases: readonly (readonly [name: string, refused: () => Promise<unknown>])[] = [
      ["fliter", () => sniff(1, { open, fliter: "udp" } as object)],
      ["filter", () => sniff(1, { open, filter: 5 as never })],
      ["device", () => sniffNext({ open, device: "" })],
      ["device", () => sniffAny({ open, device: "eth0" } as object)],
      ["signal", () => sniff(1, { open, signal: {} as never })],
      ["open", () => sniff(1, { open: 5 as never })],
      ["dump", () => sniff(1, { open, dump: "" })],
      ["count", () => sniffLoop("3" as never, () => undefined)],
      ["callback", () => fromFileLoop("none.pcap", 1, none)],
      ["path", () => fromFile(none)],
      ["path", () => toFile("", 1, undefined, undefined, { open })],
      ["path", () => Promise.resolve().then(() => openFile(none))],
      ["options", () => Promise.resolve().then(() => openFile("x.pcap", null as never))],
      ["onWarn", () => Promise.resolve().then(() => openFile("x.pcap", { onWarn: none } as object))],
      ["onWarning", () => Promise.resolve().then(() => openFile("x.pcap", { onWarning: 5 as never }))],
      ["dump", () => toFile("x.pcap", 1, undefined, undefined, { open, dump: "y.pcap" } as object)],
      ["options", () => sniff(1, 5 as never)],
      ["timeOut", () => tcpData({ open, timeOut: 5 } as object).next()],
    ];
    for (const [name, refused] of cases) {
      const error = await rejection(refused());
      expect(error, name).to.be.instanceOf(Error).and.to.include({ name: "SniffError", code: "invalid-argument" });
      expect(String(error)).to.match(new RegExp(`: (there is no option "${name}" here|${name} must be )`));
    }
    expect(open.asked).to.deep.equal([]);
  });

  it("is refused where `open` returns no source", async () => {
    for (const [returned, text] of [
      ["web.pcap", /^open must return .* not "web.pcap"$/],
      [Promise.resolve(sourceOf(frames)), /^open must return .* not an object$/],
      [undefined, /^open must return .* not undefined$/],
    ] as const) {
      const error = await rejection(sniff(1, { open: () => returned as never }));
      expect(error).to.include({ name: "SniffError", code: "invalid-argument" }).and.property("message").match(text);
    }
  });

  it("is shown as what it is, whatever it is", async () => {
    for (const [value, text] of [
      ["3", '"3"'],
      [3n, "3n"],
      [Object.create(null), "an object"],
      [Symbol("s"), "Symbol(s)"],
    ] as const) {
      const message = `count must be a whole number above 0, or Infinity, not ${text}`;
      expect(await rejection(sniff(value as never, {}))).to.include({ name: "SniffError", message });
    }
  });
});
