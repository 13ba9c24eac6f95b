// Names of protocols behind "proto", as data: of IP (IANA registry "Protocol Numbers", with the names of Unix systems) and
// of the link (EtherTypes, and SAPs of IEEE 802.2 for what has none).

/** IP protocols, in lower case. */
export const ipProtocols: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ ip: 0, hopopt: 0, icmp: 1, igmp: 2, ggp: 3, ipencap: 4, "ip-encap": 4, st: 5, tcp: 6, egp: 8 },
    ...{ igp: 9, pup: 12, udp: 17, hmp: 20, "xns-idp": 22, rdp: 27, "iso-tp4": 29, dccp: 33, xtp: 36 },
    ...{ ddp: 37, "idpr-cmtp": 38, ipv6: 41, "ipv6-route": 43, "ipv6-frag": 44, idrp: 45, rsvp: 46, gre: 47 },
    ...{ esp: 50, "ipsec-esp": 50, ah: 51, "ipsec-ah": 51, skip: 57, "ipv6-icmp": 58, "ipv6-nonxt": 59 },
    ...{ "ipv6-opts": 60, rspf: 73, cphb: 73, vmtp: 81, eigrp: 88, ospf: 89, ospfigp: 89, "ax.25": 93 },
    ...{ ipip: 94, etherip: 97, encap: 98, pim: 103, ipcomp: 108, vrrp: 112, l2tp: 115, isis: 124, sctp: 132 },
    ...{ fc: 133, "mobility-header": 135, udplite: 136, "mpls-in-ip": 137, manet: 138, hip: 139, shim6: 140 },
    ...{ wesp: 141, rohc: 142, ethernet: 143, mptcp: 262 },
  }),
);

/** Protocols of ISO networks: the first byte of their header (ISO/IEC TR 9577). */
export const isoProtocols: ReadonlyMap<string, number> = new Map([
  ["clnp", 0x81],
  ["esis", 0x82],
  ["isis", 0x83],
]);

/** EtherTypes by the name of the protocol word. */
export const EtherType = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  ip6: 0x86dd,
  mopdl: 0x6001,
  moprc: 0x6002,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  atalk: 0x809b,
  aarp: 0x80f3,
  vlan: 0x8100,
  mpls: 0x8847,
  pppoed: 0x8863,
  pppoes: 0x8864,
} as const;

/** Service access points of IEEE 802.2. They are below every EtherType. */
export const Sap = { ip: 0x06, stp: 0x42, ipx: 0xe0, netbeui: 0xf0, iso: 0xfe } as const;

/** Encapsulations: libpcap knows them by words of their own only. */
const encapsulations: ReadonlySet<string> = new Set(["vlan", "mpls", "pppoed", "pppoes"]);

/** Protocols of the link. */
export const linkProtocols: ReadonlyMap<string, number> = new Map(
  Object.entries({ ...Sap, ...EtherType, loopback: 0x9000 }).filter(([name]) => !encapsulations.has(name)),
);
