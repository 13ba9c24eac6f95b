/**
 * The encapsulation is part of a flow's identity: the same addresses and ports in another VLAN or tunnel are another
 * connection. What only names a direction is not.
 */
import type { Encapsulation, TcpStream } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import { LinkType, linkTypeName } from "@tsnids/pcap";
import type { ConversationOptions, Frame } from "@tsnids/testkit";
import {
  capture,
  concat,
  conversation,
  cutFrame,
  frame,
  udpPacket,
  writableLinkTypes,
  writableTunnels,
} from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";
import { endpoints, ends, sideBySide, streamsOf, thereAndBack, tunnel, type Way } from "./ways.js";

describe("encapsulations that tell flows apart", () => {
  const apart: readonly (readonly [name: string, one: Way, other: Way])[] = [
    ["a VLAN and none", { vlan: [5] }, {}],
    ["two VLANs", { vlan: [5] }, { vlan: [6] }],
    ["the same VLAN in two others", { vlan: [1, 5] }, { vlan: [2, 5] }],
    ["a stack in two orders", { vlan: [1, 2] }, { vlan: [2, 1] }],
    ["two PPPoE sessions", { pppoe: 1 }, { pppoe: 2 }],
    ["a tunnel and none", tunnel("4in4"), {}],
    ["two tunnels between different ends", tunnel("4in4"), tunnel("4in4", { source: "192.0.2.9" })],
    ["two kinds of tunnel between the same ends", tunnel("4in4"), tunnel("gre")],
    ["GRE with and without a key", tunnel("gre", { id: 1 }), tunnel("gre")],
    ["two GRE keys", tunnel("gre", { id: 1 }), tunnel("gre", { id: 0xffffffff })],
    ["two bridges' GRE keys", tunnel("gre-ethernet", { id: 1 }), tunnel("gre-ethernet", { id: 2 })],
    ["two NVGRE subnets", tunnel("nvgre", { id: 0x1000 }), tunnel("nvgre", { id: 0x1001 })],
    ["two ERSPAN sessions", tunnel("erspan2", { id: 1 }), tunnel("erspan2", { id: 2 })],
    ["two VXLAN networks", tunnel("vxlan", { id: 1 }), tunnel("vxlan", { id: 2 })],
    ["two Geneve networks", tunnel("geneve", { id: 1 }), tunnel("geneve", { id: 2 })],
    ["VXLAN and Geneve of the same number", tunnel("vxlan", { id: 1 }), tunnel("geneve", { id: 1 })],
    ["two GTP tunnels between different ends", tunnel("gtp"), tunnel("gtp", { destination: "192.0.2.9" })],
    ["the same tunnel in two VLANs", { vlan: [5], ...tunnel("gre") }, { vlan: [6], ...tunnel("gre") }],
  ];
  for (const [name, one, other] of apart) {
    it(name, () => expect(streamsOf(sideBySide(one, other))).to.deep.equal(["one", "two"]));
  }

  it("two service instances of a backbone", () => {
    const service = (number: number) => (packet: Uint8Array) => {
      const customer = frame(packet).bytes;
      return concat(Uint8Array.of(0, 0, 0, number), customer);
    };
    const behind = (way: Way): Frame[] =>
      sideBySide(way, way).map((each) => {
        const bytes = each.bytes.slice();
        bytes.set([0x88, 0xe7], 12);
        return { ...each, bytes };
      });
    const one = behind({ wrap: service(1) }).filter((_, at) => at % 2 === 0);
    const other = behind({ wrap: service(2) }).filter((_, at) => at % 2 === 1);
    expect(streamsOf([...one, ...other])).to.deep.equal(["one", "two"]);
  });

  it("also tell fragments apart", () => {
    const packet = udpPacket(
      "10.0.0.1:1",
      "10.0.0.2:2",
      { data: "a datagram in pieces" },
      { ipv4: { identification: 7 } },
    );
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerUdp(({ data }) => void heard.push(text(data)));
    const pieces = (way: Way): readonly Frame[] => [...capture([frame(packet, way)]).fragment(0, [16])];
    const [one, other] = [pieces({ vlan: [5] }), pieces({ vlan: [6] })];
    nids.process(capture([one.slice(0, 1), other.slice(1)]).batch());
    expect(heard).to.deep.equal([]);
    nids.process(capture([one.slice(1)]).batch());
    expect(heard).to.deep.equal(["a datagram in pieces"]);
  });
});

describe("encapsulations of one connection", () => {
  const turned = { source: ends.destination, destination: ends.source };
  const together: readonly (readonly [name: string, there: Way, back: Way])[] = [
    ["a tunnel in both directions", tunnel("4in4"), tunnel("4in4", turned)],
    [
      "a tunnel over IPv6",
      tunnel("4in6", { source: "2001:db8::7", destination: "2001:db8::8" }),
      tunnel("4in6", { source: "2001:db8::8", destination: "2001:db8::7" }),
    ],
    ["GRE with a key", tunnel("gre", { id: 5 }), tunnel("gre", { ...turned, id: 5 })],
    ["VXLAN between ends that differ", tunnel("vxlan"), tunnel("vxlan", { source: "192.0.2.7" })],
    ["GTP, whose identifiers are the receiver's", tunnel("gtp", { id: 1 }), tunnel("gtp", { ...turned, id: 2 })],
    ["L2TP, whose sessions are the receiver's", tunnel("l2tp", { id: 1 }), tunnel("l2tp", { ...turned, id: 2 })],
    ["PPTP, whose calls are the receiver's", tunnel("pptp", { id: 1 }), tunnel("pptp", { ...turned, id: 2 })],
    ["MPLS labels, which are each direction's own", { mpls: [100, 200] }, { mpls: [300] }],
    ["MPLS in one direction only", { mpls: [100] }, {}],
    ["priority tags, which are no VLANs", { vlan: [{ id: 0, priority: 5 }] }, {}],
  ];
  for (const [name, there, back] of together) {
    it(name, () => expect(streamsOf(thereAndBack(there, back))).to.deep.equal(["thereback"]));
  }
});

describe("6to4", () => {
  const site = "192.0.2.77"; // 2002:c000:24d::/48
  const between = { client: "[2002:c000:24d::1]:40000", server: "[2001:db8::80]:80" };
  const outwards = (relay: string, source = site): Way => tunnel("6in4", { source, destination: relay });
  const inwards = (relay: string): Way => tunnel("6in4", { source: relay, destination: site });

  it("is one connection whichever relays it goes through (RFC 3068)", () => {
    const frames = thereAndBack(outwards("192.88.99.1"), inwards("198.51.100.7"), between);
    expect(streamsOf(frames)).to.deep.equal(["thereback"]);
    const [client, server] = [between.server, between.client];
    const answers = thereAndBack(inwards("198.51.100.7"), outwards("192.88.99.1"), { client, server });
    expect(streamsOf(answers)).to.deep.equal(["thereback"]);
  });

  it("is nothing that goes between other ends, or with other addresses inside", () => {
    const foreign = outwards("192.88.99.1", "192.0.2.78");
    expect(streamsOf(thereAndBack(foreign, inwards("198.51.100.7"), between))).to.deep.equal(["there", "back"]);
    const native = { ...between, client: "[2003:c000:24d::1]:40000" };
    const ways = [outwards("192.88.99.1"), inwards("198.51.100.7")] as const;
    expect(streamsOf(thereAndBack(...ways, native))).to.deep.equal(["there", "back"]);
  });
});

describe("foldEncapsulations", () => {
  it("folds VLANs", () => {
    const frames = thereAndBack({ vlan: [5] }, { vlan: [6] });
    expect(streamsOf(frames)).to.deep.equal(["there", "back"]);
    expect(streamsOf(frames, { foldEncapsulations: ["vlan"] })).to.deep.equal(["thereback"]);
    const halfTagged = thereAndBack({ vlan: [5] }, {});
    expect(streamsOf(halfTagged, { foldEncapsulations: ["vlan"] })).to.deep.equal(["thereback"]);
  });

  it("is what labels are in, unless it says otherwise", () => {
    const frames = sideBySide({ mpls: [100] }, { mpls: [200] });
    expect(streamsOf(frames, { foldEncapsulations: [] })).to.deep.equal(["one", "two"]);
    expect(streamsOf(thereAndBack({ mpls: [100] }, {}), { foldEncapsulations: [] })).to.deep.equal(["there", "back"]);
  });

  it("folds any tunnel, and nothing else", () => {
    const frames = thereAndBack(tunnel("vxlan", { id: 1 }), tunnel("vxlan", { id: 2 }));
    expect(streamsOf(frames, { foldEncapsulations: ["vxlan"] })).to.deep.equal(["thereback"]);
    expect(streamsOf(frames, { foldEncapsulations: ["geneve"] })).to.deep.equal(["there", "back"]);
  });
});

describe("encapsulation", () => {
  const way: Way = { vlan: [7, 5], mpls: [100], ...tunnel("vxlan", { id: 9 }) };
  const vxlan = { kind: "vxlan", id: 9, source: "192.0.2.1", destination: "192.0.2.2" };
  const none = { source: undefined, destination: undefined };
  const expected = [
    { kind: "vlan", id: 7, ...none },
    { kind: "vlan", id: 5, ...none },
    { kind: "mpls", id: 100, ...none },
    vxlan,
  ];

  it("of a stream is known from the beginning to after its end", () => {
    const nids = smallNids();
    const seen: (readonly Encapsulation[])[] = [];
    const scopes = new Set<number>();
    let kept: TcpStream | undefined;
    nids.registerTcp(
      following((stream) => {
        seen.push(stream.encapsulation);
        scopes.add(stream.scope);
        kept = stream;
      }),
    );
    nids.process(
      conversation({ ...endpoints, ...way })
        .handshake()
        .send("client", "x")
        .batch(),
    );
    nids.exit();
    seen.push(kept?.encapsulation ?? []);
    scopes.add(kept?.scope ?? 0);
    expect(seen).to.have.lengthOf(4);
    for (const each of seen) expect(each).to.deep.equal(expected);
    expect([...scopes]).to.deep.equal([3]); // the label does not count
  });

  it("of datagrams and packets is that of each", () => {
    const nids = smallNids();
    const heard: unknown[] = [];
    nids.registerIp(({ encapsulation, protocol }) => void heard.push([protocol, encapsulation.length]));
    nids.registerUdp(({ encapsulation, scope }) => void heard.push([encapsulation, scope]));
    nids.process(capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}), way)]).batch());
    nids.process(capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}))]).batch());
    expect(heard).to.deep.equal([
      ...[
        [17, 3],
        [expected.slice(0, 3), 2],
        [17, 4],
        [expected, 3],
      ],
      ...[
        [17, 0],
        [[], 0],
      ],
    ]);
  });

  it("of kinds without an identifier has none, of Teredo's the ends", () => {
    const nids = smallNids();
    let heard: readonly Encapsulation[] = [];
    nids.registerUdp(({ encapsulation }) => void (heard = encapsulation));
    for (const kind of ["4in4", "gre", "erspan1"]) {
      nids.process(capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}), tunnel(kind))]).batch());
      expect(heard).to.deep.equal([{ kind: kind.replace("1", ""), id: undefined, ...ends }]);
    }
  });

  it("shows identifiers that tell nothing apart as well", () => {
    const nids = smallNids();
    const ids: unknown[] = [];
    nids.registerUdp(({ encapsulation }) => void ids.push(encapsulation.map(({ id }) => id)));
    const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", {});
    for (const id of [0xfffffffe, 1]) nids.process(capture([frame(packet, tunnel("gtp", { id }))]).batch());
    expect(ids).to.deep.equal([[], [0xfffffffe], [], [1]]);
  });
});

describe("a segment that the snap length cut", () => {
  const options = (way: Way, link?: number): ConversationOptions =>
    link === LinkType.IPV6
      ? { ...way, link, client: "[2001:db8::1]:40000", server: "[2001:db8::2]:80" }
      : { ...way, ...(link === undefined ? {} : { link }), ...endpoints };

  /** What is delivered of "0123456789" with so many bytes cut off its end, and what follows. */
  function delivered(talk: ConversationOptions, cut: number): string {
    const frames = conversation(talk).handshake().send("client", "0123456789").send("client", "more").frames;
    const data = frames[3] as Frame;
    const nids = smallNids({ checksums: "ignore" });
    let heard = "";
    nids.registerTcp(
      following(({ server, state }) => {
        if (state === TcpState.DATA)
          heard += server.gapLength > 0 ? `<${server.gapLength} ${server.gapReason}>` : text(server.data);
      }),
    );
    const shorter = cutFrame(data, data.bytes.length - cut);
    nids.process(capture([[...frames.slice(0, 3), shorter, ...frames.slice(4)]]).batch());
    return heard;
  }

  const ways = [
    ...writableLinkTypes.map((link) => [linkTypeName(link), options({}, link)] as const),
    ...writableTunnels
      .filter((kind) => kind !== "teredo" && !kind.startsWith("6in") && kind !== "4in6")
      .map((kind) => [kind, options(tunnel(kind))] as const),
    ["labels", options({ mpls: [100, 101] })] as const,
    ["a session in a VLAN", options({ vlan: [5], pppoe: 1 })] as const,
  ];
  for (const [name, talk] of ways) {
    it(`is delivered as far as it was captured: ${name}`, () => {
      for (let cut = 1; cut <= 10; cut++) {
        expect(delivered(talk, cut)).to.equal(`${"0123456789".slice(0, 10 - cut)}<${cut} snaplen>more`);
      }
    });
  }
});
