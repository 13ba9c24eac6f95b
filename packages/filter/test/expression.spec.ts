/** What expressions mean, on frames made for them. tcpdump's opinion on the corpus is in test/differential/filter. */
import { compileFilter, FilterError } from "@tsnids/filter";
import { LinkType } from "@tsnids/pcap";
import type { Frame } from "@tsnids/testkit";
import { concat, cutFrame, fragmentFrame, octets } from "@tsnids/testkit";
import { expect } from "chai";
import { accepts, etherFrame, ping, query, web, web6 } from "./frames.js";

/** Every expression with one frame it accepts and one it does not. */
function distinguishes(cases: readonly (readonly [expression: string, accepted: Frame, rejected: Frame])[]): void {
  for (const [expression, accepted, rejected] of cases) {
    expect(accepts(expression, accepted), `${expression} accepts`).to.equal(true);
    expect(accepts(expression, rejected), `${expression} rejects`).to.equal(false);
  }
}

describe("primitives", () => {
  it("of protocols", () => {
    distinguishes([
      ["tcp", web(), query()],
      ["tcp", web6(), query()],
      ["udp", query(), web()],
      ["icmp", ping(), web()],
      ["ip", web(), web6()],
      ["ip6", web6(), web()],
      ["ip proto \\tcp", web(), web6()],
      ["ip6 proto 6", web6(), web()],
      ["ether proto 0x86dd", web6(), web()],
      ["arp", etherFrame(0x0806, new Uint8Array(28)), web()],
      ["stp", etherFrame(38, octets([0x42, 0x42, 3])), web()],
    ]);
  });

  it("of hosts and networks", () => {
    distinguishes([
      ["host 10.0.0.2", web(), query()],
      ["src host 10.0.0.1", web(), web6()],
      ["dst 192.168.1.9", query(), web()],
      ["src and dst net 10.0.0.0/8", web(), query()],
      ["net 192.168", query(), web()],
      ["net 192.168.0.0 mask 255.255.0.0", query(), web()],
      ["dst net 2001:db8::/64", web6(), web()],
      ["host 2001:db8::2", web6(), web()],
      ["ether src 02:00:0a:00:00:01", web(), web6()],
    ]);
  });

  it("of ports", () => {
    distinguishes([
      ["port 80", web(), query()],
      ["port 80", web6(), query()],
      ["tcp dst port 80", web(), query()],
      ["src port 4000", query(), web()],
      ["portrange 50-60", query(), web()],
      ["port http", web(), query()],
      ["udp port domain", query(), web()],
      ["portrange 50-http", query(), ping()],
    ]);
  });

  it("of lengths", () => {
    const { bytes } = web();
    const long = { ...web(), originalLength: 1500 };
    distinguishes([
      ["greater 1000", long, web()],
      [`less ${bytes.length}`, web(), long],
      ["len = 1500", long, web()],
    ]);
  });

  it("of bytes", () => {
    distinguishes([
      ["tcp[tcpflags] & tcp-push != 0", web(), query()],
      ["ip[8] = 64 and icmp[icmptype] = icmp-echo", ping(), web()],
      ["udp[4:2] = 13", query(), web()],
      ["ip[ip[0] & 0xf] = 0", web(), web6()],
      ["tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420", web(), ping()],
    ]);
  });
});

describe("joining", () => {
  it("gives and and or the same rank, from the left", () => {
    distinguishes([
      ["udp or tcp and port 80", web(), query()],
      ["udp or (icmp and port 80)", query(), ping()],
    ]);
  });

  it("lets an identifier take the qualifiers before it", () => {
    distinguishes([
      ["tcp dst port 25 or 80", web(), query()],
      ["dst host 192.168.1.9 or 10.0.0.9", query(), web()],
      ["port (25 or 80)", web(), query()],
      ["not port 80 or 443", query(), web()],
      ["dst host 10.0.0.2 and not 192.168.1.9", web(), query()],
    ]);
  });

  it("negates what follows, and no more", () => {
    distinguishes([
      ["not tcp and not icmp", query(), web()],
      ["not (tcp or icmp)", query(), ping()],
      ["!tcp && !udp", ping(), query()],
    ]);
  });

  it("accepts everything when it is empty", () => {
    expect(accepts(" ", web())).to.equal(true);
    expect(compileFilter("", { linkType: LinkType.NFLOG })(new Uint8Array(0), 0, 0, 0)).to.equal(true);
  });
});

describe("arithmetic", () => {
  it("is that of unsigned 32-bit numbers, with libpcap's ranks", () => {
    const truths = [
      "-1 = 0xffffffff",
      "0 - 1 > 5",
      "2 * 5 % 3 = 4",
      "10 - 4 ^ 1 = 5",
      "2 ^ 3 & 1 = 3",
      "8 - 4 - 2 = 2",
    ];
    for (const expression of [...truths, "1 + 2 * 3 = 7", "0x10 = 16", "010 = 8", "1 << 31 > 5", "len * 0 = 0"]) {
      expect(accepts(expression, web()), expression).to.equal(true);
    }
  });

  it("rejects a frame where it would divide by zero, whatever is negated", () => {
    for (const expression of ["ip[8] / ip[6] = 1", "not ip[8] / ip[6] = 1", "not ip[8] % ip[6] = 1"]) {
      expect(accepts(expression, web()), expression).to.equal(false);
    }
  });
});

describe("the end of a frame", () => {
  it("rejects it where a byte behind the end is asked for, whatever is negated", () => {
    for (const expression of ["ip[1000] = 0", "not ip[1000] = 0", "tcp[len] = 0", "not ether[5000:4] = 1"]) {
      expect(accepts(expression, web()), expression).to.equal(false);
    }
    expect(accepts("not tcp port 80", cutFrame(web(), 20))).to.equal(false);
    expect(accepts("ip", cutFrame(web(), 14))).to.equal(true);
    expect(accepts("ip", cutFrame(web(), 13))).to.equal(false);
  });
});

describe("fragments", () => {
  const [first, later] = fragmentFrame(query(), [8]) as [Frame, Frame];

  it("have ports in the first one only", () => {
    expect(accepts("udp port 53", first)).to.equal(true);
    expect(accepts("udp port 53", later)).to.equal(false);
    expect(accepts("udp and not port 53", later)).to.equal(true);
    expect(accepts("udp[0:2] = 4000", later)).to.equal(false);
    expect(accepts("udp", later)).to.equal(true);
  });

  it("are known by every bit of their offset", () => {
    for (let bit = 0; bit < 16; bit++) {
      const bytes = query().bytes.slice();
      bytes[20] = (1 << bit) >> 8;
      bytes[21] = (1 << bit) & 0xff;
      expect(accepts("udp port 53", { ...query(), bytes }), `bit ${bit}`).to.equal(bit > 12);
    }
  });
});

describe("encapsulations", () => {
  const tagged = web({ vlan: [5] });
  const twice = web({ vlan: [7, 5] });

  it("change the offsets for what stands to the right of them", () => {
    distinguishes([
      ["vlan", tagged, web()],
      ["vlan 5 and tcp port 80", tagged, web()],
      ["vlan 7 and vlan 5 and host 10.0.0.1", twice, tagged],
      ["ip or vlan and ip", tagged, etherFrame(0x0806, new Uint8Array(40))],
    ]);
    expect(accepts("tcp port 80", tagged)).to.equal(false);
    expect(accepts("not vlan and ip", web()), "as in libpcap, ip is looked for behind a tag").to.equal(false);
  });

  it("know MPLS, PPPoE and Geneve", () => {
    const packet = web().bytes.subarray(14);
    const joined = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
    const mpls = etherFrame(0x8847, joined(octets([0, 1, 0, 64, 0, 2, 1, 64]), packet));
    const pppoe = etherFrame(0x8864, joined(octets([0x11, 0, 0, 9, 0, 60, 0, 0x21]), packet));
    distinguishes([
      ["mpls 16 and mpls 32 and tcp port 80", mpls, web()],
      ["mpls and mpls 33", etherFrame(0x8847, octets([0, 1, 0, 64, 0, 2, 0x11, 64])), mpls],
      ["pppoes 9 and tcp port 80", pppoe, web()],
      ["pppoes and host 10.0.0.1", pppoe, web()],
    ]);
    const header = octets([0, 0, 0x65, 0x58, 0, 0, 5, 0]);
    const outer = query();
    const geneve = {
      ...outer,
      bytes: joined(outer.bytes.subarray(0, 36), octets([0x17, 0xc1, 0, 0, 0, 0]), header, web().bytes),
    };
    distinguishes([
      ["geneve 5 and tcp port 80", geneve, outer],
      ["geneve and ether src 02:00:0a:00:00:01", geneve, outer],
      ["geneve and ip protochain 6", geneve, outer],
    ]);
    expect(accepts("geneve 6", geneve)).to.equal(false);
  });
});

describe("802.11", () => {
  const { IEEE802_11, IEEE802_11_AVS, IEEE802_11_PRISM, IEEE802_11_RADIOTAP } = LinkType;
  const snap = [0xaa, 0xaa, 3, 0, 0, 0];
  const packet = web().bytes.subarray(14);

  /** A data frame with `radio` before it; `types` are the EtherType and what else stands before the packet. */
  function wlanFrame(linkType: number, radio: readonly number[], ...types: readonly number[]): Frame {
    const header = [8, 1, 0, 0, ...new Array<number>(20).fill(2)];
    const bytes = concat(octets([...radio, ...header, ...snap, ...types]), packet);
    return { ...web(), linkType, bytes, originalLength: bytes.length };
  }
  const tag = (id: number): readonly number[] => [0x81, 0, 0, id];
  const pppoe = (session: number): readonly number[] => [
    0x88,
    0x64,
    0x11,
    0,
    0,
    session,
    0,
    packet.length + 2,
    0,
    0x21,
  ];

  it("has the numbers of VLANs and PPPoE sessions behind LLC", () => {
    const radiotap = [0, 0, 8, 0, 0, 0, 0, 0];
    for (const [linkType, radio] of [
      [IEEE802_11, []],
      [IEEE802_11_RADIOTAP, radiotap],
    ] as const) {
      const of = (...types: readonly number[]): Frame => wlanFrame(linkType, radio, ...types);
      distinguishes([
        ["vlan 5", of(...tag(5), 8, 0), of(...tag(6), 8, 0)],
        ["vlan 5 and vlan 6 and tcp port 80", of(...tag(5), ...tag(6), 8, 0), of(...tag(6), ...tag(5), 8, 0)],
        ["pppoes 5", of(...pppoe(5)), of(...pppoe(6))],
        ["vlan 7 and pppoes 5 and tcp port 80", of(...tag(7), ...pppoe(5)), of(...tag(7), ...pppoe(6))],
      ]);
    }
    const fddi = (session: number): Frame => {
      const bytes = concat(octets([0x50, ...new Array<number>(12).fill(2), ...snap, ...pppoe(session)]), packet);
      return { ...web(), linkType: LinkType.FDDI, bytes, originalLength: bytes.length };
    };
    distinguishes([["pppoes 5 and tcp port 80", fddi(5), fddi(6)]]);
  });

  it("is found behind the headers of Prism and AVS, and behind AVS that is announced as Prism", () => {
    const prism = [0, 0, 0, 0x44, ...new Array<number>(140).fill(0)];
    const avs = [0x80, 0x21, 0x10, 0x02, 0, 0, 0, 68, ...new Array<number>(60).fill(0)];
    for (const [linkType, radio] of [
      [IEEE802_11_PRISM, prism],
      [IEEE802_11_PRISM, avs],
      [IEEE802_11_AVS, avs],
    ] as const) {
      const of = (...types: readonly number[]): Frame => wlanFrame(linkType, radio, ...types);
      distinguishes([
        ["tcp port 80 and host 10.0.0.1", of(8, 0), of(8, 6)],
        ["vlan 5 and tcp port 80", of(...tag(5), 8, 0), of(...tag(6), 8, 0)],
        [`radio[0] = ${radio[0]} and link[0] = 8 and type data`, of(8, 0), cutFrame(of(8, 0), radio.length)],
        ["less 60 or ip", of(8, 0), cutFrame(of(8, 0), 7)],
      ]);
    }
    const endless = wlanFrame(IEEE802_11_AVS, avs.with(4, 0xff), 8, 0);
    expect(accepts("greater 10 and radio[0] = 128", endless)).to.equal(true);
    expect(accepts("greater 10 or link[0] = 8", endless)).to.equal(true);
    expect(accepts("link[0] = 8 or greater 10", endless), "behind the end of the frame").to.equal(false);
  });
});

describe("link types", () => {
  const { ETHERNET, LINUX_SLL, LINUX_SLL2, NULL, LOOP, RAW, IPV4 } = LinkType;

  for (const link of [ETHERNET, LINUX_SLL, LINUX_SLL2, NULL, LOOP, RAW, IPV4]) {
    it(`${link}: finds the packet`, () => {
      distinguishes([
        ["tcp port 80 and host 10.0.0.1", web({ link }), query({ link })],
        ["not udp", ping({ link }), query({ link })],
        ["ip[9] = 17 and ip[12:4] = 0x0a000001", query({ link }), web({ link })],
      ]);
    });
  }

  it("PPP_PPPD: finds the packet, and which way it went", () => {
    const went = (direction: number, number = 0x21): Frame => {
      const bytes = concat(octets([direction, 3, 0, number]), web({ link: RAW }).bytes);
      return { ...web(), linkType: LinkType.PPP_PPPD, bytes, originalLength: bytes.length };
    };
    distinguishes([
      ["tcp port 80 and host 10.0.0.1", went(0), went(0, 0x57)],
      ["inbound", went(0), went(1)],
      ["outbound", went(1), went(0)],
    ]);
    expect(["inbound", "outbound"].map((expression) => accepts(expression, went(2)))).to.deep.equal([false, false]);
  });

  it("that nobody looks into: has lengths and bytes, and no protocols", () => {
    const frame = { ...web(), linkType: LinkType.NFLOG };
    const length = frame.bytes.length;
    for (const expression of [`greater ${length}`, "not less 20", "link[12:2] = 0x800", `len = ${length}`, "1 = 1"]) {
      expect(accepts(expression, frame), expression).to.equal(true);
    }
    for (const expression of ["ip", "tcp port 80", "greater 20 and host 10.0.0.1", "ether proto 5", "vlan", "llc"]) {
      expect(() => accepts(expression, frame), expression).to.throw(FilterError, /NFLOG/);
    }
  });

  it("BSD loopback: finds IPv6 by the number of any system", () => {
    const withFamily = (link: number, ...family: number[]): Frame => {
      const raw = web6({ link: RAW });
      return { ...raw, linkType: link, bytes: concat(octets(family), raw.bytes), originalLength: raw.bytes.length + 4 };
    };
    for (const family of [10, 24, 28, 30]) {
      distinguishes([
        ["ip6", withFamily(NULL, 0, 0, 0, family), withFamily(NULL, 0, 0, 0, 29)],
        ["ip6 and tcp port 80", withFamily(NULL, family, 0, 0, 0), withFamily(NULL, 29, 0, 0, 0)],
        ["port 80", withFamily(LOOP, 0, 0, 0, family), withFamily(LOOP, family, 0, 0, 0)],
        ["not ip6", withFamily(LOOP, 0, 0, 0, 29), withFamily(LOOP, 0, 0, 0, family)],
      ]);
    }
  });
});
