// FileSource with what is no capture file, or not a whole one: one clear line, and nothing lost before the damage.

import { chmodSync, mkdirSync } from "node:fs";
import { expect } from "chai";
import { CaptureError, FileSource } from "@tsnids/capture";
import type { CaptureErrorCode, CaptureWarning } from "@tsnids/capture";
import { captureFormats } from "@tsnids/pcap";
import { expectedOf, pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";

const nobody = 65534;

async function errorOf(path: string, summary: number[][] = []): Promise<CaptureError> {
  try {
    await read(new FileSource(path), summary);
  } catch (error) {
    if (error instanceof CaptureError) {
      return error;
    }
    throw error;
  }
  return expect.fail(`reading ${path} threw nothing`);
}

describe("FileSource refuses", () => {
  const directory = temporaryDirectory();

  async function refuses(path: string, code: CaptureErrorCode, what: string, offset?: number): Promise<void> {
    const error = await errorOf(path);
    expect(error.message).to.equal(`${path}: ${what}`);
    expect(error).to.include({ code, capture: path, offset });
  }

  it("a missing file", () => refuses(directory.path("missing.pcap"), "not-found", "no such file"));

  it("a path through a file", async () => {
    const path = `${directory.write("file", pcapOf([]))}/below.pcap`;
    await refuses(path, "not-found", "no such file: a part of the path is not a directory");
  });

  it("a directory", async () => {
    mkdirSync(directory.path("folder"));
    await refuses(directory.path("folder"), "is-directory", "is a directory, not a capture file");
  });

  it("a file the user may not read (needs a system with user ids)", async function () {
    if (process.geteuid === undefined || process.seteuid === undefined) {
      this.skip();
    }
    const path = directory.write("secret.pcap", pcapOf([1]));
    chmodSync(path, 0o000);
    const user = process.geteuid();
    if (user === 0) {
      process.seteuid(nobody); // The superuser may read everything.
    }
    try {
      await refuses(path, "no-permission", "no permission to read it");
    } finally {
      if (user === 0) {
        process.seteuid(user);
      }
    }
  });

  it("an empty file", async () => {
    const what = "at byte 0: there is nothing, not even a file header";
    await refuses(directory.write("empty.pcap", new Uint8Array(0)), "empty", what, 0);
    await refuses("/dev/null", "empty", what, 0);
  });

  it("a file of another format, saying what it is", async () => {
    const picture = directory.write("picture.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a));
    const read = captureFormats.filter(({ decoder }) => decoder !== undefined).map(({ name }) => name);
    const found = 'begins with 89 50 4e 47 (".PNG")';
    await refuses(
      picture,
      "unknown-format",
      `at byte 0: this is a file of unknown format that ${found}; formats read: ${read.join(", ")}`,
      0,
    );
  });

  it("a capture cut in its header, at every byte", async () => {
    const header = pcapOf([]);
    for (let length = 1; length < header.length; length++) {
      const error = await errorOf(directory.write("cut.pcap", header.subarray(0, length)));
      expect(error).to.include({ code: "cut-header", offset: 0 });
      expect(error.message).to.contain("cut.pcap: at byte 0: ").and.to.contain(`after ${length} bytes`);
    }
  });

  it("a record of an absurd length, after all frames before it", async () => {
    const lengths = [...new Array<number>(5000).fill(200), 262144];
    const file = pcapOf(lengths);
    const place = file.length;
    const damaged = Buffer.concat([file, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0, 1, 0, 4, 0), file]);
    const path = directory.write("absurd.pcap", damaged);
    const summary: number[][] = [];
    const error = await errorOf(path, summary);
    expect(error).to.include({ code: "absurd-record", offset: place });
    expect(error.message).to.contain(`${path}: at byte ${place}: `).and.to.contain("262145");
    expect(summary).to.deep.equal(await expectedOf(file));
  });

  it("a file that cannot be read, with the system's error as the cause", async () => {
    const error = await errorOf(`${directory.path("")}${"x".repeat(5000)}`);
    expect(error.code).to.equal("read-failed");
    expect(error.message).to.match(/cannot be read \(ENAMETOOLONG\)$/);
    expect(error.cause).to.be.instanceOf(Error);
  });
});

describe("FileSource with a capture cut in a record", () => {
  const directory = temporaryDirectory();

  it("gives all whole frames and one warning, for a cut at every byte", async () => {
    const file = pcapOf([10, 0, 5]);
    const ends = [24, 50, 66, 87];
    for (let length = 24; length <= file.length; length++) {
      const path = directory.write("cut.pcap", file.subarray(0, length));
      const heard: CaptureWarning[] = [];
      const source = new FileSource(path, { onWarning: (warning) => heard.push(warning) });
      const whole = ends.filter((end) => end <= length).length - 1;
      expect((await summaryOf(source)).length, `cut at ${length}`).to.equal(whole);
      expect(heard, `cut at ${length}`).to.deep.equal(source.warnings);
      if (ends.includes(length)) {
        expect(heard, `cut at ${length}`).to.deep.equal([]);
      } else {
        const offset = ends[whole];
        const message = `${path}: the capture ends at byte ${length}, inside the record that begins at byte ${offset}`;
        expect(heard, `cut at ${length}`).to.deep.equal([{ code: "cut-record", message, capture: path, offset }]);
      }
    }
  });

  it("says the right offset behind many chunks", async () => {
    const file = pcapOf(new Array<number>(20).fill(262144));
    const source = new FileSource(directory.write("long.pcap", file.subarray(0, -1)));
    expect((await summaryOf(source)).length).to.equal(19);
    expect(source.warnings.map(({ offset }) => offset)).to.deep.equal([24 + 19 * (16 + 262144)]);
  });

  it("warns anew each time it is read", async () => {
    const source = new FileSource(directory.write("again.pcap", pcapOf([10]).subarray(0, -1)));
    await summaryOf(source);
    await summaryOf(source);
    expect(source.warnings.length).to.equal(1);
  });
});
