// Protocols by the number that IP has for them (IANA: Assigned Internet Protocol Numbers), and headers by their length
// without options. Constants, not fields of a table: such a number is in the code itself wherever it is asked for.

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const DCCP = 33;
export const ICMPV6 = 58;
export const SCTP = 132;
export const UDP_LITE = 136;

export const ipv4HeaderBytes = 20;
export const ipv6HeaderBytes = 40;
export const icmpHeaderBytes = 8;
export const tcpHeaderBytes = 20;
export const udpHeaderBytes = 8;
