/**
 * What each overlap policy makes of the published sets of overlapping fragments. A row is a fragment in order of arrival, a
 * letter stands for 8 bytes:
 *
 *     Novak (2005)     the 17 fragments of "Target-Based Fragmentation Reassembly", results as Snort and Suricata test them
 *     Shankar          the 6 fragments of Shankar & Paxson, "Active Mapping" (2003)
 */
import type { FragmentPolicy } from "@tsnids/nids";
import { capture, frame, fragmentFrame, ipPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids, text } from "./following.js";

/** A number no transport has: the datagram is seen by ip callbacks. */
const protocol = 253;

/** Offset and length in units of 8 bytes, and the letter the fragment is filled with. */
type Row = readonly [offset: number, length: number, letter: string];

interface OverlapSet {
  readonly rows: readonly Row[];
  readonly results: Readonly<Partial<Record<FragmentPolicy, string>>>;
}

const novak: OverlapSet = {
  rows: [
    ...([
      [0, 3, "A"],
      [4, 2, "B"],
      [6, 3, "C"],
      [10, 1, "D"],
      [13, 2, "E"],
      [15, 3, "F"],
    ] as const),
    ...([
      [18, 2, "G"],
      [20, 2, "H"],
      [22, 1, "I"],
      [1, 4, "J"],
      [6, 3, "K"],
      [9, 3, "L"],
    ] as const),
    ...([
      [12, 3, "M"],
      [16, 1, "N"],
      [19, 1, "O"],
      [20, 1, "P"],
      [22, 2, "Q"],
    ] as const),
  ],
  results: {
    first: "AAAJBBCCCLDLMEEFFFGGHHIQ",
    last: "AJJJJBKKKLLLMMMFNFGOPHQQ",
    bsd: "AAAJJBCCCLLLMMMFFFGGHHIQ",
    linux: "AAAJJBKKKLLLMMMFFFGGPHQQ",
    windows: "AAAJBBCCCLLLMEEFFFGGHHIQ",
    solaris: "AAAJBBCCCLLLMMMFFFGGHHIQ",
  },
};

const shankar: OverlapSet = {
  rows: [
    [0, 3, "1"],
    [4, 2, "2"],
    [6, 3, "3"],
    [1, 4, "4"],
    [6, 3, "5"],
    [9, 3, "6"],
  ],
  results: {
    first: "111422333666",
    last: "144442555666",
    bsd: "111442333666",
    linux: "111442555666",
    "bsd-right": "144422555666",
  },
};

/** What an engine with this policy makes of the fragments, a letter for each unit. */
function assembled({ rows }: OverlapSet, family: "ipv4" | "ipv6", policy: FragmentPolicy): string[] {
  const units = Math.max(...rows.map(([offset, length]) => offset + length));
  const [from, to] = family === "ipv4" ? ["10.1.1.1", "10.2.2.2"] : ["2001:db8::1", "2001:db8::2"];
  const whole = frame(ipPacket(from, to, protocol, new Uint8Array(units * 8)));
  const ranges = rows.map(([offset, length, letter]) => {
    return { start: offset * 8, end: (offset + length) * 8, data: letter.repeat(length * 8) };
  });
  const nids = smallNids({ fragmentPolicy: policy, ipv6FragmentPolicy: policy });
  const found: string[] = [];
  nids.registerIp(({ payload }) => void found.push(text(payload).replace(/(.)\1{7}/g, "$1")));
  nids.process(capture([fragmentFrame(whole, ranges, 1234)]).batch());
  return found;
}

for (const [name, set] of Object.entries({ novak, shankar })) {
  describe(`the overlapping fragments of ${name}`, () => {
    for (const [policy, expected] of Object.entries(set.results) as [FragmentPolicy, string][]) {
      for (const family of ["ipv4", "ipv6"] as const) {
        it(`${policy}, ${family}`, () => {
          expect(assembled(set, family, policy)).to.deep.equal([expected]);
        });
      }
    }

    it("are no datagram where overlaps are discarded", () => {
      expect(assembled(set, "ipv4", "discard")).to.deep.equal([]);
      expect(assembled(set, "ipv6", "discard")).to.deep.equal([]);
    });
  });
}

describe("fragments that were cut by others", () => {
  it("are laid against by what is left of them, as in stacks that cut what they have stored", () => {
    // B cuts the head off A, which then begins behind C: on the bytes they share, C began earlier.
    const set: OverlapSet = {
      rows: [
        [1, 3, "A"],
        [0, 2, "B"],
        [1, 2, "C"],
        [3, 2, "D"],
      ],
      results: {},
    };
    expect(assembled(set, "ipv4", "bsd")).to.deep.equal(["BBCAD"]);
    expect(assembled(set, "ipv4", "first")).to.deep.equal(["BAAAD"]);
  });
});
