// The numbers of streams between the same client and server, with more pairs than are remembered.

import { expect } from "chai";
import { PairNumbers } from "../dist/streams/pair-numbers.js";

describe("the numbers of streams of a pair", () => {
  it("count from 0, each pair by itself", () => {
    const numbers = new PairNumbers();
    expect(["a", "b", "a", "a", "b"].map((pair) => numbers.next(pair))).to.deep.equal([0, 0, 1, 2, 1]);
  });

  it("are never given twice, also when a pair was forgotten meanwhile; the one not seen for longest is", () => {
    const numbers = new PairNumbers(2);
    const pairs = ["a", "a", "b", "a", "c", "b", "a", "d", "a"];
    const given = pairs.map((pair) => [pair, numbers.next(pair)]);
    expect(given.slice(0, 5)).to.deep.equal([
      ...[
        ["a", 0],
        ["a", 1],
        ["b", 0],
        ["a", 2],
      ],
      ["c", 0],
    ]);
    expect(new Set(given.map(String)).size).to.equal(pairs.length);
    expect(given.at(-1)).to.deep.equal(["a", 4]);
  });
});
