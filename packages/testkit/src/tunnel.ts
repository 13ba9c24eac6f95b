/**
 * Tunnels: an IP packet inside another one.
 *
 *     tunnelPacket("vxlan", packet, { source: "10.9.0.1", destination: "10.9.0.2", id: 7 })
 *
 *     4in4 …        IP                                    vxlan     IP UDP VXLAN(8) Ethernet
 *     gre           IP GRE(4..16)                         geneve    IP UDP Geneve(8) Ethernet
 *     nvgre         IP GRE(8) Ethernet                    gtp       IP UDP GTP-U(8)
 *     erspan1..3    IP GRE ERSPAN(0, 8, 12) Ethernet      teredo    IP UDP
 *     pptp          IP GRE(8) PPP                         l2tp      IP UDP L2TP(6) PPP
 *     gre-in-udp    IP UDP GRE(4..16)                     mpls-in-udp  IP UDP label(4)
 */
import type { AddressLike } from "./address.js";
import { internetChecksum } from "./checksum.js";
import { TestkitError } from "./errors.js";
import { frame } from "./frame.js";
import { labelStack, longWord, word } from "./link-fields.js";
import { concat, fit, octets, viewOf } from "./octets.js";
import { ipPacket, udpPacket, type IpOptions } from "./packet.js";
import { parseAddress } from "./address.js";

/** The packet around, and what identifies the tunnel. */
export interface TunnelOptions {
  /** Address of the sender of the packet around. */
  readonly source: AddressLike;
  /** Address of its receiver. */
  readonly destination: AddressLike;
  /** Key, session, network, tunnel or label, as the kind has it. Default none for GRE, else 1. */
  readonly id?: number;
  /** For GRE: with checksum. */
  readonly checksum?: boolean;
  /** For GRE: with sequence number. */
  readonly sequence?: number;
  /** UDP port of the sender, default 40000. */
  readonly sourcePort?: number;
  /** UDP port of the receiver, default the standard one. */
  readonly destinationPort?: number;
  /** Between the tunnel's header and what it carries: Geneve options, GTP extension headers, Teredo indications. */
  readonly extra?: Uint8Array;
  /** Header fields of the packet around. */
  readonly ip?: IpOptions;
}

const greProtocol = 47;
const ppp = (packet: Uint8Array): Uint8Array =>
  concat(octets([0xff, 3]), word(isIpv6(packet) ? 0x0057 : 0x0021), packet);

function isIpv6(packet: Uint8Array): boolean {
  return (packet[0] ?? 0) >>> 4 === 6;
}

function etherType(packet: Uint8Array): number {
  return isIpv6(packet) ? 0x86dd : 0x0800;
}

function around(options: TunnelOptions, protocol: number, payload: Uint8Array): Uint8Array {
  return ipPacket(options.source, options.destination, protocol, payload, options.ip);
}

function inUdp(options: TunnelOptions, port: number, data: Uint8Array): Uint8Array {
  const { source, destination, sourcePort = 40000, destinationPort = port } = options;
  const from = { address: parseAddress(source), port: sourcePort };
  const to = { address: parseAddress(destination), port: destinationPort };
  return udpPacket(from, to, { data }, options.ip);
}

/** GRE (RFC 2784 §2, RFC 2890 §2) with the payload it is before; the checksum is over both. */
function gre(options: TunnelOptions, protocol: number, payload: Uint8Array): Uint8Array {
  const { id, checksum = false, sequence } = options;
  const flags = (checksum ? 0x8000 : 0) | (id === undefined ? 0 : 0x2000) | (sequence === undefined ? 0 : 0x1000);
  const fields = [word(flags), word(protocol), new Uint8Array(checksum ? 4 : 0)];
  if (id !== undefined) fields.push(longWord(fit("id", id, 32)));
  if (sequence !== undefined) fields.push(longWord(fit("sequence", sequence, 32)));
  const whole = concat(...fields, payload);
  if (checksum) viewOf(whole).setUint16(4, internetChecksum(whole));
  return whole;
}

function erspan(version: number, packet: Uint8Array, options: TunnelOptions): Uint8Array {
  const { id = 1, ...plain } = options;
  const session = fit("id", id, 10);
  const ethernet = frame(packet).bytes;
  if (version === 1) return around(options, greProtocol, gre(plain, 0x88be, ethernet));
  const numbered = { ...plain, sequence: options.sequence ?? 1 };
  const header = concat(word((version - 1) << 12), word(session), new Uint8Array(version === 2 ? 4 : 8));
  return around(options, greProtocol, gre(numbered, version === 2 ? 0x88be : 0x22eb, concat(header, ethernet)));
}

type Builder = (packet: Uint8Array, options: TunnelOptions) => Uint8Array;

/** IP in IP: RFC 2003, RFC 2473, RFC 4213 §3. */
function ipInIp(packet: Uint8Array, options: TunnelOptions): Uint8Array {
  return around(options, isIpv6(packet) ? 41 : 4, packet);
}

/** Geneve's options are whole words, of which a header counts up to 63 (RFC 8926 §3.4). */
function geneveOptions({ extra = new Uint8Array(0) }: TunnelOptions): Uint8Array {
  if (extra.length % 4 === 0 && extra.length <= 252) return extra;
  throw new TestkitError("bad-field", `extra: ${extra.length} bytes; options are words of 4 bytes, at most 252 bytes`);
}

const builders: Readonly<Record<string, Builder>> = {
  "4in4": ipInIp,
  "4in6": ipInIp,
  "6in4": ipInIp,
  "6in6": ipInIp,
  gre: (packet, options) => around(options, greProtocol, gre(options, etherType(packet), packet)),
  "gre-ethernet": (packet, options) => around(options, greProtocol, gre(options, 0x6558, frame(packet).bytes)),
  "gre-in-udp": (packet, options) => inUdp(options, 4754, gre(options, etherType(packet), packet)),
  nvgre: (packet, options) => {
    const id = fit("id", options.id ?? 0x1000, 24) * 256;
    return around(options, greProtocol, gre({ ...options, id }, 0x6558, frame(packet).bytes));
  },
  erspan1: (packet, options) => erspan(1, packet, options),
  erspan2: (packet, options) => erspan(2, packet, options),
  erspan3: (packet, options) => erspan(3, packet, options),
  pptp: (packet, options) => {
    const inside = ppp(packet);
    const header = concat(word(0x2001), word(0x880b), word(inside.length), word(fit("id", options.id ?? 1, 16)));
    return around(options, greProtocol, concat(header, inside));
  },
  vxlan: (packet, options) => {
    const header = concat(longWord(0x08000000), longWord(fit("id", options.id ?? 1, 24) * 256));
    return inUdp(options, 4789, concat(header, frame(packet).bytes));
  },
  geneve: (packet, options) => {
    const extra = geneveOptions(options);
    const header = concat(octets([extra.length / 4, 0]), word(0x6558), longWord(fit("id", options.id ?? 1, 24) * 256));
    return inUdp(options, 6081, concat(header, extra, frame(packet).bytes));
  },
  gtp: (packet, options) => {
    const { extra = new Uint8Array(0), id = 1 } = options;
    const flags = extra.length > 0 ? 0x34 : 0x30;
    const header = concat(octets([flags, 0xff]), word(extra.length + packet.length), longWord(fit("id", id, 32)));
    return inUdp(options, 2152, concat(header, extra, packet));
  },
  teredo: (packet, options) => inUdp(options, 3544, concat(options.extra ?? new Uint8Array(0), packet)),
  l2tp: (packet, options) =>
    inUdp(options, 1701, concat(word(0x0002), word(1), word(fit("id", options.id ?? 1, 16)), ppp(packet))),
  "mpls-in-udp": (packet, options) =>
    inUdp(options, 6635, concat(labelStack([fit("id", options.id ?? 100, 20)]), packet)),
};

/** The kinds of tunnels {@link tunnelPacket} can write. */
export const writableTunnels: readonly string[] = Object.keys(builders);

/**
 * An IP packet in a tunnel, in the IP packet around it. Throws TestkitError `bad-field` for a kind that there is not
 * and for what does not fit the tunnel's header. IP in IP is one kind with four names: which of them it is, the
 * addresses say.
 */
export function tunnelPacket(kind: string, packet: Uint8Array, options: TunnelOptions): Uint8Array {
  const build = Object.hasOwn(builders, kind) ? builders[kind] : undefined;
  if (build === undefined) {
    throw new TestkitError("bad-field", `kind: there is no tunnel "${kind}"; there are ${writableTunnels.join(", ")}`);
  }
  return build(packet, options);
}
