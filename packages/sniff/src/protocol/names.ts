// Names of numbers, for people.

import { HeaderType } from "@tsnids/nids";

/** EtherType of ARP (RFC 826). */
export const arpType = 0x0806;

/** EtherTypes (IEEE registry) that one meets. */
export const etherTypeNames: ReadonlyMap<number, string> = new Map([
  [HeaderType.IPV4, "IPv4"],
  [arpType, "ARP"],
  [HeaderType.BRIDGED_ETHERNET, "Ethernet"],
  [HeaderType.VLAN, "VLAN"],
  [HeaderType.IPV6, "IPv6"],
  [HeaderType.PPP, "PPP"],
  [HeaderType.MPLS, "MPLS"],
  [HeaderType.MPLS_UPSTREAM, "MPLS"],
  [0x8863, "PPPoE discovery"],
  [HeaderType.PPPOE_SESSION, "PPPoE"],
  [0x888e, "802.1X"],
  [HeaderType.SERVICE_VLAN, "service VLAN"],
  [0x88cc, "LLDP"],
  [HeaderType.BACKBONE, "backbone"],
  [HeaderType.VN_TAG, "VN-Tag"],
  [HeaderType.E_TAG, "E-Tag"],
  [HeaderType.NSH, "NSH"],
  [HeaderType.OLD_SERVICE_VLAN, "service VLAN"],
  [HeaderType.OTHER_SERVICE_VLAN, "service VLAN"],
]);

/** Protocol numbers (IANA registry "Assigned Internet Protocol Numbers") that one meets. */
export const protocolNames: ReadonlyMap<number, string> = new Map([
  [0, "hop-by-hop options"],
  [1, "ICMP"],
  [2, "IGMP"],
  [4, "IPv4"],
  [6, "TCP"],
  [17, "UDP"],
  [41, "IPv6"],
  [43, "routing header"],
  [44, "fragment header"],
  [47, "GRE"],
  [50, "ESP"],
  [51, "AH"],
  [58, "ICMPv6"],
  [59, "nothing"],
  [60, "destination options"],
  [89, "OSPF"],
  [103, "PIM"],
  [112, "VRRP"],
  [132, "SCTP"],
  [135, "mobility header"],
  [139, "HIP"],
  [140, "Shim6"],
]);
