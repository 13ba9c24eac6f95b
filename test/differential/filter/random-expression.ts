/**
 * Random expressions: everything the grammar has, joined in every way, with values that a capture may well have. Some
 * of them are wrong for a link type, or wrong at all; then both sides must say so. Geneve is left out: what libpcap
 * looks at behind it in a frame that has none is left over from the frame before.
 */
import fc from "fast-check";

const one = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words);

const address = fc.oneof(
  one("127.0.0.1", "10.0.0.1", "10.0.0.2", "10.1.1.1", "192.168.1.124", "1.1.1.1"),
  one("::1", "2001:db8:1::2", "fe80::223:55ff:fe9c:7326", "3ffe:507:0:1:200:86ff:fe05:80da"),
);
const network = one(
  "10.0.0.0/8",
  "10",
  "192.168",
  "192.168.0.0/16",
  "127.0.0.0/30",
  "fe80::/10",
  "2001:db8::/32",
  "::/0",
);
const port = one("80", "53", "25", "443", "22", "110", "139", "4167", "http", "domain", "ntp", "0");
const range = one("0-1023", "20-25", "80-80", "1024-65535", "53-http", "443-25");
const direction = one("", "", "src ", "dst ", "src or dst ", "src and dst ");
const mac = one("00:00:00:00:00:00", "02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", "0:c:29:fd:fc:3c");
const number = fc.oneof(
  one("0", "1", "2", "4", "6", "17", "60", "64", "0x40", "0x800", "0xff", "017", "255", "1500"),
  fc.integer({ min: 0, max: 70_000 }).map(String),
);

/** Identifiers that share qualifiers: "a or b", "(a or not b)". */
function identifiers(of: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 5, arbitrary: of },
    fc.tuple(of, one("or", "and"), one("", "not "), of).map((words) => words.join(" ")),
    fc.tuple(of, one("or", "and"), of).map(([left, joint, right]) => `(${left} ${joint} ${right})`),
  );
}

const joinWords = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((words) => words.join(""));

const layers = one("ether", "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "sctp", "igmp", "link", "vrrp", "rarp");

const layer = joinWords(layers, one("[1]", "[9]", "[2:2]"));

const arithmetic = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 2, arbitrary: number },
    { weight: 1, arbitrary: fc.constant("len") },
    {
      weight: 5,
      arbitrary: joinWords(layers, one("["), fc.integer({ min: 0, max: 45 }).map(String), one("]", ":2]", ":4]")),
    },
    { weight: 1, arbitrary: joinWords(layers, one("["), tie("value"), one("]", ":2]", ":4]")) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie("value"), one("+", "-", "*", "&", "&", "|", "^"), tie("value"))
        .map((words) => words.join(" ")),
    },
    // libpcap takes the first number of what stands to the right for all of it, and may find that it is too
    // large to shift by.
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie("value"), one("/", "<<", ">>"), one("1", "2", "7", "31"))
        .map((words) => `(${words.join(" ")})`),
    },
    { weight: 1, arbitrary: fc.tuple(tie("value"), one("/", "%"), layer).map((words) => words.join(" ")) },
    { weight: 2, arbitrary: tie("value").map((value) => `(${value})`) },
    { weight: 1, arbitrary: tie("value").map((value) => `- ${value}`) },
  ),
})).value;

const primitive = fc.oneof(
  {
    weight: 3,
    arbitrary: one("ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "sctp", "igmp", "pim", "stp", "iso", "ipx"),
  },
  {
    weight: 3,
    arbitrary: joinWords(one("", "", "ip ", "arp ", "ip6 "), direction, one("host "), identifiers(address)),
  },
  { weight: 2, arbitrary: joinWords(one("", "", "ip ", "arp "), direction, one("net "), identifiers(network)) },
  { weight: 5, arbitrary: joinWords(one("", "tcp ", "udp ", "sctp "), direction, one("port "), identifiers(port)) },
  { weight: 2, arbitrary: joinWords(one("", "tcp ", "udp "), direction, one("portrange "), identifiers(range)) },
  { weight: 1, arbitrary: joinWords(one("ip ", "ip6 ", "", "ether "), one("proto "), identifiers(number)) },
  { weight: 1, arbitrary: joinWords(one("ether "), one("src ", "dst ", "host ", "src or dst "), identifiers(mac)) },
  { weight: 1, arbitrary: one("ether broadcast", "multicast", "ip multicast", "ip6 multicast", "ip broadcast", "llc") },
  { weight: 1, arbitrary: joinWords(one("less ", "greater "), number) },
  { weight: 2, arbitrary: one("vlan", "vlan 6", "mpls", "mpls 16", "pppoes", "pppoed", "inbound", "outbound") },
  {
    weight: 8,
    arbitrary: fc
      .tuple(arithmetic, one("=", "!=", "<", ">", "<=", ">=", "=="), arithmetic)
      .map((words) => words.join(" ")),
  },
);

/** Expressions of a few primitives. */
export const randomExpression: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: primitive },
    { weight: 1, arbitrary: tie("expression").map((inner) => `(${inner})`) },
    { weight: 2, arbitrary: fc.tuple(one("not", "!"), tie("expression")).map(([not, inner]) => `${not} (${inner})`) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(tie("expression"), one("and", "or", "&&", "||"), tie("expression"))
        .map((all) => all.join(" ")),
    },
  ),
})).expression;
