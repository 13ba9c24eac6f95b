/** Wrong expressions: the code, the place, and a message that shows it. Hostile ones: refused, or compiled in reason. */
import { compileFilter, Filter, FilterError, maximumExpressionLength, maximumNesting } from "@tsnids/filter";
import type { FilterErrorCode } from "@tsnids/filter";
import { LinkType } from "@tsnids/pcap";
import { expect } from "chai";
import fc from "fast-check";
import { web } from "./frames.js";

/** What compiling throws. */
function errorOf(expression: string, linkType: number = LinkType.ETHERNET): FilterError {
  try {
    compileFilter(expression, { linkType });
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${expression}: nothing was thrown`);
}

describe("a wrong expression", () => {
  const cases: readonly (readonly [expression: string, code: FilterErrorCode, position: number])[] = [
    ["tcp port", "syntax", 8],
    ["tcp prot 80", "syntax", 4],
    ["tcp or", "syntax", 6],
    ["(tcp", "syntax", 4],
    ["tcp)", "syntax", 3],
    ["10.0.0.1", "syntax", 0],
    ["ip or 80", "syntax", 6],
    ["(port 80 or 81) and 82", "syntax", 20],
    ["ip @ 5", "syntax", 3],
    ["ip[0] =", "syntax", 7],
    ["ip[0", "syntax", 4],
    ["proto tcp", "syntax", 6],
    ["host example.com", "unknown-name", 5],
    ["net home", "unknown-name", 4],
    ["port foo", "unknown-name", 5],
    ["proto foo", "unknown-name", 6],
    ["llc foo", "unknown-name", 4],
    ["port 70000", "invalid-value", 5],
    ["host 300.1.1.1", "invalid-value", 5],
    ["net 10.1.2.3/8", "invalid-value", 4],
    ["net 10.0.0.0/33", "invalid-value", 13],
    ["net 2001:db8::1/64", "invalid-value", 4],
    ["host 10.0.0.0/8", "invalid-value", 5],
    ["vlan 5000", "invalid-value", 5],
    ["ip[0:3] = 1", "invalid-value", 5],
    ["len = 4294967296", "invalid-value", 6],
    ["len = 08", "invalid-value", 6],
    ["len / 0 = 1", "invalid-value", 6],
    ["len << 32 = 1", "invalid-value", 7],
    ["udp port http", "invalid-value", 9],
    ["ip port 80", "unsupported", 0],
    ["tcp host 10.0.0.1", "unsupported", 0],
    ["host 02:00:00:00:00:01", "unsupported", 5],
    ["gateway foo", "unsupported", 0],
    ["mpls and arp", "unsupported", 9],
    ["action pass", "unsupported", 0],
    ["ah[0] = 1", "unsupported", 0],
    ["aarp[0] = 1", "unsupported", 0],
    ["less(100)", "syntax", 4],
    ["ifindex (1)", "syntax", 8],
    ["portrange ftp", "unknown-name", 10],
    ["ether proto \\vlan", "unknown-name", 12],
    ["ether proto \\IP", "unknown-name", 12],
    ["isis proto \\tcp", "unknown-name", 11],
    ["type mgt", "unsupported-link-type", 0],
    ["inbound", "unsupported-link-type", 0],
    ["tcp and wlan addr4 1:2:3:4:5:6", "unsupported-link-type", 8],
  ];
  for (const [expression, code, position] of cases) {
    it(`${JSON.stringify(expression)}: ${code} at ${position}`, () => {
      const error = errorOf(expression);
      expect([error.code, error.position], error.message).to.deep.equal([code, position]);
      expect(error.expression).to.equal(expression);
    });
  }

  it("is shown with carets under the place", () => {
    expect(errorOf("tcp port foo or 80").message.split("\n").slice(1)).to.deep.equal([
      "  tcp port foo or 80",
      "           ^^^",
    ]);
    expect(errorOf(`${"ip or ".repeat(100)}oops`).message).to.match(/\n {2}\.\.\. .{10,100}\n +\^\^\^\^$/);
  });

  it("says what could stand there", () => {
    expect(errorOf("host example.com").expected).to.equal("an address");
    expect(errorOf("tcp port 80 5").message).to.include("expected and, or, or the end");
  });

  it("is found before there is a link type, where it is wrong for all", () => {
    expect(() => new Filter("tcp port")).to.throw(FilterError);
    const filter = new Filter("vlan");
    expect(() => filter.predicate(LinkType.RAW)).to.throw(FilterError, "raw IP frames have no VLAN tags");
    expect(filter.predicate(LinkType.ETHERNET)).to.equal(filter.predicate(LinkType.ETHERNET), "compiled once");
  });

  it("is told from what is no expression, and no link type", () => {
    const [five, none] = [5, undefined] as unknown[] as [string, { linkType: number }];
    const withoutText = Object.create(null) as string;
    for (const wrong of [
      () => new Filter(five),
      () => new Filter(withoutText),
      () => compileFilter("tcp", none),
      () => new Filter("ip").predicate(1.5),
    ]) {
      expect(wrong)
        .to.throw(FilterError, /^(expression|linkType) must be /)
        .with.property("code", "invalid-argument");
    }
  });

  it("names a link type that cannot be looked into", () => {
    expect(errorOf("ip", LinkType.NFLOG).message).to.include("link type NFLOG");
  });
});

describe("a hostile expression", () => {
  it("is refused when it is too long or too deep", () => {
    expect(errorOf(`ip${" ".repeat(maximumExpressionLength)}`).code).to.equal("too-long");
    const deep = maximumNesting + 1;
    const nestings = [
      `${"(".repeat(deep)}ip${")".repeat(deep)}`,
      `${"not ".repeat(deep)}ip`,
      `port ${"(".repeat(deep)}80${")".repeat(deep)}`,
      `vlan ${"(".repeat(deep)}5${")".repeat(deep)}`,
      `${"ip[".repeat(deep)}0${"]".repeat(deep)} = 0`,
      `${"(".repeat(deep)}1${")".repeat(deep)} = 1`,
      `${"-".repeat(deep)}1 = 1`,
      `1${" + len".repeat(deep)} = 1`,
    ];
    for (const expression of nestings) expect(errorOf(expression).code, expression).to.equal("too-deep");
  });

  it("of the greatest length compiles and runs", () => {
    const frame = new Uint8Array(60);
    for (const term of ["ip or ", "port 1 and ", "vlan or ", "ip[0] + len = 1 or "]) {
      const expression = `${term.repeat((maximumExpressionLength - 2) / term.length)}ip`;
      expect(compileFilter(expression, { linkType: LinkType.ETHERNET })(frame, 0, 60, 60)).to.equal(false);
    }
  });

  it("is read in a time that grows no faster than its length", () => {
    const pairs = maximumExpressionLength / 2 - 10;
    for (const [start, repeated, end] of [
      ["", "::", ""],
      ["", "a:", ""],
      ["portrange ", "1-", "1"],
    ] as const) {
      const begin = performance.now();
      expect(errorOf(`${start}${repeated.repeat(pairs)}${end}`)).to.be.instanceOf(FilterError);
      expect(performance.now() - begin, repeated).to.be.below(1000);
    }
  });

  it("throws nothing but FilterError, whatever the words", () => {
    const words = fc.constantFrom(
      ...["ip", "tcp", "port", "host", "net", "80", "10.0.0.0/8", "::1", "(", ")", "and", "or", "not", "[", "]", ":"],
      ...[
        "=",
        "<",
        "-",
        "+",
        "%",
        "len",
        "vlan",
        "mpls",
        "geneve",
        "proto",
        "protochain",
        "src",
        "dst",
        "less",
        "mask",
      ],
      ...["type", "subtype", "dir", "llc", "0x", "1.2", "a:b:c:d:e:f", "\\", "$", "'", "\u0000", "é", "tcp-syn"],
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(" ")),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(1, 0, 9, 101, 105, 113, 127, 192, 276), (text, linkType) => {
        try {
          compileFilter(text, { linkType })(new Uint8Array(80), 0, 80, 80);
        } catch (error) {
          if (!(error instanceof FilterError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a hostile frame", () => {
  const expressions = [
    ...["tcp port 80 or 53", "ip6 protochain 6", "ip protochain 6", "geneve and vlan and tcp", "vlan and mpls and ip"],
    ...["tcp[tcp[0]:4] = ip[ip[0]]", "ether proto 5", "not iso", "pppoes and port 80", "ip6 and icmp6[0] = 1"],
  ];

  it("is never read behind its end, and ends every search", () => {
    for (const linkType of [1, 0, 9, 101, 105, 113, 127, 192, 276]) {
      for (const expression of expressions) {
        let accepts;
        try {
          accepts = compileFilter(expression, { linkType });
        } catch {
          continue; // nothing of this link
        }
        const check = accepts;
        fc.assert(
          fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0, 0xff), (bytes, around) => {
            const block = new Uint8Array(bytes.length + 300).fill(around);
            block.set(bytes, 100);
            return check(block, 100, bytes.length, bytes.length) === check(bytes, 0, bytes.length, bytes.length);
          }),
          { numRuns: 30 },
        );
      }
    }
  });

  it("cut anywhere, is what it is, whatever lies behind it", () => {
    const { bytes } = web({ vlan: [5] });
    const tests = [
      "vlan and tcp port 80",
      "vlan 5 and ip[2:2] > 1",
      "vlan and host 10.0.0.2",
      "not vlan 6",
      "vlan and tcp[13] != 0",
    ];
    for (const expression of tests) {
      const accepts = compileFilter(expression, { linkType: LinkType.ETHERNET });
      for (let length = 0; length <= bytes.length; length++) {
        const answers = [0, 0x08, 0xff].map((around) => {
          const block = new Uint8Array(bytes.length + 8).fill(around);
          block.set(bytes.subarray(0, length));
          return accepts(block, 0, length, length);
        });
        // In the whole frame the bytes behind the cut are the right ones.
        answers.push(accepts(bytes, 0, length, length));
        expect(new Set(answers), `${expression} in ${length} bytes`).to.have.lengthOf(1);
      }
    }
  });

  it("of nothing but extension headers is left after its last byte", () => {
    const frame = new Uint8Array(200_000);
    frame.set([0x60, 0, 0, 0, 0, 0, 44]);
    for (let at = 40; at < frame.length; at += 8) frame[at] = 44;
    expect(
      compileFilter("ip6 protochain 6", { linkType: LinkType.IPV6 })(frame, 0, frame.length, frame.length),
    ).to.equal(false);
  });
});
