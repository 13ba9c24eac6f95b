/**
 * IP packets of either family in one line: the family follows from the addresses.
 *
 *     tcpPacket("10.0.0.1:40000", "10.0.0.2:80", { seq: 1, flags: "S" })
 *     udpPacket("[2001:db8::1]:53", "[2001:db8::2]:4000", { data: "answer" })
 */
import { parseAddress, parseEndpoint, type AddressLike, type Endpoint } from "./address.js";
import { icmpMessage, icmpProtocol, icmpv6Protocol, type IcmpFields } from "./icmp.js";
import { ipv4Packet, type Ipv4Options } from "./ipv4.js";
import { ipv6Packet, type Ipv6Options } from "./ipv6.js";
import { tcpProtocol, tcpSegment, type TcpFields } from "./tcp.js";
import { udpDatagram, udpProtocol, type UdpFields } from "./udp.js";

/** Header fields for whichever family the addresses have. */
export interface IpOptions {
  /** For packets between IPv4 addresses. */
  readonly ipv4?: Ipv4Options;
  /** For packets between IPv6 addresses. */
  readonly ipv6?: Ipv6Options;
}

/** An IP packet of the family of `source`. Throws TestkitError for mixed families or fields that do not fit. */
export function ipPacket(
  source: AddressLike,
  destination: AddressLike,
  protocol: number,
  payload: Uint8Array,
  options: IpOptions = {},
): Uint8Array {
  const isIpv6 = parseAddress(source).length === 16;
  return isIpv6
    ? ipv6Packet({ ...options.ipv6, source, destination, protocol, payload })
    : ipv4Packet({ ...options.ipv4, source, destination, protocol, payload });
}

function endpoint(given: string | Endpoint): Endpoint {
  return typeof given === "string" ? parseEndpoint(given) : given;
}

/** A TCP segment in its IP packet. */
export function tcpPacket(
  from: string | Endpoint,
  to: string | Endpoint,
  fields: Omit<TcpFields, "sourcePort" | "destinationPort">,
  options: IpOptions = {},
): Uint8Array {
  const [{ address: source, port: sourcePort }, { address: destination, port: destinationPort }] = [
    endpoint(from),
    endpoint(to),
  ];
  const segment = tcpSegment({ ...fields, sourcePort, destinationPort }, { source, destination });
  return ipPacket(source, destination, tcpProtocol, segment, options);
}

/** A UDP datagram in its IP packet. */
export function udpPacket(
  from: string | Endpoint,
  to: string | Endpoint,
  fields: Omit<UdpFields, "sourcePort" | "destinationPort">,
  options: IpOptions = {},
): Uint8Array {
  const [{ address: source, port: sourcePort }, { address: destination, port: destinationPort }] = [
    endpoint(from),
    endpoint(to),
  ];
  const datagram = udpDatagram({ ...fields, sourcePort, destinationPort }, { source, destination });
  return ipPacket(source, destination, udpProtocol, datagram, options);
}

/** An ICMP or ICMPv6 message in its IP packet. */
export function icmpPacket(
  from: AddressLike,
  to: AddressLike,
  fields: IcmpFields,
  options: IpOptions = {},
): Uint8Array {
  const [source, destination] = [parseAddress(from), parseAddress(to)];
  const protocol = source.length === 16 ? icmpv6Protocol : icmpProtocol;
  return ipPacket(source, destination, protocol, icmpMessage(fields, { source, destination }), options);
}
