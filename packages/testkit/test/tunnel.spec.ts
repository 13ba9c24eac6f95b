/** Tunnels byte by byte: what is between the IP header around and the packet in it. */
import {
  frame,
  ipPacket,
  octets,
  TestkitError,
  tunnelPacket,
  writableTunnels,
  type TunnelOptions,
} from "@tsnids/testkit";
import { expect } from "chai";
import { compact, hex } from "./hex.js";

const ends = { source: "192.0.2.1", destination: "192.0.2.2" };
const ipv4 = ipPacket("10.0.0.1", "10.0.0.2", 253, octets("x"));
const ipv6 = ipPacket("2001:db8::1", "2001:db8::2", 253, octets("x"));
const ethernet = hex(frame(ipv4).bytes.subarray(0, 14));

/** The bytes between; those of UDP without length and checksum. */
function between(kind: string, packet: Uint8Array, options: Partial<TunnelOptions> = {}): string {
  const whole = tunnelPacket(kind, packet, { ...ends, ...options });
  expect(hex(whole.subarray(whole.length - packet.length))).to.equal(hex(packet));
  const header = hex(whole.subarray(20, whole.length - packet.length));
  return whole[9] === 17 ? `${header.slice(0, 8)} ${header.slice(16)}` : header;
}

describe("tunnels", () => {
  const extra = octets([1, 2, 3, 4]);
  const known: readonly (readonly [kind: string, options: Partial<TunnelOptions>, bytes: string])[] = [
    ["4in4", {}, ""],
    ["gre", {}, "0000 0800"],
    ["gre", { id: 7 }, "2000 0800 00000007"],
    ["gre", { id: 7, sequence: 9 }, "3000 0800 00000007 00000009"],
    ["gre-ethernet", {}, `0000 6558 ${ethernet}`],
    ["nvgre", { id: 0x1234 }, `2000 6558 00123400 ${ethernet}`],
    ["erspan1", {}, `0000 88be ${ethernet}`],
    ["erspan2", { id: 5 }, `1000 88be 00000001 1000 0005 00000000 ${ethernet}`],
    ["erspan3", { id: 5 }, `1000 22eb 00000001 2000 0005 0000000000000000 ${ethernet}`],
    ["pptp", { id: 5 }, "2001 880b 0019 0005 ff03 0021"],
    ["vxlan", { id: 5 }, `9c4012b5 08000000 00000500 ${ethernet}`],
    ["geneve", { id: 5, extra }, `9c4017c1 01 00 6558 00000500 01020304 ${ethernet}`],
    ["gtp", { id: 5 }, "9c400868 30 ff 0015 00000005"],
    ["gtp", { id: 5, extra }, "9c400868 34 ff 0019 00000005 01020304"],
    ["teredo", { extra }, "9c400dd8 01020304"],
    ["l2tp", { id: 5 }, "9c4006a5 0002 0001 0005 ff03 0021"],
    ["gre-in-udp", {}, "9c401292 0000 0800"],
    ["mpls-in-udp", { id: 100 }, "9c4019eb 00064140"],
  ];
  for (const [kind, options, bytes] of known) {
    it(`${kind} ${JSON.stringify(options)}`, () => {
      expect(compact(between(kind, ipv4, options))).to.equal(compact(bytes));
    });
  }

  it("of every kind are among these, or carry IPv6", () => {
    const kinds = new Set([...known.map(([kind]) => kind), "4in6", "6in4", "6in6"]);
    expect(new Set(writableTunnels)).to.deep.equal(kinds);
  });

  it("say what they carry", () => {
    expect(tunnelPacket("6in4", ipv6, ends)[9]).to.equal(41);
    expect(tunnelPacket("4in4", ipv4, ends)[9]).to.equal(4);
    expect(compact(between("gre", ipv6))).to.equal("000086dd");
    expect(compact(between("l2tp", ipv6))).to.equal("9c4006a5000200010001ff030057");
  });

  it("have a GRE checksum over header and payload", () => {
    expect(compact(between("gre", ipv4, { checksum: true }))).to.match(/^80000800[0-9a-f]{4}0000$/);
  });

  it("that do not exist are refused", () => {
    for (const kind of ["carrier pigeon", "constructor"]) {
      expect(() => tunnelPacket(kind, ipv4, ends), kind)
        .to.throw(TestkitError)
        .with.property("code", "bad-field");
    }
  });

  for (const [kind, options, message] of [
    ["vxlan", { id: 2 ** 24 }, /^id: /],
    ["gtp", { id: 2 ** 32 }, /^id: /],
    ["mpls-in-udp", { id: 2 ** 20 }, /^id: /],
    ["gre", { sequence: -1 }, /^sequence: /],
    ["geneve", { extra: new Uint8Array(5) }, /^extra: 5 bytes; options are words/],
    ["geneve", { extra: new Uint8Array(256) }, /^extra: 256 bytes/],
  ] as const) {
    it(`refuse what does not fit: ${kind} ${Object.keys(options).join(", ")}`, () => {
      expect(() => tunnelPacket(kind, ipv4, { ...ends, ...options })).to.throw(TestkitError, message);
    });
  }
});
