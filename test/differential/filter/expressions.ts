/**
 * Expressions as people write them, and as they should not have to: every primitive, with the qualifiers it goes with, and
 * the ways of joining them. Addresses and ports are those of the corpus, so that they find something.
 */

/** Protocols alone. */
const protocols = [
  ...["ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "igrp", "pim", "vrrp", "carp", "ah"],
  ...["esp", "atalk", "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "ipx", "netbeui", "stp", "iso", "clnp"],
  ...["esis", "isis", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp"],
];

const hosts = [
  ...["host 127.0.0.1", "src host 10.0.0.1", "dst host 10.0.0.1", "10.0.0.1 or host 1.1.1.1", "src 10.1.1.1"],
  ...["dst 10.1.1.1", "src or dst host 10.1.1.1", "src and dst host 127.0.0.1", "ip host 1.1.1.1", "arp host 10.0.0.1"],
  ...[
    "rarp host 10.0.0.1",
    "ip src host 10.0.0.2",
    "ip dst 10.0.0.2",
    "arp src host 10.0.0.1",
    "host 10.0.0.1 or 10.0.0.2",
  ],
  ...[
    "host (10.0.0.1 or 10.0.0.2)",
    "not host 127.0.0.1",
    "host 10.0.0.1 and 10.0.0.2",
    "host 10.0.0.1 or not 10.0.0.2",
  ],
  ...["src host 10.0.0.1 and dst host 10.0.0.2", "host ::1", "src host ::1", "ip6 host 2001:db8:1::2"],
  ...["dst 3ffe:507:0:1:200:86ff:fe05:80da", "host fe80::223:55ff:fe9c:7326", "host 2001:4860:4860::8888", "host 10.1"],
  ...["host 192.168.1", "host 5"],
].map((expression) => expression.replace(/^10\.0\.0\.1 or/, "host 10.0.0.1 or"));

const networks = [
  ...["net 10", "net 10.0", "net 10.0.0", "net 10.0.0.0/8", "src net 10.0.0.0/8", "dst net 10.0.0.0/8", "net 192.168"],
  ...["net 192.168.0.0 mask 255.255.0.0", "net 192.168.0.0/16", "ip net 172.16.0.0/12", "net 127", "net 0.0.0.0/0"],
  ...["src and dst net 10.0.0.0/8", "src net 10 and dst net 10", "not net 10.0.0.0/8", "net 10.10.1.4/31", "net 1"],
  ...["net 2001:db8::/32", "net fe80::/10", "src net fe80::/64", "net ff00::/8", "ip6 net ::/0", "dst net 3ffe::/16"],
  ...["net 2001:db8:1::/49", "net ::/1", "net 192.168.1 or 192.168.2", "arp net 10.0.0.0/8"],
];

const ports = [
  ...["port 80", "tcp port 80", "udp port 53", "sctp port 2905", "src port 80", "dst port 80", "tcp src port 80"],
  ...["tcp dst port 80", "src and dst port 53", "src or dst port 53", "port 80 or 443", "tcp port 80 or 443 or 8080"],
  ...["not port 80", "not tcp port 80", "tcp and not port 80", "port 0", "port 65535", "port 0x50", "port 0120"],
  ...["port http", "port https", "port domain", "port ntp", "tcp port ftp or ftp-data", "udp port bootps", "port ssh"],
  ...["port snmp", "port www", "tcp port syslog", "udp port syslog", "port sip", "portrange 0-1023", "portrange 20-25"],
  ...[
    "tcp portrange 20-25",
    "udp portrange 1-100",
    "src portrange 1024-65535",
    "dst portrange 80-80",
    "portrange 443-80",
  ],
  ...["portrange 80", "portrange ftp-ssh", "portrange http-https", "port (80 or 25)"],
  ...["port 80 and 25", "port ! 80", "tcp port not 80", "not tcp port 80 or 25", "tcp port 80 or portrange 20-25"],
  ...["not (tcp port 80 or 443) and tcp", "portrange 1-2 or 20-25", "port (80)", "port 80 or len > 500"],
];

const protocolNumbers = [
  ...[
    "proto 6",
    "proto 17",
    "ip proto 1",
    "ip6 proto 58",
    "ip proto \\tcp",
    "ip6 proto \\udp",
    "proto \\icmp",
    "proto gre",
  ],
  ...["ip proto gre", "ip proto 47 or 50", "proto 300", "ip proto ospf", "ip6 proto 44", "ip6 proto 0", "proto \\sctp"],
  ...["ether proto 0x0800", "ether proto \\ip", "ether proto \\arp", "ether proto \\ip6", "ether proto 0x88cc"],
  ...[
    "ether proto 5",
    "ether proto \\stp",
    "ether proto \\iso",
    "ether proto \\ipx",
    "ether proto \\netbeui",
    "ether proto 1500",
  ],
  ...["ether proto 1501", "ether proto 0x809b", "ether proto 0x42 or 0x06", "iso proto \\clnp", "iso proto 0x82"],
  ...["isis proto 15", "ip protochain 6", "ip6 protochain 6", "ip6 protochain 17", "protochain 6", "ip6 protochain 58"],
  ...["ip6 protochain \\tcp", "not ip6 protochain 17", "ether proto 70000", "ip proto (6 or 17)"],
];

const links = [
  ...[
    "ether host 00:00:00:00:00:00",
    "ether src 02:00:00:00:00:01",
    "ether dst 02:00:00:00:00:01",
    "ether host ff:ff:ff:ff:ff:ff",
  ],
  ...["ether src host 6c:f0:49:b2:de:6e", "ether src or dst 0:c:29:fd:fc:3c", "ether src and dst 00:00:00:00:00:00"],
  ...[
    "ether host 0000.0000.0000",
    "ether host 00-0c-29-fd-fc-3c",
    "not ether host 00:00:00:00:00:00",
    "ether broadcast",
  ],
  ...["ether multicast", "broadcast", "multicast", "not broadcast and not multicast", "ip broadcast", "ip multicast"],
  ...[
    "ip6 multicast",
    "not ip multicast",
    "wlan host 00:00:00:00:00:00",
    "wlan addr1 00:14:a5:cb:6e:1a",
    "wlan addr2 0:1:2:3:4:5",
  ],
  ...[
    "wlan addr3 ff:ff:ff:ff:ff:ff",
    "wlan addr4 0:1:2:3:4:5",
    "wlan ra ff:ff:ff:ff:ff:ff",
    "wlan ta 00:14:a5:cb:6e:1a",
  ],
  ...["type mgt", "type ctl", "type data", "type mgt subtype beacon", "subtype qos-data", "subtype ack", "dir fromds"],
  ...[
    "dir tods",
    "dir nods",
    "wlan type data subtype null",
    "llc",
    "llc i",
    "llc s",
    "llc u",
    "llc ui",
    "llc xid",
    "llc rr",
  ],
  ...["inbound", "outbound", "ifindex 2", "ether host 01:80:c2:00:00:00", "ether dst 01:00:5e:00:00:05"],
];

const encapsulations = [
  ...[
    "vlan",
    "vlan 6",
    "vlan and ip",
    "vlan and tcp port 80",
    "vlan 6 and ip",
    "vlan and vlan",
    "vlan and vlan and ip",
  ],
  ...[
    "vlan 100 and vlan 6",
    "not vlan",
    "not vlan and ip",
    "ip or vlan",
    "ip or vlan and ip",
    "vlan and host 10.1.1.1",
  ],
  ...["(vlan and ip) or arp", "vlan and ether[14:2] & 0xfff = 6", "vlan and arp", "vlan and mpls", "vlan and pppoes"],
  ...[
    "mpls",
    "mpls 16",
    "mpls and ip",
    "mpls and mpls",
    "mpls and mpls and ip",
    "mpls and tcp port 80",
    "mpls and ip6",
  ],
  ...[
    "mpls 100000 and host 1.2.3.4",
    "mpls and host 10.1.1.1",
    "not mpls",
    "mpls and ip[8] > 10",
    "vlan and mpls and ip",
  ],
  ...[
    "pppoed",
    "pppoes",
    "pppoes 0x27",
    "pppoes and ip",
    "pppoes and tcp port 80",
    "pppoes and ip6",
    "pppoes and icmp",
  ],
  ...["pppoes and host 10.0.0.1", "pppoes and ip[9] = 6", "pppoes and not ip", "geneve", "geneve 5", "geneve and ip"],
  ...[
    "geneve and tcp port 80",
    "geneve and ether host 00:00:00:00:00:01",
    "not geneve",
    "geneve and arp",
    "geneve and ip[9]=1",
  ],
  ...["mpls and vlan", "vlan and llc", "pppoes and mpls", "vlan (6)"],
];

const lengths = [
  ...["less 60", "greater 1000", "len > 100", "len < 100", "len = 60", "len != 60", "len >= 1514", "len <= 64"],
  ...["length > 500", "less 100 and tcp", "greater 100 or arp", "len - 14 > 40", "len & 1 = 1", "len % 2 = 0"],
];

const relations = [
  ...["tcp[tcpflags] & tcp-syn != 0", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[tcpflags] = tcp-syn"],
  ...["tcp[tcpflags] & tcp-push != 0", "tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)", "tcp[13] & 4 != 0"],
  ...[
    "tcp[13] = 18",
    "tcp[0:2] = 80",
    "tcp[2:2] > 1024",
    "tcp[4:4] != 0",
    "tcp[12] >> 4 > 5",
    "(tcp[12] & 0xf0) >> 2 = 32",
  ],
  ...[
    "udp[4:2] > 100",
    "udp[0:2] = udp[2:2]",
    "icmp[icmptype] = icmp-echo",
    "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply",
  ],
  ...["icmp[icmpcode] = 1", "icmp6[icmp6type] = icmp6-routeradvert", "icmp6[0] = 135 or icmp6[0] = 136", "ip[8] < 64"],
  ...["ip[0] & 0xf != 5", "ip[0] & 0xf0 = 0x40", "ip[2:2] > 576", "ip[6:2] & 0x1fff != 0", "ip[6] & 0x40 != 0"],
  ...["ip[9] = 6 or ip[9] = 17", "ip[12:4] = 0x0a000001", "ip[16] >= 224", "ip[1] & 0xfc >> 2 = 46", "ip6[6] = 6"],
  ...["ip6[7] < 64", "ip6[4:2] > 100", "ip6[0:4] & 0xfffff != 0", "ether[0] & 1 = 1", "ether[12:2] = 0x0806"],
  ...[
    "ether[12:2] > 1500",
    "ether[6:4] = 0",
    "link[0] = 0",
    "arp[6:2] = 1",
    "arp[7] = 2",
    "sctp[12] = 0",
    "igmp[0] = 0x11",
  ],
  ...[
    "tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420",
    "udp[8:2] & 0x8000 = 0",
    "ip[ip[0] & 0xf] = 0",
    "ip[len - 14 - 1] = 0",
  ],
  ...[
    "tcp[1000] = 0",
    "not tcp[1000] = 0",
    "not ip[100] = 5",
    "ip[-2:2] = 0x0800",
    "tcp[-1] = 0",
    "ether[len - 1] = 0",
  ],
  ...[
    "ip[2:2] - ((ip[0] & 0xf) << 2) > 100",
    "ip[2:2] + 14 = len",
    "ip[2:2] + 14 < len",
    "len / 2 > 100",
    "len * 2 > 1000",
  ],
  ...[
    "ip[8] / ip[1] = 1",
    "not ip[8] / ip[1] = 1",
    "ip[8] % ip[1] = 0",
    "2 ^ 3 & 1 = len - 57",
    "len = 100 / 5 % 3 + 10",
  ],
  ...[
    "ip[8] ^ 0xff > 127",
    "ip[8] | 1 = 65",
    "1 << ip[9] = 64",
    "0x100 >> ip[0] >= 0",
    "- ip[8] > 0xffffff00",
    "-len + 100 < 50",
  ],
  ...[
    "1 = 1",
    "0 = 1",
    "not 1 = 1",
    "5 = len - 55",
    "(len) = 60",
    "((ip[0]) + 1) = 70",
    "len > 60 and len < 100 or arp",
  ],
  ...[
    "ip[0] = 69 and tcp[0:2] = 80",
    "tcp[0:2] = 80 or udp[0:2] = 53",
    "arp[24:4] = 0x0a000001",
    "rarp[0] = 0",
    "vrrp[0] = 0x21",
  ],
  ...[
    "icmp6[1] = 0 and ip6",
    "ip[8] <= 1",
    "ip[8] >= 255",
    "1000 > len",
    "ip[9] = tcp[0]",
    "radio[0] = 0",
    "wlan[0] & 0xfc = 0x80",
  ],
];

const joined = [
  ...[
    "",
    "ip and tcp",
    "ip or arp",
    "ip and not tcp",
    "not ip",
    "not not ip",
    "! ip",
    "!(ip or arp)",
    "ip && tcp || arp",
  ],
  ...[
    "tcp or udp and len > 100",
    "tcp or (udp and len > 100)",
    "(tcp or udp) and len > 100",
    "((((ip))))",
    "not (not (ip))",
  ],
  ...[
    "host 10.0.0.1 and (port 80 or port 443)",
    "host 10.0.0.1 and port 80 or port 443",
    "tcp and not (port 80 or 443)",
  ],
  ...[
    "host 127.0.0.1 and not port 80",
    "host 10.0.0.1 or (tcp port 80 or 443) or 10.0.0.2",
    "ip and (tcp or udp) and net 10",
  ],
  ...[
    "ip and ip6",
    "ip or ip6",
    "not ip and not ip6",
    "not arp and not (port 53 or 123)",
    "tcp and src net 10 and dst port 80",
  ],
  ...[
    "(tcp[13] & 2 != 0 or udp) and host 10.0.0.1",
    "icmp or icmp6",
    "udp and (port 67 or port 68)",
    "ip6 and udp port 53",
  ],
  ...[
    "tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
    "ether proto \\ip and host 10.0.0.1",
  ],
  ...["not host 10.0.0.1 and not host 10.0.0.2", "greater 200 and not port 22", "ip and not net 10 and not net 127"],
  ...["tcp port 80\tor\nport 25", "tcp port 80 or 25 and 443", "(((tcp port 80)) or (udp port 53))"],
];

/** Every expression, once. */
export const expressions: readonly string[] = [
  ...new Set([
    ...[...protocols, ...hosts, ...networks, ...ports, ...protocolNumbers, ...links, ...encapsulations, ...lengths],
    ...[...relations, ...joined],
  ]),
];
