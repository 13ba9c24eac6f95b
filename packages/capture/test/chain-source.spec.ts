// ChainSource: order, interfaces, errors.

import { expect } from "chai";
import { intakeLength, LinkType, MemorySource } from "@tsnids/pcap";
import { CaptureError, ChainSource, FileSource } from "@tsnids/capture";
import { pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";

describe("ChainSource", () => {
  const directory = temporaryDirectory();

  it("gives all frames of each source in the order given, with the interfaces of their own file", async () => {
    const first = new FileSource(directory.write("first.pcap", pcapOf([1, 2, 3], LinkType.RAW)));
    const second = new MemorySource(pcapOf([4], LinkType.LINUX_SLL));
    const chain = new ChainSource([first, second, first]);
    const links = (await summaryOf(chain)).map(([linkType, , length]) => [linkType, length]);
    expect(links).to.deep.equal([
      [101, 1],
      [101, 2],
      [101, 3],
      [113, 4],
      [101, 1],
      [101, 2],
      [101, 3],
    ]);
  });

  it("is empty without sources", async () => {
    expect(await summaryOf(new ChainSource([]))).to.deep.equal([]);
  });

  it("hands the intake to every source", async () => {
    const path = directory.write("intake.pcap", pcapOf([1]));
    const intake = new Uint8Array(intakeLength);
    let batches = 0;
    for await (const batch of new ChainSource([new FileSource(path), new FileSource(path)]).batches(intake)) {
      expect(batch.bytes).to.equal(intake);
      batches++;
    }
    expect(batches).to.equal(2);
  });

  it("opens a source only when the one before it is at its end, and ends with its error", async () => {
    const good = new FileSource(directory.write("good.pcap", pcapOf([1, 2])));
    const missing = new FileSource(directory.path("missing.pcap"));
    const summary: number[][] = [];
    let caught: unknown;
    try {
      await read(new ChainSource([good, missing, good]), summary);
    } catch (error) {
      caught = error;
    }
    expect(caught).to.be.instanceOf(CaptureError).with.property("code", "not-found");
    expect(summary.length).to.equal(2);
  });
});
