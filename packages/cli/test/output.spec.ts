// Lines on their way to a reader who takes them when the test says so.

import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { Output } from "../dist/output.js";

describe("Output", () => {
  it("waits for a piece that was written as it was full, though nothing has been gathered since", async () => {
    let take: (() => void) | undefined;
    const reader = new Writable({
      write: (_piece, _encoding, taken) => {
        take = taken;
      },
    });
    const output = new Output(reader, () => undefined);
    output.line("x".repeat(1 << 16));
    let isFlushed = false;
    const flushed = output.flush().then(() => (isFlushed = true));
    await setImmediate();
    expect(isFlushed).to.equal(false);
    take?.(); // The full piece,
    await setImmediate();
    take?.(); // and the empty one behind it.
    await flushed;
  });
});
