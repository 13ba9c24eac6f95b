// What callers of this package can do wrong when they make a source: an error that names it, before anything is done.

import { expect } from "chai";
import {
  CaptureError,
  ChainSource,
  FileSource,
  FolderSource,
  LiveSource,
  MergeSource,
  PipeSource,
  TailSource,
} from "@tsnids/capture";
import { MemorySource } from "@tsnids/pcap";

/** What a caller without types gives. */
const given = (value: unknown): never => value as never;

describe("sources of capture refuse, when they are made", () => {
  const noNames: readonly unknown[] = [undefined, null, 7, "a\0b", ["a.pcap"]];
  const noSources: readonly unknown[] = [undefined, "a.pcap", ["a.pcap"], [new MemorySource(new Uint8Array(0)), null]];

  const refused: readonly (readonly [owner: string, option: string, make: (value: unknown) => unknown, unknown[]])[] = [
    ["FileSource", "path", (path) => new FileSource(given(path)), [...noNames]],
    ["FileSource", "signal", (signal) => new FileSource("a.pcap", given({ signal })), [null, 7, new AbortController()]],
    ["FolderSource", "path", (path) => new FolderSource(given(path)), [...noNames]],
    ["FolderSource", "accepts", (accepts) => new FolderSource(".", given({ accepts })), [/x/, "x", null]],
    ["TailSource", "path", (path) => new TailSource(given(path)), [...noNames]],
    ["MergeSource", "sources", (sources) => new MergeSource(given(sources)), [...noSources]],
    ["ChainSource", "sources", (sources) => new ChainSource(given(sources)), [...noSources]],
    ["PipeSource", "program", (program) => new PipeSource(given(program)), [...noNames, ""]],
    ["PipeSource", "args", (args) => new PipeSource("cat", given(args)), ["x", ["a\0b"], [undefined], null]],
    ["LiveSource", "device", (device) => new LiveSource(given(device)), [...noNames, ""]],
    ["LiveSource", "filter", (filter) => new LiveSource("lo", given({ filter })), [null, 7, "a\0b"]],
    ["LiveSource", "backend", (backend) => new LiveSource("lo", given({ backend })), [null, 7, {}, "pcap"]],
  ];
  for (const [owner, option, make, values] of refused) {
    for (const value of values) {
      it(`${owner}: ${option} ${value instanceof RegExp ? value.source : JSON.stringify(value)}`, () => {
        expect(() => make(value))
          .to.throw(CaptureError)
          .that.has.property("message")
          .that.matches(new RegExp(`^${owner}: ${option} is .+; it must be `, "s"));
        expect(() => make(value))
          .to.throw(CaptureError)
          .with.property("code", "invalid-option");
      });
    }
  }
});
