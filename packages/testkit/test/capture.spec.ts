/** Captures: order, transforms, batches and pcap files. */
import { LinkType } from "@tsnids/pcap";
import { capture, conversation, frame, TestkitError, udpPacket, time, type Capture, type Frame } from "@tsnids/testkit";
import { expect } from "chai";
import { hex } from "./hex.js";

/** A frame whose datagram is a letter or more. */
function letter(data: string, moment: string, link: number = LinkType.RAW): Frame {
  return frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data }), { link, time: moment });
}

function letters(frames: Capture): string {
  return Array.from(frames, ({ bytes }) => String.fromCharCode(bytes[28]!)).join("");
}

const abc = capture([letter("a", "1"), letter("b", "2"), letter("c", "3")]);

describe("capture", () => {
  it("puts parts in order of time, those of the same time as given", () => {
    const talk = conversation({
      client: "10.0.0.1:1",
      server: "10.0.0.2:2",
      start: "2",
      step: "2",
      link: LinkType.RAW,
    });
    const mixed = capture([letter("d", "4"), talk.ack("client").ack("server"), abc, letter("e", "2.000000001")]);
    expect(Array.from(mixed, ({ time: { seconds, nanoseconds } }) => [seconds, nanoseconds])).to.deep.equal([
      [1, 0],
      [2, 0],
      [2, 0],
      [2, 1],
      [3, 0],
      [4, 0],
      [4, 0],
    ]);
    expect(mixed.at(5).bytes[28]).to.equal("d".charCodeAt(0));
    expect(mixed.at(1).bytes[9]).to.equal(6);
  });

  it("drops, swaps and duplicates", () => {
    expect(letters(abc.drop(1))).to.equal("ac");
    expect(letters(abc.swap(0, 2))).to.equal("cba");
    expect(abc.swap(0, 2).frames.map((one) => one.time)).to.deep.equal(abc.frames.map((one) => one.time));
    expect(letters(abc.duplicate(1))).to.equal("abbc");
    expect(letters(abc)).to.equal("abc");
  });

  it("cuts to a snap length", () => {
    const { bytes, originalLength } = abc.cut(1, 20).at(1);
    expect([bytes.length, originalLength]).to.deep.equal([20, 29]);
  });

  it("fragments behind the same link header", () => {
    const whole = letter("0123456789", "1", LinkType.ETHERNET);
    const fragments = capture([whole]).fragment(0, [8]);
    expect(fragments.frames.map(({ bytes, originalLength }) => [bytes.length, originalLength])).to.deep.equal([
      [14 + 20 + 8, 14 + 20 + 8],
      [14 + 20 + 10, 14 + 20 + 10],
    ]);
    expect(hex(fragments.at(1).bytes.subarray(0, 14))).to.equal(hex(whole.bytes.subarray(0, 14)));
    expect(fragments.at(1).time).to.deep.equal(time("1"));
    const overlapping = [
      { start: 0, end: 16 },
      { start: 8, end: 18 },
    ];
    expect(
      capture([whole])
        .fragment(0, overlapping)
        .frames.map(({ bytes }) => bytes.length),
    ).to.deep.equal([50, 44]);
  });

  it("fragments behind headers that have the length of the packet in them", () => {
    for (const options of [{ pppoe: 5 }, { llc: true }, { link: LinkType.NFLOG }]) {
      const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x".repeat(100) });
      for (const { bytes, networkOffset } of capture([frame(packet, options)]).fragment(0, [80])) {
        const alone = frame(bytes.subarray(networkOffset), options);
        expect(hex(bytes), JSON.stringify(options)).to.equal(hex(alone.bytes));
      }
    }
  });

  it("fragments behind a header of one's own, which stays as it is", () => {
    const { linkFields, ...own } = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789" }), { pppoe: 5 });
    expect(linkFields).to.include({ pppoe: 5 });
    const header = hex(own.bytes.subarray(0, own.networkOffset));
    for (const { bytes } of capture([own]).fragment(0, [8])) {
      expect(hex(bytes.subarray(0, own.networkOffset))).to.equal(header);
    }
  });

  for (const index of [-1, 3, 0.5]) {
    it(`has no frame ${index}`, () => {
      for (const use of [
        () => abc.at(index),
        () => abc.drop(index),
        () => abc.swap(0, index),
        () => abc.cut(index, 1),
      ]) {
        expect(use).to.throw(TestkitError, `no frame ${index}`).with.property("code", "no-such-frame");
      }
    });
  }
});

describe("Capture.batch", () => {
  it("holds every frame, an interface per link type", () => {
    const batch = capture([abc.cut(0, 10), letter("d", "2.5", LinkType.ETHERNET)]).batch();
    expect(batch.length).to.equal(4);
    expect(batch.interfaces.map(({ linkType }) => linkType)).to.deep.equal([LinkType.RAW, LinkType.ETHERNET]);
    expect(Array.from(batch.interfaceIndex)).to.deep.equal([0, 0, 1, 0]);
    expect(Array.from(batch.offset)).to.deep.equal([0, 10, 39, 82]);
    expect(Array.from(batch.capturedLength)).to.deep.equal([10, 29, 43, 29]);
    expect(Array.from(batch.originalLength)).to.deep.equal([29, 29, 43, 29]);
    expect(Array.from(batch.seconds)).to.deep.equal([1, 2, 2, 3]);
    expect(Array.from(batch.nanoseconds)).to.deep.equal([0, 0, 500_000_000, 0]);
    expect(hex(batch.bytes.subarray(82, 111))).to.equal(hex(abc.at(2).bytes));
  });
});

describe("Capture.pcap", () => {
  it("is a nanosecond file with one record per frame", () => {
    const file = capture([letter("a", "1.000000002")])
      .cut(0, 20)
      .pcap();
    expect(hex(file.subarray(0, 4))).to.equal("4d3cb2a1");
    expect(hex(file.subarray(20, 40))).to.equal("65000000" + "01000000" + "02000000" + "14000000" + "1d000000");
    expect(file.length).to.equal(24 + 16 + 20);
  });

  it("refuses mixed link types and no frames at all", () => {
    const mixed = capture([abc, letter("d", "4", LinkType.ETHERNET)]);
    expect(() => mixed.pcap())
      .to.throw(TestkitError)
      .with.property("code", "mixed-links");
    expect(() => capture([]).pcap())
      .to.throw(TestkitError)
      .with.property("code", "no-such-frame");
  });
});

describe("time", () => {
  it("is exact to the nanosecond", () => {
    expect(time("1700000000.123456789")).to.deep.equal({ seconds: 1_700_000_000, nanoseconds: 123_456_789 });
    expect(time(0.1)).to.deep.equal({ seconds: 0, nanoseconds: 100_000_000 });
  });

  for (const wrong of ["", "-1", "1.", "1e3", "0.0000000001", NaN, -1]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(() => time(wrong))
        .to.throw(TestkitError)
        .with.property("code", "bad-time");
    });
  }
});
