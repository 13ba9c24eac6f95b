/** Datagrams from fragments, of both families (RFC 791 §3.2, RFC 8200 §4.5): order, overlap, time and limits. */
import type { FragmentPolicy, Nids, NidsParams } from "@tsnids/nids";
import type { Frame, FragmentPiece } from "@tsnids/testkit";
import {
  addTime,
  Capture,
  capture,
  cutFrame,
  defaultStart,
  fragmentFrame,
  fragmentHeader,
  frame,
  ipv4Packet,
  ipv6Packet,
  tcpPacket,
  time,
  udpPacket,
} from "@tsnids/testkit";
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

/** A fragment of the same datagram that holds nothing. */
function emptyPiece(family: keyof typeof families, start: number, more = true): Frame {
  const [source, destination] = families[family].map((end) => end.replace(/\[|\]?:\d$/g, "")) as [string, string];
  const fields = { source, destination, protocol: 17, payload: new Uint8Array(0) };
  return frame(
    family === "ipv4"
      ? ipv4Packet({ ...fields, identification: 1, fragmentOffset: start, moreFragments: more })
      : ipv6Packet({ ...fields, extensions: [fragmentHeader(start, more, 1)] }),
  );
}

/** The frame with another byte in its IP packet. */
function withByte({ bytes, ...rest }: Frame, at: number, value: number): Frame {
  const changed = bytes.slice();
  changed[rest.networkOffset + at] = value;
  return { ...rest, bytes: changed };
}

function at(seconds: string, frames: readonly Frame[]): Frame[] {
  return frames.map((each) => ({ ...each, time: addTime(defaultStart, time(seconds)) }));
}

/** What is heard of frames in this order: datagrams, codes of alerts, and the details of these; and the engine that heard it. */
function heardOf(
  frames: readonly Frame[],
  params: Partial<NidsParams> = {},
): { heard: string[]; details: (string | undefined)[]; nids: Nids } {
  const nids = smallNids(params);
  const heard: string[] = [];
  const details: (string | undefined)[] = [];
  nids.registerUdp(({ data }) => void heard.push(text(data)));
  nids.on("alert", ({ code, detail }) => {
    heard.push(code);
    details.push(detail);
  });
  nids.process(new Capture(frames).batch());
  return { heard, details, nids };
}

/** Both families put together what overlaps, or discard it. */
const resolving: Partial<NidsParams> = { fragmentPolicy: "first", ipv6FragmentPolicy: "first" };
const discarding: Partial<NidsParams> = { fragmentPolicy: "discard", ipv6FragmentPolicy: "discard" };

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
      const { heard, details } = heardOf([first, first, second]);
      expect(heard).to.deep.equal(["fragment-overlap", letters]);
      const datagram = family === "ipv4" ? "identification 1, protocol 17" : "identification 1";
      expect(details).to.deep.equal([`${datagram}, bytes 0 to 32`]);
    });

    it("that overlap and agree raise an alert for each fragment overlapped", () => {
      const frames = pieces(family, [
        { start: 0, end: 16 },
        { start: 32, end: 64 },
        { start: 8, end: 40 },
      ]);
      expect(heardOf(frames, resolving).heard).to.deep.equal(["fragment-overlap", "fragment-overlap", letters]);
    });

    it("that overlap very many raise a bounded number of alerts", () => {
      const [from, to] = families[family];
      const large = frame(udpPacket(from, to, { data: new Uint8Array(800) }));
      const small = Array.from({ length: 100 }, (_, index) => ({ start: index * 8, end: index * 8 + 8 }));
      const { heard } = heardOf(fragmentFrame(large, [...small, { start: 0, end: 800 }], 1), resolving);
      expect(heard).to.deep.equal(Array<string>(16).fill("fragment-overlap"));
    });

    it("that overlap and differ raise one more", () => {
      const frames = pieces(family, [
        { start: 0, end: 32 },
        { start: 24, end: 40, data: "X".repeat(16), more: true },
        { start: 40, end: 64 },
      ]);
      const mixed = `${letters.slice(0, 24)}${"X".repeat(8)}${letters.slice(32)}`;
      const { heard } = heardOf(frames, { checksums: "ignore", ...resolving });
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
      expect(heardOf(twoEnds, resolving).heard).to.deep.equal(["fragment-end-moved", letters]);
      expect(heardOf(twoEnds, discarding).heard).to.deep.equal(["fragment-end-moved"]);
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
      expect(late.nids.statistics()).to.include({ datagramsGivenUp: 1, datagramsTimedOut: 1, datagramsEvicted: 0 });
      const short = heardOf([...at("0.9", [first]), ...at("1.401", [second])], { fragmentTimeoutMs: 500 });
      expect(short.heard).to.deep.equal([]);
    });

    it("are not given up because another interface's clock is ahead", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      const [ahead, aheadToo] = pieces(family, [32], 2) as [Frame, Frame];
      const frames = [
        ...[...at("100", [whole(family, 3)]), ...at("0", [first]), ...at("100", [ahead])],
        ...[...at("0.001", [second]), ...at("100.001", [aheadToo])],
      ];
      const { heard, nids } = heardOf(frames);
      expect(heard).to.deep.equal([letters, "clock-backwards", letters, letters]);
      expect(nids.statistics().datagramsTimedOut).to.equal(0);
    });

    it("cut by the snap length never make a datagram", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      expect(heardOf([cutFrame(first, first.bytes.length - 4), second]).heard).to.deep.equal([]);
    });

    it("that would make a datagram too long are refused", () => {
      const far = pieces(family, [{ start: 65528, end: 65528 + 64, data: new Uint8Array(64) }]);
      const { heard, nids } = heardOf(far);
      expect(heard).to.deep.equal(["fragment-oversize"]);
      expect(nids.statistics()).to.include({ fragments: 1, fragmentsInvalid: 1, datagramsGivenUp: 0 });
    });

    it("whose overlap is discarded end their datagram, and the next of the same name is a new one", () => {
      const frames = pieces(family, [
        { start: 0, end: 32 },
        { start: 24, end: 40 },
      ]);
      const again = pieces(family, [32]);
      const { heard, nids } = heardOf([...frames, ...again], discarding);
      expect(heard).to.deep.equal(["fragment-overlap", letters]);
      expect(nids.statistics()).to.include({ datagramsGivenUp: 1, datagramsReassembled: 1 });
    });

    it("are duplicates, and discard nothing, where all their bytes have come before", () => {
      const frames = pieces(family, [
        { start: 0, end: 16 },
        { start: 16, end: 32 },
        { start: 8, end: 24, data: "X".repeat(16), more: true },
        { start: 32, end: 64 },
      ]);
      const { heard } = heardOf(frames, discarding);
      expect(heard).to.deep.equal(["fragment-overlap", "fragment-overlap", "fragment-conflict", letters]);
    });

    it("go by the policy of the network they are sent to", () => {
      const frames = pieces(family, [
        { start: 0, end: 32 },
        { start: 8, end: 40, data: "X".repeat(32), more: true },
        { start: 40, end: 64 },
      ]);
      const firstWins = `${letters.slice(0, 24)}${"X".repeat(8)}${letters.slice(32)}`;
      const lastWins = `${"X".repeat(32)}${letters.slice(32)}`;
      const [receiver, around, sender] =
        family === "ipv4" ? ["10.0.0.2", "10.0.0.0/9", "10.0.0.1"] : ["2001:db8::2", "2001:db8::/33", "2001:db8::1"];
      const heardBy = (fragmentPolicyByNetwork: NidsParams["fragmentPolicyByNetwork"]): string | undefined =>
        heardOf(frames, { checksums: "ignore", ...resolving, fragmentPolicyByNetwork }).heard.at(-1);
      expect(heardBy({})).to.equal(firstWins);
      expect(heardBy({ [sender]: "last" })).to.equal(firstWins);
      expect(heardBy({ [around]: "last" })).to.equal(lastWins);
      expect(heardBy({ [receiver]: "last", [around]: "first" })).to.equal(lastWins);
      expect(heardBy({ [receiver]: "first", [around]: "last" })).to.equal(firstWins);
    });

    it("before the last whose length is no multiple of 8 raise an alert", () => {
      const frames = pieces(family, [
        { start: 0, end: 36, more: true },
        { start: 32, end: 64 },
      ]);
      const { heard, nids } = heardOf(frames);
      expect(heard).to.deep.equal(family === "ipv4" ? ["fragment-length", letters] : ["fragment-length"]);
      expect(nids.statistics().fragmentsInvalid).to.equal(family === "ipv4" ? 0 : 1);
    });

    it("before the last whose length is no multiple of 8 are cut to one, or dropped as BSD and IPv6 hosts do", () => {
      const frames = pieces(family, [
        { start: 0, end: 32 },
        { start: 32, end: 44, data: "12345678JUNK", more: true },
        { start: 40, end: 64 },
      ]);
      const heardBy = (policy: FragmentPolicy): string[] =>
        heardOf(frames, { checksums: "ignore", fragmentPolicy: policy, ipv6FragmentPolicy: policy }).heard;
      const cut = family === "ipv4" ? [`${letters.slice(0, 24)}12345678${letters.slice(32)}`] : [];
      for (const policy of ["discard", "linux", "first", "last", "windows", "solaris"] as const) {
        expect(heardBy(policy), policy).to.deep.equal(["fragment-length", ...cut]);
      }
      expect(heardBy("bsd")).to.deep.equal(["fragment-length"]);
      expect(heardBy("bsd-right")).to.deep.equal(["fragment-length"]);
    });

    it("without payload raise an alert, and give the datagram up where contradictions do", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      for (const empty of [emptyPiece(family, 32), emptyPiece(family, 8)]) {
        expect(heardOf([first, empty, second], resolving).heard).to.deep.equal(["fragment-length", letters]);
        const { heard, nids } = heardOf([first, empty, second], discarding);
        expect(heard).to.deep.equal(["fragment-length"]);
        expect(nids.statistics()).to.include({ datagramsGivenUp: 1, datagramsReassembled: 0 });
      }
    });

    it("make a datagram with the headers of the one whose first bytes count", () => {
      const hopsAt = family === "ipv4" ? 8 : 7;
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      const hopsBy = (policy: FragmentPolicy): number | undefined => {
        const nids = smallNids({ checksums: "ignore", fragmentPolicy: policy, ipv6FragmentPolicy: policy });
        let hops: number | undefined;
        nids.registerIp(({ header }) => void (hops = header[hopsAt]));
        nids.process(capture([[first, withByte(first, hopsAt, 9), second]]).batch());
        return hops;
      };
      for (const policy of ["discard", "first", "bsd", "windows"] as const) expect(hopsBy(policy), policy).to.equal(64);
      for (const policy of ["linux", "last"] as const) expect(hopsBy(policy), policy).to.equal(9);
    });

    it("that cut the headers of their datagram raise an alert", () => {
      const [from, to] = families[family];
      const segment = frame(
        tcpPacket(from, to, { seq: 1, flags: "S", data: letters }, { ipv4: { identification: 1 } }),
      );
      const tiny = fragmentFrame(
        segment,
        [
          { start: 0, end: 16 },
          { start: 16, end: 76 },
        ],
        1,
      );
      expect(heardOf(tiny).heard).to.deep.equal(["fragment-tiny", "fragment-tiny"]);
      expect(heardOf(fragmentFrame(segment, [24], 1)).heard).to.deep.equal([]);
      expect(heardOf(fragmentFrame(segment, [{ start: 8, end: 64 }], 1)).heard).to.deep.equal(["fragment-tiny"]);
    });

    it("are no part of a whole packet of the same name", () => {
      const [first, second] = pieces(family, [32]) as [Frame, Frame];
      const atomic = pieces(family, [{ start: 0, end: 64 }])[0] as Frame;
      const { heard, nids } = heardOf([first, atomic, second]);
      expect(heard).to.deep.equal([letters, letters]);
      expect(nids.statistics()).to.include({ fragments: 2, datagramsReassembled: 1 });
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

describe("the first fragment of an IPv6 datagram", () => {
  it("is dropped where headers are missing in it, as hosts do, and a whole one is taken", () => {
    // Linux 6.18 was sent the same: nothing, then the datagram.
    const [from, to] = families.ipv6;
    const extensions = [{ number: 60, bytes: Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0) }];
    const query = frame(udpPacket(from, to, { data: letters }, { ipv6: { extensions } }));
    const cut = { start: 0, end: 8 };
    const frames = fragmentFrame(query, [cut, { start: 8, end: 72 }], 1);
    const again = fragmentFrame(query, [cut, { start: 0, end: 16 }, { start: 16, end: 72 }], 2);
    const { heard, nids } = heardOf([...frames, ...again]);
    expect(heard).to.deep.equal(["fragment-tiny", "fragment-tiny", letters]);
    expect(nids.statistics()).to.include({ fragmentsInvalid: 2, datagramsReassembled: 1 });
    expect(heardOf(frames, resolving).heard).to.deep.equal(["fragment-tiny", letters]);
  });
});

describe("a duplicate of the first fragment of an IPv6 datagram", () => {
  it("says nothing of what the datagram holds", () => {
    const [first, second] = pieces("ipv6", [32]) as [Frame, Frame];
    const hiding = withByte(first, 40, 59); // No Next Header
    expect(heardOf([first, hiding, second]).heard).to.deep.equal(["fragment-overlap", letters]);
    expect(heardOf([first, hiding, second], resolving).heard).to.deep.equal(["fragment-overlap", letters]);
  });
});

describe("limits of fragments", () => {
  it("maxFragmentsPerDatagram: one more gives the datagram up", () => {
    const frames = pieces("ipv4", [8, 16, 24]);
    expect(heardOf(frames, { maxFragmentsPerDatagram: 4 }).heard).to.deep.equal([letters]);
    const { heard, details, nids } = heardOf(frames, { maxFragmentsPerDatagram: 3 });
    expect(heard).to.deep.equal(["fragment-limit"]);
    expect(details).to.deep.equal([
      "maxFragmentsPerDatagram: 10.0.0.1 -> 10.0.0.2, identification 1, protocol 17 is given up",
    ]);
    expect(nids.statistics()).to.include({ datagramsGivenUp: 1, datagramsEvicted: 1, datagramsTimedOut: 0 });
  });

  it("maxFragmentedDatagrams: the one that has waited longest goes", () => {
    const starts = [1, 2, 3].map((identification) => pieces("ipv4", [32], identification)[0] as Frame);
    const ends = [1, 2, 3].map((identification) => pieces("ipv4", [32], identification)[1] as Frame);
    const { heard, details, nids } = heardOf([...starts, ...ends.slice(1)], { maxFragmentedDatagrams: 2 });
    expect(heard).to.deep.equal(["fragment-limit", letters, letters]);
    expect(details).to.deep.equal([
      "maxFragmentedDatagrams: 10.0.0.1 -> 10.0.0.2, identification 1, protocol 17 is given up",
    ]);
    expect(nids.statistics()).to.include({ datagramsGivenUp: 1, datagramsEvicted: 1, datagramsReassembled: 2 });
  });

  it("maxFragmentBytes: the one that has waited longest goes", () => {
    const starts = [1, 2, 3].map((identification) => pieces("ipv4", [32], identification)[0] as Frame);
    const last = pieces("ipv4", [32], 3)[1] as Frame;
    const { heard, details, nids } = heardOf([...starts, last], { maxFragmentBytes: 4096 });
    expect(heard).to.deep.equal(["fragment-limit", "fragment-limit", letters]);
    expect(details.map((detail) => detail?.slice(0, 57))).to.deep.equal([
      "maxFragmentBytes: 10.0.0.1 -> 10.0.0.2, identification 1,",
      "maxFragmentBytes: 10.0.0.1 -> 10.0.0.2, identification 2,",
    ]);
    expect(nids.statistics()).to.include({ datagramsGivenUp: 2, datagramsEvicted: 2 });
  });

  it("maxFragmentBytes: a datagram that does not fit at all is given up", () => {
    const { heard, nids } = heardOf(pieces("ipv4", [16, 32]), { maxFragmentBytes: 2048 });
    expect(heard.slice(0, 1)).to.deep.equal(["fragment-limit"]);
    expect(heard).not.to.include(letters);
    expect(nids.statistics().datagramsReassembled).to.equal(0);
  });

  it("maxFragmentBytes: large fragments count by their bytes", () => {
    const [from, to] = families.ipv4;
    const longest = frame(udpPacket(from, to, { data: new Uint8Array(40_000) }));
    const frames = fragmentFrame(longest, [20_000], 1);
    expect(heardOf(frames, { maxFragmentBytes: 40_960 }).nids.statistics().datagramsReassembled).to.equal(1);
    const { heard, nids } = heardOf(frames, { maxFragmentBytes: 38_912 });
    expect(heard).to.deep.equal(["fragment-limit"]);
    expect(nids.statistics()).to.include({ datagramsEvicted: 1, datagramsReassembled: 0 });
  });

  it("a fragment header inside a datagram that was put together is not believed", () => {
    const [from, to] = families.ipv6;
    const inner = fragmentFrame(frame(udpPacket(from, to, { data: letters })), [{ start: 8, end: 64 }], 7)[0] as Frame;
    const { heard, nids } = heardOf(fragmentFrame(inner, [16, 32], 8));
    expect(heard.filter((line) => !line.startsWith("ip-"))).to.deep.equal([]);
    expect(nids.statistics()).to.include({ udpDatagrams: 0, udpInvalid: 0 });
  });
});
