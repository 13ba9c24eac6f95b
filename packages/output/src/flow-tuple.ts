// The five numbers that identify a flow on the wire, of whatever the engine shows: a stream, a datagram, a
// message, a packet.

import type { IcmpMessage, IpPacket, QuotedFlow, TcpStream, UdpDatagram } from "@tsnids/nids";

/** Protocols that have ports, or a type and code instead of them, by number (IANA). */
export const Protocol = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const;

/** A flow, in the direction of one of its packets. */
export interface FlowTuple {
  /** Protocol number (IANA). */
  readonly protocol: number;
  /** Address of the sender, as text: dotted decimal, or RFC 4291 for IPv6. */
  readonly source: string;
  /** Address of the receiver, as text. */
  readonly destination: string;
  /** Port of the sender, of TCP, UDP or SCTP; for ICMP and ICMPv6 the type. Left out where there is none. */
  readonly sourcePort?: number | undefined;
  /** Port of the receiver; for ICMP and ICMPv6 the code. Left out where there is none. */
  readonly destinationPort?: number | undefined;
}

/** The tuple of a stream, from client to server. */
export function tupleOfStream(stream: TcpStream): FlowTuple {
  const { clientAddress, clientPort, serverAddress, serverPort } = stream;
  return {
    protocol: Protocol.TCP,
    source: clientAddress,
    destination: serverAddress,
    sourcePort: clientPort,
    destinationPort: serverPort,
  };
}

/** The tuple of a UDP datagram. */
export function tupleOfDatagram(datagram: UdpDatagram): FlowTuple {
  const { sourceAddress, sourcePort, destinationAddress, destinationPort } = datagram;
  return {
    protocol: Protocol.UDP,
    source: sourceAddress,
    destination: destinationAddress,
    sourcePort,
    destinationPort,
  };
}

/** The tuple of an ICMP or ICMPv6 message. */
export function tupleOfMessage(message: IcmpMessage): FlowTuple {
  const { family, sourceAddress, destinationAddress, type, code } = message;
  return {
    protocol: family === 4 ? Protocol.ICMP : Protocol.ICMPV6,
    source: sourceAddress,
    destination: destinationAddress,
    sourcePort: type,
    destinationPort: code,
  };
}

/** The tuple of the flow that an ICMP error quotes. Where ports are not quoted, it has none. */
export function tupleOfQuote(quoted: QuotedFlow): FlowTuple {
  const { protocol, sourceAddress, destinationAddress, sourcePort, destinationPort, icmpType, icmpCode } = quoted;
  return {
    protocol,
    source: sourceAddress,
    destination: destinationAddress,
    sourcePort: sourcePort ?? icmpType,
    destinationPort: destinationPort ?? icmpCode,
  };
}

/** The tuple of a packet that was validated. Where the header of its payload was cut off, it has no ports. */
export function tupleOfPacket(packet: IpPacket): FlowTuple {
  const { protocol, source, destination, payload } = packet;
  switch (protocol) {
    case Protocol.TCP:
    case Protocol.UDP:
    case Protocol.SCTP: {
      if (payload.length < 4) break;
      const [high0 = 0, low0 = 0, high1 = 0, low1 = 0] = payload;
      return { protocol, source, destination, sourcePort: (high0 << 8) | low0, destinationPort: (high1 << 8) | low1 };
    }
    case Protocol.ICMP:
    case Protocol.ICMPV6: {
      if (payload.length < 2) break;
      const [type, code] = payload;
      return { protocol, source, destination, sourcePort: type, destinationPort: code };
    }
  }
  return { protocol, source, destination };
}
