/** IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3, §4) headers: which packets are believed, and what is said about the others. */
import type { Alert } from "@tsnids/nids";
import type { ExtensionHeader, Frame, Ipv4Options, Ipv6Options } from "@tsnids/testkit";
import {
  capture,
  concat,
  conversation,
  cutFrame,
  ExtensionHeaderNumber,
  extensionHeader,
  frame,
  fragmentFrame,
  fragmentHeader,
  ipv4Packet,
  ipv6Packet,
  parseAddress,
  udpDatagram,
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

  // The pointer is counted from the kind of the option, which is 1.
  for (const [name, options] of Object.entries({
    "a record route without a pointer": [7, 2],
    "a record route that points into its own header": [7, 3, 3],
    "a record route that ends inside a slot": [7, 6, 4, 0, 0, 0],
    "a record route that points into the middle of its last slot": [7, 7, 5, 0, 0, 0, 0],
    "two record routes": [7, 3, 4, 7, 3, 4],
    "timestamps without flags": [68, 3, 5],
    "timestamps that point into their own header": [68, 8, 4, 0, 0, 0, 0, 0],
    "timestamps that end inside a slot": [68, 7, 5, 0, 0, 0, 0],
    "timestamps with addresses that end inside a slot": [68, 8, 5, 1, 0, 0, 0, 0],
    "timestamps for named hosts that end inside a slot": [68, 8, 5, 3, 0, 0, 0, 0],
    "timestamps that can count no further host without a slot": [68, 8, 9, 0xf0, 0, 0, 0, 0],
    "two timestamps": [68, 4, 5, 0, 68, 4, 5, 0],
  })) {
    it(`with ${name} is refused, and what it holds is not read`, () => {
      const bytes = Uint8Array.from([1, ...options, 1]);
      expect(heardOf([ipv4({ options: bytes })])).to.deep.equal(["alert ip-options"]);
      const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" }).handshake();
      talk.send("client", "evil!", { ip: { ipv4: { options: bytes } }, stray: true });
      talk.send("client", "hello");
      const nids = smallNids({ checksums: "verify" });
      let heard = "";
      nids.registerTcp(following(({ server }) => void (heard += text(server.data))));
      nids.process(talk.batch());
      expect(heard).to.equal("hello");
    });
  }

  for (const [name, options] of Object.entries({
    "a record route that is full": [7, 7, 8, 10, 0, 0, 9],
    "a record route with a slot left": [7, 11, 8, 10, 0, 0, 9, 0, 0, 0, 0],
    "timestamps that are full": [68, 8, 9, 0xe0, 0, 0, 0, 1],
    "timestamps with addresses": [68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    "a record route and timestamps": [7, 3, 4, 68, 4, 5, 0],
    "a router alert": [148, 4, 0, 0],
  })) {
    it(`with ${name} is fine, as it is for a host`, () => {
      expect(heardOf([ipv4({ options: Uint8Array.from([1, ...options]) })])).to.deep.equal(["data"]);
    });
  }

  it("has its options judged as today's hosts do where libnids does not", () => {
    const heard = (...options: number[]): string[] => heardOf([ipv4({ options: Uint8Array.from(options) })]);
    expect(heard(68, 4, 5, 0xf3), "full, for named hosts: the overflow says nothing").to.deep.equal(["data"]);
    expect(heard(68, 8, 5, 2, 0, 0, 0, 0), "timestamps of a flag that RFC 791 does not have").to.deep.equal(["data"]);
    expect(heard(148, 3, 0), "a router alert without a value").to.deep.equal(["alert ip-options"]);
  });

  it("that was not captured whole is refused, at any length", () => {
    const whole = ipv4({ options: new Uint8Array(8).fill(1) });
    for (let length = 14; length < 14 + 28; length++) {
      expect(heardOf([cutFrame(whole, length)]), `${length} bytes`).to.deep.equal(headerAlert);
    }
  });

  it("is followed by an authentication header", () => {
    const [source, destination] = ["10.0.0.1", "10.0.0.2"] as const;
    const addresses = { source: parseAddress(source), destination: parseAddress(destination) };
    const datagram = udpDatagram({ sourcePort: 1, destinationPort: 2, data: "data" }, addresses);
    const header = (next: number, words: number): Uint8Array => concat(Uint8Array.of(next, words), new Uint8Array(22));
    const heard = (...parts: Uint8Array[]): string[] =>
      heardOf([frame(ipv4Packet({ source, destination, protocol: 51, payload: concat(...parts) }))]);
    expect(heard(header(17, 4), datagram)).to.deep.equal(["data"]);
    expect(heard(header(17, 200), datagram), "runs out of the packet").to.deep.equal([]);
    expect(heard(header(51, 4), header(17, 4), datagram), "twice").to.deep.equal([]);
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

    it("of UDP has no length in the header of that, where it does not fit", () => {
      const query = (length: number): Frame => {
        const fields = { sourcePort: 1, destinationPort: 2, data: new Uint8Array(70_000), length: 0 };
        const ends = { source: "2001:db8::1", destination: "2001:db8::2" };
        const addresses = { source: parseAddress(ends.source), destination: parseAddress(ends.destination) };
        const payload = udpDatagram(fields, addresses).subarray(0, length);
        const option = Uint8Array.of(0xc2, 4, 0, 1, (length + 8 - 65536) >>> 8, (length + 8) & 0xff);
        const extensions = [extensionHeader(ExtensionHeaderNumber.HOP_BY_HOP, option)];
        return frame(ipv6Packet({ ...ends, protocol: 17, payload, extensions, payloadLength: 0 }));
      };
      expect(heardOf([query(8 + 70_000)])).to.deep.equal(["alert ip-jumbogram", "\0".repeat(70_000)]);
      expect(heardOf([query(65_535)], "ignore"), "it would fit").to.deep.equal(["alert ip-jumbogram"]);
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

  describe("with a routing header whose segments are not all passed", () => {
    const [near, hop, far] = ["2001:db8::1", "2001:db8::5", "2001:db8::9"];
    const list = (...addresses: readonly string[]): Uint8Array =>
      concat(...addresses.map((each) => parseAddress(each)));
    const { ROUTING } = ExtensionHeaderNumber;
    const headers: readonly (readonly [name: string, header: ExtensionHeader])[] = [
      ["a source route", extensionHeader(ROUTING, concat(Uint8Array.of(0, 2, 0, 0, 0, 0), list(hop, far)))],
      ["mobility", extensionHeader(ROUTING, concat(Uint8Array.of(2, 1, 0, 0, 0, 0), list(far)))],
      ["segment routing", extensionHeader(ROUTING, concat(Uint8Array.of(4, 1, 1, 0, 0, 0), list(far, hop)))],
    ];
    /** The packet on its way to the first hop. */
    const routed = ({ bytes, networkOffset, time }: Frame, header: ExtensionHeader): Frame => {
      const packet = bytes.subarray(networkOffset);
      const fields = { source: near, destination: hop, protocol: packet[6] as number, payload: packet.subarray(40) };
      return { ...frame(ipv6Packet({ ...fields, extensions: [header] })), time };
    };

    for (const [name, header] of headers) {
      it(`${name}: checksums count its last destination, whole and in fragments`, () => {
        const query = routed(frame(udpPacket(`[${near}]:1`, `[${far}]:2`, { data: "0123456789" })), header);
        const nids = smallNids({ checksums: "verify" });
        const heard: string[] = [];
        nids.registerUdp(({ destinationAddress, data }) => void heard.push(`${destinationAddress} ${text(data)}`));
        nids.process(capture([[query, ...fragmentFrame(query, [8])]]).batch());
        expect(heard).to.deep.equal([`${hop} 0123456789`, `${hop} 0123456789`]);
      });

      it(`${name}: so do those of TCP`, () => {
        const talk = conversation({ client: `[${near}]:1`, server: `[${far}]:2` }).handshake();
        talk.send("client", "ping");
        const nids = smallNids({ checksums: "verify" });
        const heard: string[] = [];
        nids.registerTcp(following(({ client, server }) => void heard.push(text(server.data) + text(client.data))));
        const isFromClient = ({ bytes, networkOffset }: Frame): boolean => bytes[networkOffset + 23] === 1;
        nids.process(capture([talk.frames.map((each) => (isFromClient(each) ? routed(each, header) : each))]).batch());
        expect([heard.join(""), nids.statistics().tcpInvalid]).to.deep.equal(["ping", 0]);
      });
    }

    it("that says more than it holds counts for nothing", () => {
      const short = extensionHeader(ROUTING, Uint8Array.of(0, 1, 0, 0, 0, 0));
      const extensions = [short];
      expect(heardOf([ipv6({ extensions })])).to.deep.equal(["data"]);
    });
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
