/** Datagrams from fragments, of both families (RFC 791 §3.2, RFC 8200 §4.5): order, overlap, time and limits. */
import type { Nids, NidsParams } from "@tsnids/nids";
import type { Frame, FragmentPiece } from "@tsnids/testkit";
import { addTime, capture, cutFrame, defaultStart, fragmentFrame, frame, time, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { smallNids, text } from "./following.js";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123";
const families = { ipv4: ["10.0.0.1:1", "10.0.0.2:2"], ipv6: ["[2001:db8::1]:1", "[2001:db8::2]:2"] } as const;

/** A datagram of 64 bytes: a UDP header and 56 letters. */
function whole(family: keyof typeof families, identification = 1): Frame {
  const [from, to] = families[family];
  return frame(udpPacket(from, to, { data: letters }, { ipv4: { identification } }));
}

/** Fragments of it. */
function pieces(
  family: keyof typeof families,
  cuts: readonly number[] | readonly FragmentPiece[],
  identification = 1,
): Frame[] {
  return fragmentFrame(whole(family, identification), cuts, identification);
}

function at(seconds: string, frames: readonly Frame[]): Frame[] {
  return frames.map((each) => ({ ...each, time: addTime(defaultStart, time(seconds)) }));
}

/** What is heard of frames in this order, and the engine that heard it. */
function heardOf(frames: readonly Frame[], params: Partial<NidsParams> = {}): { heard: string[]; nids: Nids } {
  const nids = smallNids(params);
  const heard: string[] = [];
  nids.registerUdp(({ data }) => void heard.push(text(data)));
  nids.on("alert", ({ code, detail }) => void heard.push(detail === undefined ? code : `${code} ${detail}`));
  nids.process(capture([frames]).batch());
  return { heard, nids };
}

for (const family of ["ipv4", "ipv6"] as const) {
  describe(`fragments of ${family}`, () => {
    it("make a datagram in any order, whatever else comes between", () => {
      const eight = pieces(family, [8, 16, 24, 32, 40, 48, 56]);
      const other = pieces(family, [32], 2);
      fc.assert(
        fc.property(fc.shuffledSubarray([...eight, ...other], { minLength: 10 }), (frames) => {
          const { heard, nids } = heardOf(frames);
          expect(heard).to.deep.equal([letters, letters]);
          expect(nids.statistics()).to.include({ fragments: 10, datagramsReassembled: 2, datagramsGivenUp: 0 });
        }),
        { numRuns: 200 },
      );
    });

    it("do not mix with those of other datagrams, hosts or VLANs", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      const [, otherIdentification] = pieces(family, [32], 2) as [Frame, Frame];
      const reversed = udpPacket(
        families[family][1],
        families[family][0],
        { data: letters },
        { ipv4: { identification: 1 } },
      );
      const [, otherDirection] = fragmentFrame(frame(reversed), [32], 1) as [Frame, Frame];
      const tagged = frame(
        udpPacket(families[family][0], families[family][1], { data: letters }, { ipv4: { identification: 1 } }),
        { vlan: [9] },
      );
      const [, otherVlan] = fragmentFrame(tagged, [32], 1) as [Frame, Frame];
      expect(heardOf([first, otherIdentification, otherDirection, otherVlan]).heard).to.deep.equal([]);
      expect(heardOf([first, otherIdentification, otherDirection, otherVlan, second]).heard).to.deep.equal([letters]);
    });

    it("that repeat are overlaps without conflict", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      expect(heardOf([first, first, second]).heard).to.deep.equal(["fragment-overlap", letters]);
    });

    it("that overlap and agree raise an alert for each fragment overlapped", () => {
      const frames = pieces(family, [
        { start: 0, end: 16 },
        { start: 32, end: 64 },
        { start: 8, end: 40 },
      ]);
      expect(heardOf(frames).heard).to.deep.equal(["fragment-overlap", "fragment-overlap", letters]);
    });

    it("that overlap and differ raise one more", () => {
      const frames = pieces(family, [
        { start: 0, end: 32 },
        { start: 24, end: 40, data: "X".repeat(16), more: true },
        { start: 40, end: 64 },
      ]);
      const mixed = `${letters.slice(0, 24)}${"X".repeat(8)}${letters.slice(32)}`;
      const { heard } = heardOf(frames, { checksums: "ignore", fragmentPolicy: "first" });
      expect(heard).to.deep.equal(["fragment-overlap", "fragment-conflict", mixed]);
    });

    it("inside another one leave nothing behind", () => {
      const frames = pieces(family, [
        { start: 0, end: 24 },
        { start: 24, end: 40 },
        { start: 8, end: 16 },
        { start: 40, end: 64 },
      ]);
      expect(heardOf(frames).heard).to.deep.equal(["fragment-overlap", letters]);
    });

    it("are not given up for a whole datagram of the same identification", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      expect(heardOf([first, whole(family), second]).heard).to.deep.equal([letters, letters]);
    });

    it("that disagree about the end raise an alert", () => {
      const frames = pieces(family, [
        { start: 0, end: 32 },
        { start: 32, end: 48, more: false },
        { start: 32, end: 64 },
      ]);
      expect(heardOf(frames.slice(0, 2)).heard, "cut short: the checksum is wrong").to.deep.equal([]);
      const twoEnds = pieces(family, [
        { start: 32, end: 48, more: false },
        { start: 48, end: 64 },
        { start: 0, end: 32 },
      ]);
      expect(heardOf(twoEnds).heard).to.deep.equal(["fragment-end-moved", letters]);
    });

    it("behind the end give the datagram up", () => {
      const frames = pieces(family, [
        { start: 40, end: 64, more: true },
        { start: 32, end: 40, more: false },
        { start: 0, end: 32 },
      ]);
      const { heard, nids } = heardOf(frames);
      expect(heard).to.deep.equal(["fragment-beyond-end"]);
      expect(nids.statistics().datagramsGivenUp).to.equal(1);
    });

    it("are given up when the rest has not come in time, on the packet clock", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      const inTime = heardOf([...at("0", [first]), ...at("59.999", [second])]);
      expect(inTime.heard).to.deep.equal([letters]);
      const sameSecond = heardOf([...at("0.5", [first]), ...at("60.4", [second])]);
      expect(sameSecond.heard).to.deep.equal([letters]);
      const late = heardOf([...at("0", [first]), ...at("60.001", [second])]);
      expect(late.heard).to.deep.equal([]);
      expect(late.nids.statistics().datagramsGivenUp).to.equal(1);
      const short = heardOf([...at("0.9", [first]), ...at("1.401", [second])], { fragmentTimeoutMs: 500 });
      expect(short.heard).to.deep.equal([]);
    });

    it("cut by the snap length never make a datagram", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      expect(heardOf([cutFrame(first, first.bytes.length - 4), second]).heard).to.deep.equal([]);
    });

    it("that would make a datagram too long are refused", () => {
      const far = pieces(family, [{ start: 65528, end: 65528 + 64, data: new Uint8Array(64) }]);
      expect(heardOf(far).heard).to.deep.equal(["fragment-oversize"]);
    });

    it("make the longest datagram there is", () => {
      const [from, to] = families[family];
      const header = family === "ipv4" ? 28 : 8;
      const data = new Uint8Array(65535 - header).fill(7);
      const longest = frame(udpPacket(from, to, { data }));
      const frames = fragmentFrame(
        longest,
        Array.from({ length: 45 }, (_, index) => (index + 1) * 1448),
        1,
      );
      const { nids, heard } = heardOf(frames.reverse());
      expect(heard.map((each) => each.length)).to.deep.equal([65535 - header]);
      expect(nids.statistics().datagramsReassembled).to.equal(1);
    });
  });
}

describe("limits of fragments", () => {
  it("maxFragmentsPerDatagram: one more gives the datagram up", () => {
    const frames = pieces("ipv4", [8, 16, 24]);
    expect(heardOf(frames, { maxFragmentsPerDatagram: 4 }).heard).to.deep.equal([letters]);
    expect(heardOf(frames, { maxFragmentsPerDatagram: 3 }).heard).to.deep.equal([
      "fragment-limit maxFragmentsPerDatagram",
    ]);
  });

  it("maxFragmentedDatagrams: the one that has waited longest goes", () => {
    const starts = [1, 2, 3].map((identification) => pieces("ipv4", [32], identification)[0] as Frame);
    const ends = [1, 2, 3].map((identification) => pieces("ipv4", [32], identification)[1] as Frame);
    const { heard, nids } = heardOf([...starts, ...ends.slice(1)], { maxFragmentedDatagrams: 2 });
    expect(heard).to.deep.equal(["fragment-limit maxFragmentedDatagrams", letters, letters]);
    expect(nids.statistics()).to.include({ datagramsGivenUp: 1, datagramsReassembled: 2 });
  });

  it("maxFragmentBytes: the one that has waited longest goes", () => {
    const starts = [1, 2, 3].map((identification) => pieces("ipv4", [32], identification)[0] as Frame);
    const last = pieces("ipv4", [32], 3)[1] as Frame;
    const { heard, nids } = heardOf([...starts, last], { maxFragmentBytes: 4096 });
    const alert = "fragment-limit maxFragmentBytes";
    expect(heard).to.deep.equal([alert, alert, letters]);
    expect(nids.statistics().datagramsGivenUp).to.equal(2);
  });

  it("maxFragmentBytes: a datagram that does not fit at all is given up", () => {
    const { heard, nids } = heardOf(pieces("ipv4", [16, 32]), { maxFragmentBytes: 2048 });
    expect(heard.slice(0, 1)).to.deep.equal(["fragment-limit maxFragmentBytes"]);
    expect(heard).not.to.include(letters);
    expect(nids.statistics().datagramsReassembled).to.equal(0);
  });

  it("a fragment header inside a datagram that was put together is not believed", () => {
    const [from, to] = families.ipv6;
    const inner = fragmentFrame(frame(udpPacket(from, to, { data: letters })), [{ start: 8, end: 64 }], 7)[0] as Frame;
    const { heard, nids } = heardOf(fragmentFrame(inner, [16, 32], 8));
    expect(heard.filter((line) => !line.startsWith("ip-"))).to.deep.equal([]);
    expect(nids.statistics()).to.include({ udpDatagrams: 0, udpInvalid: 0 });
  });
});
