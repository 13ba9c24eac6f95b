/**
 * What the header of ERSPAN says of the mirrored frame (draft-foschiano-erspan-03 §4.2, §4.3): its VLAN, where the tag is
 * not in the frame any more, and that it was cut off.
 */
import type { Encapsulation, TcpStream } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import type { Frame } from "@tsnids/testkit";
import { capture, concat, conversation, frame, ipPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";
import { endpoints, ends, sideBySide, streamsOf, thereAndBack, type Way } from "./ways.js";

const encapsulation = { none: 0x0000, isl: 0x0800, tagged: 0x1000, inFrame: 0x1800 };
const truncated = 0x0400;

/** What the header says, and what is mirrored. */
interface Mirror {
  readonly type?: 2 | 3;
  readonly vlan?: number;
  readonly flags?: number;
  /** The tag in the frame itself. */
  readonly tag?: number;
  /** Bytes of the frame that are mirrored. */
  readonly length?: number;
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

/** The packet's frame in GRE, behind an ERSPAN header of session 7. */
function mirrored(packet: Uint8Array, { type = 2, vlan = 0, flags = 0, tag, length }: Mirror): Uint8Array {
  const { bytes } = frame(packet, tag === undefined ? {} : { vlan: [tag] });
  const gre = concat(word(0x1000), word(type === 2 ? 0x88be : 0x22eb), new Uint8Array(4));
  const header = concat(word(((type - 1) << 12) | vlan), word(flags | 7), new Uint8Array(type === 2 ? 4 : 8));
  return ipPacket(ends.source, ends.destination, 47, concat(gre, header, bytes.subarray(0, length)));
}

function way(mirror: Mirror): Way {
  return { wrap: (packet) => mirrored(packet, mirror) };
}

/** What one mirrored datagram is in. */
function wrappings(mirror: Mirror): string[] {
  const nids = smallNids();
  let heard: readonly Encapsulation[] = [];
  nids.registerUdp((datagram) => void (heard = datagram.encapsulation));
  nids.process(capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}), way(mirror))]).batch());
  return heard.map(({ kind, id }) => `${kind} ${id}`);
}

describe("the VLAN in an ERSPAN header", () => {
  for (const type of [2, 3] as const) {
    for (const [name, flags] of [
      ["a port without tags", encapsulation.none],
      ["an ISL trunk", encapsulation.isl],
      ["a trunk whose tag was taken off", encapsulation.tagged],
    ] as const) {
      it(`tells flows apart: type ${type}, ${name}`, () => {
        const [five, six] = [way({ type, vlan: 5, flags }), way({ type, vlan: 6, flags })];
        expect(streamsOf(sideBySide(five, six))).to.deep.equal(["one", "two"]);
        expect(wrappings({ type, vlan: 5, flags })).to.deep.equal(["erspan 7", "vlan 5"]);
      });
    }

    it(`is not there: type ${type}`, () => {
      expect(wrappings({ type })).to.deep.equal(["erspan 7"]);
    });

    it(`is not said twice where the tag is in the frame as well: type ${type}`, () => {
      for (const flags of [encapsulation.tagged, encapsulation.inFrame]) {
        expect(wrappings({ type, vlan: 5, flags, tag: 5 })).to.deep.equal(["erspan 7", "vlan 5"]);
      }
    });

    it(`is around another one in the frame: type ${type}`, () => {
      const mirror = { type, vlan: 5, flags: encapsulation.tagged, tag: 6 };
      expect(wrappings(mirror)).to.deep.equal(["erspan 7", "vlan 5", "vlan 6"]);
    });
  }

  it("is not believed where the tag is said to be in the frame", () => {
    expect(wrappings({ vlan: 9, flags: encapsulation.inFrame, tag: 5 })).to.deep.equal(["erspan 7", "vlan 5"]);
    expect(wrappings({ vlan: 9, flags: encapsulation.inFrame })).to.deep.equal(["erspan 7"]);
  });

  it("is one in both directions, though a trunk's ingress only is said to be tagged", () => {
    const there = way({ vlan: 5, flags: encapsulation.tagged });
    expect(streamsOf(thereAndBack(there, way({ vlan: 5 })))).to.deep.equal(["thereback"]);
  });
});

describe("a mirrored frame that was cut off", () => {
  /** What is delivered of "0123456789" and what follows, where the first frame is mirrored otherwise. */
  function delivered(mirror: Mirror, change: (packet: Uint8Array) => void = () => undefined): string[] {
    const talk = (how: Way): readonly Frame[] =>
      conversation({ ...endpoints, ...how })
        .handshake()
        .send("client", "0123456789")
        .send("client", "more")
        .ack("server").frames;
    const changed = (packet: Uint8Array): Uint8Array => {
      change(packet);
      return mirrored(packet, mirror);
    };
    const [whole, cut] = [talk(way({})), talk({ wrap: changed })];
    const frames = whole.map((each, at) => (at === 3 ? (cut[at] as Frame) : each));
    const nids = smallNids();
    const heard: string[] = [];
    nids.on("alert", ({ code }) => void heard.push(code));
    nids.registerTcp(
      following(({ server, state }: TcpStream) => {
        if (state !== TcpState.DATA) return;
        heard.push(server.gapLength > 0 ? `<${server.gapLength} ${server.gapReason}>` : text(server.data));
      }),
    );
    nids.process(capture([frames]).batch());
    return heard;
  }
  const headers = 14 + 20 + 20;

  it("is delivered as far as it was mirrored", () => {
    for (const type of [2, 3] as const) {
      expect(delivered({ type, flags: truncated, length: headers + 4 })).to.deep.equal(["0123", "<6 snaplen>", "more"]);
    }
  });

  it("may be whole all the same", () => {
    expect(delivered({ flags: truncated })).to.deep.equal(["0123456789", "more"]);
  });

  it("must say so", () => {
    expect(delivered({ length: headers + 4 })[0]).to.equal("ip-header");
  });

  it("has no more bytes than are known where its packet does not say how many", () => {
    const unsaid = (packet: Uint8Array): void => {
      const view = new DataView(packet.buffer, packet.byteOffset);
      view.setUint16(10, view.getUint16(10) + view.getUint16(2)); // so that the checksum stays right
      view.setUint16(2, 0);
    };
    const heard = delivered({ flags: truncated, length: headers + 4 }, unsaid);
    expect(heard.filter((each) => each.includes("snaplen"))).to.deep.equal([]);
  });
});
