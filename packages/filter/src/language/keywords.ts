// The words of the language (pcap-filter(7)), as data: what is reserved, and names that stand for numbers.

/** Words that are protocols: they stand alone, before a qualifier, or before brackets. Several names mean the link. */
export const protocolWords: ReadonlyMap<string, string> = new Map([
  ...["link", "ether", "ppp", "slip", "fddi", "tr", "wlan"].map((word) => [word, "link"] as const),
  ...[
    ...["ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "igrp", "pim", "vrrp", "carp"],
    ...["ah", "esp", "atalk", "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "ipx", "netbeui", "stp", "iso"],
    ...["clnp", "esis", "isis", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp", "radio"],
  ].map((word) => [word, word] as const),
  ["es-is", "esis"],
  ["is-is", "isis"],
]);

/** Reserved words with a meaning of their own. */
const structureWords = [
  ...["src", "dst", "host", "net", "mask", "port", "portrange", "proto", "protochain", "gateway"],
  ...["and", "or", "not", "less", "greater", "broadcast", "multicast", "len", "length", "inbound", "outbound"],
  ...["vlan", "mpls", "pppoed", "pppoes", "geneve", "llc", "ifindex", "type", "subtype", "dir", "direction"],
  ...["addr1", "addr2", "addr3", "addr4", "address1", "address2", "address3", "address4", "ra", "ta"],
];

/** Reserved words that are not compiled here: packet filter logs, ATM, SS7, and a forerunner of byte expressions. */
export const unsupportedWords: ReadonlySet<string> = new Set([
  ...["on", "ifname", "rset", "ruleset", "rnr", "rulenum", "srnr", "subrulenum", "reason", "action"],
  ...["lane", "metac", "bcc", "sc", "ilmic", "oam", "oamf4", "oamf4ec", "oamf4sc", "vpi", "vci", "connectmsg"],
  ...["metaconnect", "fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu", "sio", "opc", "dpc", "sls"],
  ...["hsio", "hopc", "hdpc", "hsls", "byte"],
]);

/** Every word that is not a name. To use one as a name, put a backslash before it. */
export const reservedWords: ReadonlySet<string> = new Set([
  ...structureWords,
  ...protocolWords.keys(),
  ...unsupportedWords,
]);

/** Names of numbers: offsets of fields, and values they have. */
export const numberNames: ReadonlyMap<string, number> = new Map([
  // TCP (RFC 9293 §3.1): the byte of the flags, and the flags.
  ["tcpflags", 13],
  ...["fin", "syn", "rst", "push", "ack", "urg", "ece", "cwr"].map((flag, bit) => [`tcp-${flag}`, 1 << bit] as const),
  // ICMP (RFC 792 and the IANA registry).
  ...Object.entries({
    ...{ icmptype: 0, icmpcode: 1, "icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4 },
    ...{ "icmp-redirect": 5, "icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11 },
    ...{ "icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16 },
    ...{ "icmp-maskreq": 17, "icmp-maskreply": 18 },
  }),
  // ICMPv6 (RFC 4443 and the IANA registry).
  ...Object.entries({
    ...{ icmp6type: 0, icmp6code: 1, "icmp6-destinationunreach": 1, "icmp6-packettoobig": 2 },
    ...{ "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4, "icmp6-echo": 128, "icmp6-echoreply": 129 },
    ...{ "icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131 },
    ...{ "icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134 },
    ...{ "icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137 },
    ...{ "icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140 },
    ...{ "icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142 },
    ...{ "icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144 },
    ...{ "icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146, "icmp6-mobileprefixadvert": 147 },
    ...{ "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149, "icmp6-multicastrouteradvert": 151 },
    ...{ "icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153 },
  }),
]);
