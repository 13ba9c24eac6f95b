/** Scenario pages: what the parser reads, what it refuses and where, and what the variants do to the frames. */
import { LinkType } from "@tsnids/pcap";
import {
  conversation,
  parseScenario,
  scenarioCapture,
  ScenarioError,
  scenarioVariants,
  variantName,
  type Frame,
  type Scenario,
  type ScenarioVariant,
} from "@tsnids/testkit";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { hex } from "./hex.js";

const plain: ScenarioVariant = { family: "ipv4", nearWrap: false, swapped: false };

/** A page with one scenario: its packets begin on line 3. */
function page(packets: string, events = "open C>S handshake"): string {
  return `# A title\n\`\`\`packets\n${packets}\n\`\`\`\n\n\`\`\`events\n${events}\n\`\`\`\n`;
}

function only(markdown: string): Scenario {
  const [scenario, ...more] = parseScenario(markdown);
  expect(more).to.deep.equal([]);
  return scenario!;
}

function play(packets: string, variant: ScenarioVariant = plain): readonly Frame[] {
  return scenarioCapture(only(page(packets)), variant).capture.frames;
}

/** Sequence number, acknowledgment, flags, window, urgent pointer of a frame's TCP header. */
function tcp({ bytes, networkOffset }: Frame): number[] {
  const at = networkOffset + (bytes[networkOffset]! >>> 4 === 6 ? 40 : 20);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return [view.getUint32(4), view.getUint32(8), view.getUint8(13), view.getUint16(14), view.getUint16(18)];
}

const talk = `
0.000  C > S  SYN seq=100 win=1000 <mss 1460,wscale 7>
0.001  S > C  SYN,ACK seq=500 ack=101
0.002  C > S  ACK
0.003  C > S  "0123456789"
0.004  C > S  "56789abc" seq=-5   # sent again, and more
0.005  S > C  ACK ack=111 <nop,nop,sack 106-114>
0.006  C > S  "!" urg=1 win=0
0.007  S > C  RST seq=501`;

describe("parseScenario", () => {
  it("reads headings, parameters, packets and events", () => {
    const scenarios = parseScenario(`# A page
Prose, and a code block that is not ours:
\`\`\`sh
# Not a heading
\`\`\`
## First one ##
\`\`\`packets
policy: linux
holeGraceMs: 1000

# a comment
0.5  C > S  "a"
10.5 tick
\`\`\`
Between.
~~~events
data   C>S 0   "a"
# nothing else
~~~
## Prose again
## Second
\`\`\`packets
0 S2>C2 "b"
\`\`\`
\`\`\`events
\`\`\`
`);
    expect(scenarios.map(({ title, line }) => [title, line])).to.deep.equal([
      ["First one", 6],
      ["Second", 21],
    ]);
    const [first, second] = scenarios;
    expect(first!.parameters).to.deep.equal({ policy: "linux", holeGraceMs: "1000" });
    expect(first!.expected).to.deep.equal(['data C>S 0 "a"']);
    expect(first!.packets.map(({ line, kind, time }) => [line, kind, time])).to.deep.equal([
      [12, "tcp", { seconds: 0, nanoseconds: 500_000_000 }],
      [13, "tick", { seconds: 10, nanoseconds: 500_000_000 }],
    ]);
    expect(second!.packets.map(({ from, connection }) => [from, connection])).to.deep.equal([["server", 2]]);
    expect(second!.expected).to.deep.equal([]);
  });

  const wrongPackets: readonly (readonly [packets: string, message: RegExp])[] = [
    ["nonsense", /^line 3: expected "TIME C > S/],
    ["policy: bsd\n\n0 C > S ACK\nx: y", /^line 6: parameter "x" must come before the packets/],
    ["a: 1\na: 2", /^line 4: parameter "a" is given twice/],
    ["0 C > S ACK\n0 C > C ACK", /^line 4: from C to itself/],
    ["0 C2 > S ACK", /^line 3: both sides/],
    ["0 C > S SIN", /^line 3: "SIN" is neither/],
    ["0 C > S size=4", /^line 3: "size" is no attribute/],
    ["0 C > S seq=x", /^line 3: "x" is not a number/],
    ["0 C > S seq=1 seq=2", /^line 3: seq is given twice/],
    ['0 C > S "a" "b"', /^line 3: data is given twice/],
    ["0 C > S <foo 1>", /^line 3: "foo" is no TCP option/],
    ["0 C > S <sack 1-2-3>", /^line 3: "1-2-3" is not N-N/],
    ["0 C > S <mss 70000>", /^line 3: mss: 70000 does not fit/],
    ['0 C > S "abc', /^line 3: "abc is not a quoted string/],
    ['0 C > S "\\q"', /^line 3: \\q is none of/],
    ["0.1234567891 C > S ACK", /^line 3: expected/],
    ["1 tick ACK", /^line 3: a tick/],
  ];
  for (const [packets, message] of wrongPackets) {
    it(`refuses ${JSON.stringify(packets)} and names the line`, () => {
      expect(() => parseScenario(page(packets))).to.throw(ScenarioError, message);
    });
  }

  const wrongPages: readonly (readonly [what: string, markdown: string, message: RegExp])[] = [
    ["packets without events", "\n# T\n```packets\n```\n", /^line 2: "T" has a packets block but no events/],
    ["events without packets", "# T\n```events\n```\n", /^line 1: "T" has an events block but no packets/],
    ["a second packets block", `${page("0 tick")}\`\`\`packets\n\`\`\`\n`, /^line 9: "A title" has a second packets/],
    ["an open block", "# T\n```packets\n0 tick\n", /^line 2: the code block is not closed/],
    ["a string that does not end in the events", page("0 tick", 'open\ndata C>S 0 "a'), /^line 8: /],
  ];
  for (const [what, markdown, message] of wrongPages) {
    it(`refuses ${what}`, () => {
      expect(() => parseScenario(markdown)).to.throw(ScenarioError, message);
    });
  }
});

describe("the page in the README", () => {
  it("is one that can be played", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const scenario = only(/````md\n(.*?)````/s.exec(readme)![1]!);
    expect(scenario.parameters).to.deep.equal({ holeGraceMs: "1000" });
    expect(scenario.expected).to.deep.equal(["open C>S handshake", 'data C>S 0 "0123456789"']);
    for (const variant of scenarioVariants(scenario)) {
      expect(scenarioCapture(scenario, variant).capture.length).to.equal(6);
    }
  });
});

describe("scenarioCapture", () => {
  it("plays the page's numbers", () => {
    expect(play(talk).map(tcp)).to.deep.equal([
      [100, 0, 0x02, 1000, 0],
      [500, 101, 0x12, 65535, 0],
      [101, 501, 0x10, 65535, 0],
      [101, 501, 0x18, 65535, 0],
      [106, 501, 0x18, 65535, 0],
      [501, 111, 0x10, 65535, 0],
      [114, 501, 0x38, 0, 1],
      [501, 0, 0x04, 65535, 0],
    ]);
    expect(play(talk).map(({ time }) => time.nanoseconds / 1e6)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("equals the same conversation written in code", () => {
    const frames = play('0.000 C > S SYN\n0.001 S > C SYN,ACK\n0.002 C > S ACK\n0.003 C > S "hi"\n0.004 C > S FIN,ACK');
    const coded = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", clientIsn: 100, serverIsn: 500 });
    coded.handshake().send("client", "hi").fin("client");
    const transport = (frame: Frame): string => hex(frame.bytes.subarray(34));
    expect(frames.map(transport)).to.deep.equal(coded.frames.map(transport));
    expect(frames.map(({ time }) => time)).to.deep.equal(coded.frames.map(({ time }) => time));
  });

  it("moves a side's numbers near the wrap, acknowledgments and SACK with them", () => {
    const frames = play(talk, { ...plain, nearWrap: true });
    const wrap = 2 ** 32;
    expect(frames.map((frame) => tcp(frame).slice(0, 2))).to.deep.equal([
      [wrap - 4, 0],
      [wrap - 4, wrap - 3],
      [wrap - 3, wrap - 3],
      [wrap - 3, wrap - 3],
      [2, wrap - 3],
      [wrap - 3, 7],
      [10, wrap - 3],
      [wrap - 3, 0],
    ]);
    expect(hex(frames[5]!.bytes.subarray(54))).to.equal("0101050a" + "00000002" + "0000000a");
  });

  it("takes the numbers of a conversation picked up in the middle", () => {
    const packets = '0 C > S "abc" seq=1000 ack=7000\n0 S > C "x" seq=7000\n0 C > S "def"';
    expect(play(packets).map((frame) => tcp(frame).slice(0, 2))).to.deep.equal([
      [1000, 7000],
      [7000, 1003],
      [1003, 7001],
    ]);
    expect(play(packets, { ...plain, nearWrap: true }).map((frame) => tcp(frame).slice(0, 2))).to.deep.equal([
      [2 ** 32 - 3, 2 ** 32 - 3],
      [2 ** 32 - 3, 0],
      [0, 2 ** 32 - 2],
    ]);
  });

  it("exchanges addresses and keeps ports", () => {
    const { capture, connections } = scenarioCapture(only(page(talk)), { ...plain, swapped: true });
    expect(hex(capture.at(0).bytes.subarray(26, 38))).to.equal("0a000002" + "0a000001" + "9c400050");
    expect(connections).to.deep.equal([
      { number: 1, clientAddress: "10.0.0.2", clientPort: 40000, serverAddress: "10.0.0.1", serverPort: 80 },
    ]);
  });

  it("numbers connections and keeps their sequence numbers apart", () => {
    const scenario = only(page('0 C > S "aa"\n0 C2 > S2 "b" seq=900\n0 C > S "c"\n0 C2 > S2 "d"'));
    const { capture, connections } = scenarioCapture(scenario, plain);
    expect(capture.frames.map((frame) => tcp(frame)[0])).to.deep.equal([101, 900, 103, 901]);
    expect(connections.map(({ number, clientPort }) => [number, clientPort])).to.deep.equal([
      [1, 40000],
      [2, 40001],
    ]);
  });

  it("makes fragments, cut frames, padding, tags, lies and datagrams", () => {
    const frames = play(`0 C > S "0123456789" frag=8,24
0 C > S "abc" snap=50
0 C > S "abc" cut=2
0 C > S ACK pad=70 vlan=5,6
0 C > S ACK doff=4 badsum ts=100/50
0 S > C UDP "abc"
0 C > S ACK badipsum
0 C > S NONE`);
    expect(frames.map(({ bytes, originalLength }) => [bytes.length, originalLength])).to.deep.equal([
      [42, 42],
      [50, 50],
      [40, 40],
      [50, 57],
      [55, 57],
      [70, 70],
      [66, 66],
      [45, 45],
      [54, 54],
      [54, 54],
    ]);
    expect(hex(frames[5]!.bytes.subarray(12, 22))).to.equal("88a80005810000060800");
    expect(hex(frames[6]!.bytes.subarray(46, 54))).to.equal("4010ffff1bad0000");
    expect(hex(frames[6]!.bytes.subarray(54))).to.equal("080a00000064000000320000");
    expect(hex(frames[7]!.bytes.subarray(34, 38))).to.equal("00509c40");
    expect(hex(frames[8]!.bytes.subarray(24, 26))).to.equal("1bad");
    expect(tcp(frames[9]!)[2]).to.equal(0);
  });

  it("gives fragments of different packets different identifications", () => {
    for (const family of ["ipv4", "ipv6"] as const) {
      const frames = play('0 C > S "0123456789" frag=8\n0 C2 > S2 "0123456789" frag=8', { ...plain, family });
      const identifications = frames.map(({ bytes }) =>
        hex(family === "ipv4" ? bytes.subarray(18, 20) : bytes.subarray(58, 62)),
      );
      expect(identifications).to.deep.equal(
        family === "ipv4" ? ["0003", "0003", "0004", "0004"] : ["00000003", "00000003", "00000004", "00000004"],
      );
    }
  });

  it("gives every packet an identification of its own", () => {
    const frames = play("0 C > S ACK\n0 C2 > S2 ACK\n0 S > C UDP");
    expect(frames.map(({ bytes }) => hex(bytes.subarray(18, 20)))).to.deep.equal(["0003", "0004", "0005"]);
  });

  it("ticks with a packet between bystanders", () => {
    const frames = play("10.5 tick");
    expect(frames.map(({ bytes, time }) => [bytes[23], time.seconds - 1e9, time.nanoseconds])).to.deep.equal([
      [1, 10, 500_000_000],
    ]);
  });

  it("obeys link and vlan", () => {
    const scenario = only(page("link: sll\nvlan: 7\n0 C > S ACK"));
    const frame = scenarioCapture(scenario, plain).capture.at(0);
    expect([frame.linkType, frame.networkOffset]).to.deep.equal([LinkType.LINUX_SLL, 20]);
  });

  it("names the line of what cannot be built", () => {
    expect(() => play('0 C > S ACK\n0 C > S "a" frag=7')).to.throw(ScenarioError, /^line 4: piece 7\.\.21/);
    expect(() => play("0 C > S ACK badipsum", { ...plain, family: "ipv6" })).to.throw(
      ScenarioError,
      /^line 3: badipsum/,
    );
    expect(() => play("link: token-ring\n0 C > S ACK")).to.throw(ScenarioError, /^line 1: link/);
  });
});

describe("scenarioVariants", () => {
  it("are eight, or four of one family", () => {
    const names = scenarioVariants(only(page("0 tick"))).map(variantName);
    expect(names).to.deep.equal([
      "ipv4",
      "ipv4, swapped",
      "ipv4, near wrap",
      "ipv4, near wrap, swapped",
      "ipv6",
      "ipv6, swapped",
      "ipv6, near wrap",
      "ipv6, near wrap, swapped",
    ]);
    expect(scenarioVariants(only(page("only: ipv6\n0 tick"))).map(variantName)).to.deep.equal(names.slice(4));
    expect(() => scenarioVariants(only(page("only: ipx\n0 tick")))).to.throw(ScenarioError, /^line 1: only/);
  });
});
