// One file while it grows, whatever it is called.

import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { TailSource } from "@tsnids/capture";
import { expect } from "chai";
import { temporaryDirectory } from "./sample.js";
import { pcap, records } from "./timed.js";
import { Follower } from "./waiting.js";

describe("TailSource", () => {
  const directory = temporaryDirectory();

  it("follows one file, which need not be there yet, and its successor of the same name", async () => {
    const path = directory.path("live.pcap");
    directory.write("other.pcap", pcap(99));
    const stop = new AbortController();
    const follower = new Follower(new TailSource(path, { signal: stop.signal }));
    const first = follower.frames(1);
    writeFileSync(path, pcap(1));
    await first;
    appendFileSync(path, records(2));
    await follower.frames(2);
    renameSync(path, directory.path("rotated.pcap"));
    writeFileSync(path, pcap(3));
    await follower.frames(3);
    stop.abort();
    expect(await follower.end()).to.deep.equal([1, 2, 3]);
  });

  for (const name of ["live.pcap.part", ".live.pcap"]) {
    it(`follows a file that is called ${name}, because it was named`, async () => {
      const stop = new AbortController();
      const follower = new Follower(new TailSource(directory.write(name, pcap(1)), { signal: stop.signal }));
      expect(await follower.frames(1)).to.deep.equal([1]);
      stop.abort();
      expect(await follower.end()).to.deep.equal([1]);
    });
  }
});
