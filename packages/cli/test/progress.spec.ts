// The progress bar, on a terminal that only remembers what was written to it. Time is an argument.

import { expect } from "chai";
import { Progress } from "../dist/progress.js";
import type { MeasuredInput } from "../dist/progress.js";

describe("the progress bar", () => {
  const megabyte = 1e6;
  const erase = "\r\u001b[K";

  function bar(inputs: MeasuredInput[], isTTY = true): { progress: Progress; drawn: string[] } {
    const drawn: string[] = [];
    const terminal = { isTTY, columns: 120, write: (text: string) => drawn.push(text) };
    return { progress: new Progress(terminal, inputs, 1000), drawn };
  }

  const file = (size: number | undefined, bytesRead: number, path = "/captures/web.pcap"): MeasuredInput => ({
    path,
    size,
    bytesRead,
  });

  it("appears after half a second, with share, megabytes and time left", () => {
    const { progress, drawn } = bar([file(100 * megabyte, 25 * megabyte)]);
    progress.update(1499);
    expect(drawn).to.deep.equal([]);
    progress.update(2000);
    expect(drawn).to.deep.equal([`${erase}${"━".repeat(7)}${"─".repeat(23)}  25 %  25 of 100 MB  3 s left  web.pcap`]);
  });

  it("is drawn ten times a second at most", () => {
    const { progress, drawn } = bar([file(100, 1)]);
    for (let now = 1500; now < 2500; now++) progress.update(now);
    expect(drawn).to.have.length(10);
  });

  it("counts all inputs, and names the one that is read", () => {
    const { progress, drawn } = bar([
      file(50 * megabyte, 50 * megabyte, "a.pcap"),
      file(40 * megabyte, 10 * megabyte, "b.pcap"),
      file(10 * megabyte, 0, "c.pcap"),
    ]);
    progress.update(2000);
    expect(drawn[0])
      .to.contain("  60 %  60 of 100 MB")
      .and.to.match(/b\.pcap$/);
    const evil = bar([file(100, 50, "folder/evil\u001b[31m\nname.pcap")]);
    evil.progress.update(2000);
    expect(evil.drawn[0]).to.match(/ {2}evil\\x1b\[31m\\x0aname\.pcap$/);
  });

  it("goes away when asked, once, and comes back", () => {
    const { progress, drawn } = bar([file(100, 50)]);
    progress.clear();
    progress.update(2000);
    progress.clear();
    progress.clear();
    expect(drawn.slice(1)).to.deep.equal([erase]);
    progress.update(2001);
    expect(drawn).to.have.length(3);
  });

  it("does not break the line of a narrow terminal", () => {
    const drawn: string[] = [];
    const terminal = { isTTY: true, columns: 20, write: (text: string) => drawn.push(text) };
    new Progress(terminal, [file(100, 50)], 0).update(1000);
    expect(drawn[0]?.length).to.equal(erase.length + 19);
  });

  it("shows no more than all of a file that grows", () => {
    const { progress, drawn } = bar([file(megabyte, 3 * megabyte)]);
    progress.update(2000);
    expect(drawn[0]).to.contain("  100 %  1 of 1 MB  0 s left");
  });

  it("is for terminals, and for inputs of known size", () => {
    for (const { progress, drawn } of [
      bar([file(100, 50)], false),
      bar([file(100, 50), file(undefined, 5)]),
      bar([]),
    ]) {
      progress.update(5000);
      progress.clear();
      expect(drawn).to.deep.equal([]);
    }
  });
});
