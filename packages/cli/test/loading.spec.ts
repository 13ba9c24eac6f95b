// Which packages a command loads: only those it needs, because each takes milliseconds of its start. V8 says what was
// loaded, by the scripts in its report of coverage.

import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { captures, temporaryFolder, tsnids } from "./command.js";

/** What is there for some command lines only, as folders of `packages` and `node_modules`. */
const onDemand: ReadonlySet<string> = new Set([
  ...["filter", "output", "sniff", "workers"],
  ...["@noble", "fzstd", "hexy", "tinyglobby", "xxhash-wasm"],
]);

describe("what a command loads", () => {
  const folder = temporaryFolder();
  const dns = `${captures}dns.pcap`;

  /** What a command line loads of `onDemand`. */
  function loadedBy(args: readonly string[]): string[] {
    const coverage = mkdtempSync(folder.path("coverage-"));
    const { status, stderr } = tsnids(args, { env: { NODE_V8_COVERAGE: coverage } });
    expect([status, stderr]).to.deep.equal([0, ""]);
    const [report = ""] = readdirSync(coverage);
    const { result } = JSON.parse(readFileSync(`${coverage}/${report}`, "utf8")) as { result: { url: string }[] };
    const names = result.map(({ url }) => /^.*\/(?:packages|node_modules)\/([^/]+)\//.exec(url)?.[1] ?? "");
    expect(names).to.include.members(["cli", "nids"]);
    return [...new Set(names)].filter((name) => onDemand.has(name)).sort();
  }

  it("is as little as a plain file needs", () => {
    expect(loadedBy(["run", dns])).to.deep.equal([]);
    expect(loadedBy(["streams", "--json", dns])).to.deep.equal([]);
  });

  it("is, besides, what an argument or option asks for", () => {
    expect(loadedBy(["run", dns, "port 53"])).to.deep.equal(["filter"]);
    expect(loadedBy(["run", "--community-id", dns])).to.deep.equal(["@noble", "output"]);
    expect(loadedBy(["sniff", "1", dns])).to.deep.equal(["filter", "hexy", "sniff"]);
  });

  it("is, besides, what decompresses a compressed file", () => {
    const compressed = folder.write("dns.pcap.zst", zstdFrame(readFileSync(dns)));
    expect(loadedBy(["run", compressed])).to.deep.equal(["fzstd"]);
  });
});

/** A frame of zstd (RFC 8878) with bytes as they are: its size in 4 bytes, one raw block, no checksum. */
function zstdFrame(bytes: Uint8Array): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 5);
  header.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([header, bytes]);
}
