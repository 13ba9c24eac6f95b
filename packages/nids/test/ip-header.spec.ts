/** IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3, §4) headers: which packets are believed, and what is said about the others. */
import type { Alert } from "@tsnids/nids";
import type { ExtensionHeader, Frame, Ipv4Options, Ipv6Options } from "@tsnids/testkit";
import {
  capture,
  conversation,
  cutFrame,
  ExtensionHeaderNumber,
  extensionHeader,
  frame,
  fragmentHeader,
  udpPacket,
} from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";

/** What is heard of frames: datagrams, and alerts by their codes. */
function heardOf(frames: readonly Frame[], checksums: "verify" | "ignore" = "verify"): string[] {
  const nids = smallNids({ checksums });
  const heard: string[] = [];
  nids.registerUdp(({ data }) => void heard.push(text(data)));
  nids.on("alert", ({ code }: Alert) => void heard.push(`alert ${code}`));
  nids.process(capture([frames]).batch());
  return heard;
}

function ipv4(options: Ipv4Options, padTo = 0): Frame {
  return frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "data" }, { ipv4: options }), { padTo });
}

function ipv6(options: Ipv6Options, padTo = 0): Frame {
  return frame(udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "data" }, { ipv6: options }), { padTo });
}

const headerAlert = ["alert ip-header"];

describe("an IPv4 header", () => {
  it("with options nobody minds is fine", () => {
    expect(heardOf([ipv4({})])).to.deep.equal(["data"]);
    expect(heardOf([ipv4({ options: Uint8Array.of(1, 1, 7, 7, 4, 0, 0, 0, 0, 0) })]), "record route").to.deep.equal([
      "data",
    ]);
    expect(heardOf([ipv4({ options: Uint8Array.of(0, 131, 99) })]), "behind the end of options").to.deep.equal([
      "data",
    ]);
    expect(heardOf([ipv4({ dontFragment: true, reservedFlag: true, ttl: 0, tos: 255 })])).to.deep.equal(["data"]);
  });

  for (const [name, options] of Object.entries<Ipv4Options>({
    "of another version": { version: 5 },
    "shorter than five words": { headerLength: 4 },
    "longer than the packet": { headerLength: 15 },
    "whose total length is smaller than itself": { totalLength: 19 },
    "whose total length is more than was sent": { totalLength: 1000 },
    "with a wrong checksum": { checksum: "bad" },
  })) {
    it(`${name} is refused`, () => expect(heardOf([ipv4(options)])).to.deep.equal(headerAlert));
  }

  it("with a wrong checksum is taken where checksums are ignored", () => {
    expect(heardOf([ipv4({ checksum: "bad" })], "ignore")).to.deep.equal(["data"]);
  });

  it("without a total length means all there is: segmentation offload left it out", () => {
    expect(heardOf([ipv4({ totalLength: 0 })])).to.deep.equal(["data"]);
  });

  for (const [name, options] of Object.entries({
    "a loose source route": [131, 7, 4, 10, 0, 0, 9],
    "a strict source route": [1, 137, 7, 4, 10, 0, 0, 9],
    "an option of no length": [7, 0, 0, 0],
    "an option longer than the header": [7, 40, 4, 0],
    "an option cut off before its length": [1, 1, 1, 7],
  })) {
    it(`with ${name} is refused`, () => {
      expect(heardOf([ipv4({ options: Uint8Array.from(options) })])).to.deep.equal(["alert ip-options"]);
    });
  }

  it("that was not captured whole is refused, at any length", () => {
    const whole = ipv4({ options: new Uint8Array(8).fill(1) });
    for (let length = 14; length < 14 + 28; length++) {
      expect(heardOf([cutFrame(whole, length)]), `${length} bytes`).to.deep.equal(headerAlert);
    }
  });

  it("is followed by padding that does not count", () => {
    expect(heardOf([ipv4({}, 200)])).to.deep.equal(["data"]);
  });
});

describe("an IPv6 header", () => {
  const paddedOptions = (number: number): ExtensionHeader => extensionHeader(number, Uint8Array.of(1, 4, 0, 0, 0, 0));

  it("is fine", () => {
    expect(heardOf([ipv6({})])).to.deep.equal(["data"]);
    expect(heardOf([ipv6({ hopLimit: 0, trafficClass: 255, flowLabel: 0xfffff }, 200)])).to.deep.equal(["data"]);
  });

  for (const [name, options] of Object.entries<Ipv6Options>({
    "of another version": { version: 4 },
    "whose payload length is more than was sent": { payloadLength: 1000 },
  })) {
    it(`${name} is refused`, () => expect(heardOf([ipv6(options)])).to.deep.equal(headerAlert));
  }

  it("without a payload length means all there is", () => {
    expect(heardOf([ipv6({ payloadLength: 0 })])).to.deep.equal(["data"]);
  });

  describe("with a jumbo payload (RFC 2675)", () => {
    /** A datagram behind the jumbo payload option, which says this length. */
    const jumbo = (data: number, length?: number): Frame => {
      const option = new Uint8Array(6);
      option.set([0xc2, 4]);
      new DataView(option.buffer).setUint32(2, length ?? 8 + 8 + data);
      const extensions = [extensionHeader(ExtensionHeaderNumber.HOP_BY_HOP, option)];
      const [from, to] = ["[2001:db8::1]:1", "[2001:db8::2]:2"];
      return frame(udpPacket(from, to, { data: new Uint8Array(data) }, { ipv6: { extensions, payloadLength: 0 } }));
    };

    it("is taken, and said to be one", () => {
      expect(heardOf([jumbo(4)])).to.deep.equal(["alert ip-jumbogram", "\0".repeat(4)]);
    });

    it("that is longer than what was sent is refused", () => {
      expect(heardOf([jumbo(4, 70_000)])).to.deep.equal(["alert ip-jumbogram", "alert ip-header"]);
      expect(heardOf([jumbo(4, 0xffffffff)])).to.deep.equal(["alert ip-jumbogram", "alert ip-header"]);
    });

    it("of TCP is delivered, beyond what an ordinary packet holds", () => {
      // Extension header, TCP header and data: 8 + 20 + 69,992.
      const option = Uint8Array.of(0xc2, 4, 0, 1, 0x11, 0x84);
      const extensions = [extensionHeader(ExtensionHeaderNumber.HOP_BY_HOP, option)];
      const talk = conversation({
        client: "[2001:db8::1]:1",
        server: "[2001:db8::2]:2",
        segmentSize: 70_000,
      }).handshake();
      talk.send("client", new Uint8Array(70_000 - 8), { ip: { ipv6: { extensions, payloadLength: 0 } } });
      const nids = smallNids({ checksums: "ignore" });
      let bytes = 0;
      nids.registerTcp(following(({ server }) => void (bytes += server.countNew)));
      nids.process(talk.batch());
      expect(bytes).to.equal(70_000 - 8);
    });
  });

  it("that was not captured whole is refused", () => {
    expect(heardOf([cutFrame(ipv6({}), 14 + 39)])).to.deep.equal(headerAlert);
  });

  it("is followed by extension headers of every kind", () => {
    const { HOP_BY_HOP, ROUTING, DESTINATION_OPTIONS, AUTHENTICATION } = ExtensionHeaderNumber;
    const extensions = [HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING, AUTHENTICATION, DESTINATION_OPTIONS].map(
      paddedOptions,
    );
    expect(heardOf([ipv6({ extensions })])).to.deep.equal(["data"]);
    for (const number of [135, 139, 140]) {
      expect(heardOf([ipv6({ extensions: [paddedOptions(number)] })]), `header ${number}`).to.deep.equal(["data"]);
    }
  });

  it("is followed by a fragment header that fragments nothing (RFC 6946)", () => {
    expect(heardOf([ipv6({ extensions: [fragmentHeader(0, false, 7)] })])).to.deep.equal(["data"]);
  });

  it("is followed by eight extension headers at most", () => {
    const many = (count: number): ExtensionHeader[] =>
      Array.from({ length: count }, () => paddedOptions(ExtensionHeaderNumber.DESTINATION_OPTIONS));
    expect(heardOf([ipv6({ extensions: many(8) })])).to.deep.equal(["data"]);
    expect(heardOf([ipv6({ extensions: many(9) })])).to.deep.equal(["alert ip-extension-headers"]);
  });

  it("is followed by an extension header that runs out of the packet", () => {
    const bytes = Uint8Array.of(0, 200, 1, 4, 0, 0, 0, 0);
    expect(heardOf([ipv6({ extensions: [{ number: ExtensionHeaderNumber.HOP_BY_HOP, bytes }] })])).to.deep.equal([
      "alert ip-extension-headers",
    ]);
  });

  it("with nothing behind it, or what the engine does not look into, is silent", () => {
    expect(
      heardOf([
        frame(
          udpPacket(
            "[2001:db8::1]:1",
            "[2001:db8::2]:2",
            {},
            { ipv6: { extensions: [{ number: 59, bytes: new Uint8Array(8) }] } },
          ),
        ),
      ]),
    ).to.deep.equal([]);
  });
});
