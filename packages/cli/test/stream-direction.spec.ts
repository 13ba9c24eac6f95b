// One direction of a stream by itself: how much it remembers, where a capture with so many gaps would take long to make.

import type { HalfStream } from "@tsnids/nids";
import { expect } from "chai";
import { DirectionLines } from "../dist/lines/direction-line.js";
import { directionJson, maximumGaps, StreamDirection } from "../dist/streams/stream-direction.js";

const name = {
  clientAddress: "10.0.0.1",
  clientPort: 40000,
  serverAddress: "10.0.0.2",
  serverPort: 80,
  scope: 0,
  encapsulation: [],
  nth: 0,
};

const byte = { countNew: 1, data: Uint8Array.of(7) } as Partial<HalfStream> as HalfStream;
const gap = { countNew: 0, countNewUrgent: 0, gapLength: 2 } as Partial<HalfStream> as HalfStream;

/** A direction with so many gaps, a byte before each. */
function lossy(gaps: number): StreamDirection {
  const direction = new StreamDirection(name, "c2s", undefined);
  for (let count = 0; count < gaps; count++) {
    direction.take(byte);
    direction.take(gap);
  }
  return direction;
}

describe("StreamDirection", () => {
  it("lists the first 65,536 gaps, and counts those behind them", () => {
    const direction = lossy(maximumGaps + 2);
    direction.take(gap); // Two holes with nothing between them are one.
    expect(direction.gaps).to.have.lengthOf(65_536);
    expect(direction.gaps.at(-1)).to.deep.equal([65_536, 2]);
    const json = JSON.parse(directionJson(direction, "")) as object;
    expect(json).to.deep.include({ bytes: 65_538, moreGaps: { count: 2, bytes: 6 } });
    expect(new DirectionLines().line(direction, "")).to.match(/, 2 at 65535, 2 at 65536, 6 in 2 more$/);
  });

  it("says nothing of others where all are listed", () => {
    const direction = lossy(maximumGaps);
    direction.take(gap);
    expect(direction.gaps.at(-1)).to.deep.equal([65_536, 4]);
    expect(directionJson(direction, "")).not.to.contain("moreGaps");
  });
});
