/**
 * kill() and reject() in VLANs and tunnels. The test kit writes the frame that would have to come out, with its own
 * link header, tags, tunnels and checksums; the engine's must be the same byte by byte.
 */
import type { InjectedFrame, NidsParams } from "@tsnids/nids";
import { NidsError } from "@tsnids/nids";
import { LinkType, linkTypeName } from "@tsnids/pcap";
import type { Frame, FrameOptions, TunnelOptions } from "@tsnids/testkit";
import {
  capture,
  conversation,
  frame,
  icmpPacket,
  ipPacket,
  tcpPacket,
  tunnelPacket,
  udpPacket,
} from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids } from "./following.js";

type Way = Omit<FrameOptions, "time">;
type Tunnel = (fromClient: boolean) => Partial<TunnelOptions>;

const sent = { ipv4: { identification: 12345, ttl: 64 }, ipv6: { hopLimit: 64 } };
const outers = { 4: ["192.0.2.1", "192.0.2.2"], 6: ["2001:db8:9::1", "2001:db8:9::2"] } as const;
const hosts = {
  4: ["10.0.0.1:40000", "10.0.0.2:80"],
  6: ["[2001:db8::1]:40000", "[2001:db8::2]:80"],
  teredo: ["[2001:0:102:304::1]:40000", "[2001:db8::2]:80"],
} as const;
type Hosts = (typeof hosts)[keyof typeof hosts];

/** The two directions of a tunnel, between ends of this family; what differs between them is given by `options`. */
function tunnel(kind: string, family: 4 | 6, options: Tunnel = () => ({})): readonly [Way, Way] {
  const [one, other] = outers[family];
  const wrap =
    (fromClient: boolean) =>
    (packet: Uint8Array): Uint8Array => {
      const [source, destination] = fromClient ? [one, other] : [other, one];
      return tunnelPacket(kind, packet, { source, destination, ...options(fromClient) });
    };
  return [{ wrap: wrap(true) }, { wrap: wrap(false) }];
}

/** In GTP-U with the flag S, so that two of the four bytes that follow are a sequence number. */
function inNumberedGtp(packet: Uint8Array): Uint8Array {
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint16(0, 0x32ff);
  view.setUint16(2, packet.length + 4);
  view.setUint16(8, 7);
  const [source, destination] = outers[4];
  return udpPacket(`${source}:2152`, `${destination}:2152`, { data: Buffer.concat([header, packet]) });
}

/** Behind an authentication header, as the packet of an outer one or as its payload. */
function authenticated(protocol: number, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(protocol, 4), new Uint8Array(22), payload]);
}

/** As transport mode does it (RFC 4302 §3.1.1). */
function authenticatedPacket(packet: Uint8Array): Uint8Array {
  const [addresses, length] = (packet[0] ?? 0) >>> 4 === 4 ? [12, 4] : [8, 16];
  const [source, destination] = [addresses, addresses + length].map((at) => packet.slice(at, at + length));
  if (source === undefined || destination === undefined) throw new Error("two addresses");
  return ipPacket(source, destination, 51, authenticated(6, packet.subarray(addresses + 2 * length)));
}

function inAuthenticatedTunnel(packet: Uint8Array): Uint8Array {
  const [source, destination] = outers[4];
  return ipPacket(source, destination, 51, authenticated((packet[0] ?? 0) >>> 4 === 4 ? 4 : 41, packet));
}

function both(way: Way): readonly [Way, Way] {
  return [way, way];
}

/** A handshake, and "question" from the client where data is wanted; each side's packets in its own way. */
function talk([client, server]: Hosts, [there, back]: readonly [Way, Way], data = false): Frame[] {
  const { link } = there;
  const talked = conversation({
    client,
    server,
    clientIsn: 1000,
    serverIsn: 5000,
    ...(link === undefined ? {} : { link }),
  });
  talked
    .segment("client", { ...there, flags: "S" })
    .segment("server", { ...back, flags: "SA" })
    .ack("client", there);
  return [...(data ? talked.send("client", "question", there) : talked).frames];
}

/** What kill() makes of the first notification of a stream. */
function killed(frames: readonly Frame[], params: Partial<NidsParams> = {}): readonly InjectedFrame[] {
  const nids = smallNids({ killDryRun: true, ...params });
  let made: readonly InjectedFrame[] = [];
  nids.registerTcp(following((stream) => void (made = stream.kill({ strategy: "exact" }).frames)));
  nids.process(capture([frames]).batch());
  return made;
}

/** The two frames that must come out. */
function resets([client, server]: Hosts, [there, back]: readonly [Way, Way], clientNext = 1001): Uint8Array[] {
  const reset = { flags: "R", window: 32000, ack: 0 };
  return [
    frame(tcpPacket(client, server, { ...reset, seq: clientNext }, sent), there).bytes,
    frame(tcpPacket(server, client, { ...reset, seq: 5001 }, sent), back).bytes,
  ];
}

function compare(ends: Hosts, ways: readonly [Way, Way]): void {
  expect(killed(talk(ends, ways)).map(({ bytes }) => bytes)).to.deep.equal(resets(ends, ways));
  const afterData = killed(talk(ends, ways, true)).map(({ bytes }) => bytes);
  expect(afterData).to.deep.equal(resets(ends, ways, 1009));
}

describe("kill() in", () => {
  const ways: readonly (readonly [string, readonly [Way, Way]])[] = [
    ["plain Ethernet", both({})],
    ["a stack of tags", both({ vlan: [7, 5] })],
    ["tags that differ by direction", [{ vlan: [7] }, { vlan: [8] }]],
    ["802.2 LLC", both({ llc: true })],
    ["labels behind 802.2 LLC", both({ llc: true, mpls: [16] })],
    ["labels, others in each direction", [{ mpls: [100, 101] }, { mpls: [200] }]],
    ["labels that one direction has alone", [{ mpls: [100] }, {}]],
    ["a PPPoE session in a VLAN", both({ vlan: [5], pppoe: 9 })],
  ];
  for (const [name, way] of ways) {
    for (const family of [4, 6] as const) {
      it(`${name}, IPv${family}`, () => {
        const folded: Partial<NidsParams> = name.startsWith("tags that") ? { foldEncapsulations: ["vlan"] } : {};
        const made = killed(talk(hosts[family], way), folded).map(({ bytes }) => bytes);
        expect(made).to.deep.equal(resets(hosts[family], way));
      });
    }
  }

  for (const link of [LinkType.NULL, LinkType.LOOP, LinkType.LINUX_SLL, LinkType.LINUX_SLL2, LinkType.RAW]) {
    it(linkTypeName(link), () => {
      for (const family of [4, 6] as const) compare(hosts[family], both({ link }));
    });
  }

  it("IPv4 and IPv6 alone", () => {
    compare(hosts[4], both({ link: LinkType.IPV4 }));
    compare(hosts[6], both({ link: LinkType.IPV6 }));
  });

  const numbers: Readonly<Record<string, Tunnel>> = {
    gtp: (fromClient) => ({ id: fromClient ? 0x1111 : 0x2222 }),
    l2tp: (fromClient) => ({
      id: fromClient ? 17 : 18,
      ...(fromClient ? {} : { sourcePort: 1701, destinationPort: 1701 }),
    }),
    "mpls-in-udp": (fromClient) => ({ id: fromClient ? 100 : 200 }),
    vxlan: (fromClient) => ({ id: 77, sourcePort: fromClient ? 50000 : 60000 }),
    gre: () => ({ id: 0xdeadbeef, checksum: true }),
    "gre-in-udp": () => ({ checksum: true }),
    geneve: () => ({ extra: Uint8Array.of(1, 2, 3, 1, 0, 0, 0, 9) }),
  };
  for (const outer of [4, 6] as const) {
    for (const kind of [
      "gre",
      "gre-ethernet",
      "gre-in-udp",
      "nvgre",
      "vxlan",
      "geneve",
      "gtp",
      "l2tp",
      "mpls-in-udp",
    ]) {
      it(`${kind} over IPv${outer}`, () => {
        for (const family of [4, 6] as const) compare(hosts[family], tunnel(kind, outer, numbers[kind]));
      });
    }
  }

  it("IP in IP, each in each", () => {
    for (const outer of [4, 6] as const) {
      for (const family of [4, 6] as const) compare(hosts[family], tunnel(`${family}in${outer}`, outer));
    }
  });

  it("Teredo, and GTP with extension headers", () => {
    compare(hosts.teredo, tunnel("teredo", 4));
    compare(
      hosts[4],
      tunnel("gtp", 4, () => ({ extra: Uint8Array.of(0, 0, 0, 0x85, 1, 0, 9, 0) })),
    );
  });

  it("a tunnel in a tunnel, in a VLAN, with options in the outer header", () => {
    const inner = tunnel("vxlan", 6);
    const outer = tunnel("gre", 4, () => ({
      id: 5,
      checksum: true,
      ip: { ipv4: { options: Uint8Array.of(1, 1, 1, 0) } },
    }));
    const way = (which: 0 | 1): Way => ({
      vlan: [3],
      wrap: (packet) => outer[which].wrap?.(inner[which].wrap?.(packet) ?? packet) ?? packet,
    });
    compare(hosts[6], [way(0), way(1)]);
  });

  it("the direction that was never seen, turned, where that can be told", () => {
    for (const kind of ["4in4", "gre", "vxlan", "geneve", "nvgre"]) {
      const ways = tunnel(kind, 4);
      const half = talk(hosts[4], ways).filter((_, index) => index !== 1); // without SYN,ACK
      const made = killed(half).map(({ bytes }) => bytes);
      expect(made[1], kind).to.deep.equal(resets(hosts[4], ways)[1]);
    }
  });

  it("the direction that was never seen, turned, of a plain stream without its beginning", () => {
    for (const family of [4, 6] as const) {
      const ends = hosts[family];
      const [first] = talk(ends, both({}), true).slice(-1);
      const made = killed(first === undefined ? [] : [first]).map(({ bytes }) => bytes);
      expect(made, `IPv${family}`).to.deep.equal(resets(ends, both({}), 1009));
    }
  });

  it("only the direction that was seen, where it cannot be told", () => {
    const ways = tunnel("gtp", 4, numbers["gtp"]);
    const half = talk(hosts[4], ways).filter((_, index) => index !== 1);
    expect(killed(half).map(({ to }) => to)).to.deep.equal(["server"]);
  });

  it("a tunnel whose first packets came in fragments is not possible", () => {
    const ways = tunnel("vxlan", 4);
    const whole = talk(hosts[4], ways, true);
    const cut = capture([whole]).fragment(2, [24]).fragment(1, [24]);
    const nids = smallNids({ killDryRun: true });
    const codes: string[] = [];
    nids.registerTcp(
      following((stream) => {
        try {
          codes.push(`${stream.kill().frames.length}`);
        } catch (error) {
          codes.push((error as NidsError).code);
        }
      }),
    );
    nids.process(cut.batch());
    expect(codes).to.deep.equal(["not-injectable", "not-injectable"]);
  });

  const impossible: Readonly<Record<string, readonly [Way, Way]>> = {
    "a wireless LAN": both({ link: LinkType.IEEE802_11_RADIOTAP }),
    "a PPP line": both({ link: LinkType.PPP_HDLC }),
    ERSPAN: tunnel("erspan2", 4),
    PPTP: tunnel("pptp", 4),
    "GRE with sequence numbers": tunnel("gre", 4, () => ({ sequence: 7 })),
    "GTP with sequence numbers": both({ wrap: inNumberedGtp }),
    "an authentication header": both({ wrap: authenticatedPacket }),
    "a tunnel with authentication headers": both({ wrap: inAuthenticatedTunnel }),
  };
  for (const [name, ways] of Object.entries(impossible)) {
    it(`${name} is not possible`, () => {
      for (const ends of [hosts[4], hosts[6]]) {
        expect(() => killed(talk(ends, ways)))
          .to.throw()
          .with.property("cause")
          .that.is.instanceOf(NidsError)
          .with.property("code", "not-injectable");
      }
    });
  }
});

describe("reject() in", () => {
  const datagram = {
    4: udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "four" }),
    6: udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "six" }),
  };

  /** The frame that answers the datagram, and what the test kit writes. */
  function compareAnswer(family: 4 | 6, [there, back]: readonly [Way, Way]): void {
    const nids = smallNids({ killDryRun: true });
    const made: Uint8Array[] = [];
    nids.registerUdp((shown) => {
      if (shown.destinationPort === 2) made.push(...nids.reject(shown).frames.map(({ bytes }) => bytes));
    });
    nids.process(capture([frame(datagram[family], there)]).batch());
    const [host, server] = family === 4 ? ["10.0.0.1", "10.0.0.2"] : ["2001:db8::1", "2001:db8::2"];
    const fields = family === 4 ? { type: 3, code: 3 } : { type: 1, code: 4 };
    const answer = icmpPacket(server, host, { ...fields, data: datagram[family] }, sent);
    expect(made).to.deep.equal([frame(answer, back).bytes]);
  }

  for (const [name, ways] of Object.entries({
    "plain Ethernet": both({}),
    "a stack of tags": both({ vlan: [7, 5] }),
    "802.2 LLC": both({ llc: true }),
    "a PPPoE session": both({ pppoe: 9 }),
    "bare IP": both({ link: LinkType.RAW }),
    vxlan: tunnel("vxlan", 4),
    "geneve over IPv6": tunnel("geneve", 6),
    gre: tunnel("gre", 4, () => ({ checksum: true, id: 1 })),
  })) {
    it(name, () => {
      compareAnswer(4, ways);
      compareAnswer(6, ways);
    });
  }

  it("what says something else in each direction is not possible", () => {
    for (const there of [{ mpls: [100] }, tunnel("gtp", 4)[0]]) {
      const nids = smallNids({ killDryRun: true });
      nids.registerUdp((shown) => {
        if (shown.destinationPort === 2) nids.reject(shown);
      });
      expect(() => nids.process(capture([frame(datagram[4], there)]).batch()))
        .to.throw()
        .with.nested.property("cause.code", "not-injectable");
    }
  });
});
