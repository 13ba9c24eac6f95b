// tsnids streams --write: the bytes of streams as files.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, linesOf, program, temporaryFolder, tsnids } from "./command.js";
import type { Result } from "./command.js";
import { closed, open, withGap } from "./conversations.js";

describe("tsnids streams --write", () => {
  const folder = temporaryFolder();

  const write = (name: string, pcap: Uint8Array, ...options: string[]): Result =>
    tsnids(["streams", "--write", folder.path(name), ...options, folder.write("replayed.pcap", pcap)]);

  const textOf = (...path: string[]): string => readFileSync(folder.path(join(...path)), "utf8");

  it("writes a file per direction, and an index", () => {
    const { status, lines, stderr } = write("plain", withGap().pcap());
    expect([status, stderr]).to.deep.equal([0, ""]);
    expect(readdirSync(folder.path("plain")).sort()).to.deep.equal([
      "10.0.0.1.40000-10.0.0.2.80-000-c2s.bin",
      "10.0.0.1.40000-10.0.0.2.80-000-s2c.bin",
      "index.jsonl",
    ]);
    expect(textOf("plain", "10.0.0.1.40000-10.0.0.2.80-000-c2s.bin")).to.equal("request");
    expect(textOf("plain", "10.0.0.1.40000-10.0.0.2.80-000-s2c.bin")).to.equal("the answerlater");
    expect(lines.at(-1)).to.equal(`2 files in ${folder.path("plain")}`);
  });

  it("keeps streams of the same pair in different VLANs apart", () => {
    const { status } = write("vlans", capture([closed({ vlan: [5] }), closed({ vlan: [6] }), closed()]).pcap());
    expect(status).to.equal(0);
    const of = (dir: string): string[] =>
      ["-scope1", "-scope2", ""].map((where) => `10.0.0.1.40000-10.0.0.2.80-000-${dir}${where}.bin`);
    expect(readdirSync(folder.path("vlans")).sort()).to.deep.equal([...of("c2s"), ...of("s2c"), "index.jsonl"]);
  });

  it("prints the lines of the index with --json: those of streams --json, and the file", () => {
    const pcap = closed({ client: "[2001:db8::1]:40000", server: "[::1]:80" }).pcap();
    const { stdout } = write("json", pcap, "--json");
    expect(stdout).to.equal(textOf("json", "index.jsonl"));
    const without = tsnids(["streams", "--json", folder.path("replayed.pcap")]).lines;
    const file = "2001_db8__1.40000-__1.80-000-c2s.bin";
    expect(linesOf(stdout)[0]).to.equal(without[0]?.replace(/}$/, `,"file":"${file}"}`));
    expect(textOf("json", file)).to.equal("request");
  });

  it("refuses a folder that is not empty, unless told to write into it", () => {
    mkdirSync(folder.path("full"));
    folder.write("full/10.0.0.1.40000-10.0.0.2.80-000-c2s.bin", Buffer.from("precious, and longer than the request"));
    const refused = write("full", closed().pcap());
    expect(refused.status).to.equal(2);
    expect(refused.stdout).to.equal("");
    expect(refused.stderr).to.equal(
      `tsnids: ${folder.path("full")}: is not empty; give another folder, or --force to write into this one\n`,
    );
    expect(textOf("full", "10.0.0.1.40000-10.0.0.2.80-000-c2s.bin")).to.match(/^precious/);
    expect(write("full", closed().pcap(), "--force").status).to.equal(0);
    expect(textOf("full", "10.0.0.1.40000-10.0.0.2.80-000-c2s.bin")).to.equal("request");
    expect(linesOf(textOf("full", "index.jsonl"))).to.have.length(2);
  });

  it("says when the folder cannot be one", () => {
    folder.write("file", new Uint8Array(1));
    const onFile = write("file", closed().pcap());
    expect([onFile.status, onFile.stderr]).to.deep.equal([2, `tsnids: ${folder.path("file")}: is not a folder\n`]);
    const nowhere = write("no/where", closed().pcap());
    const what = `cannot be made, because there is no folder ${folder.path("no")}`;
    expect([nowhere.status, nowhere.stderr]).to.deep.equal([2, `tsnids: ${folder.path("no/where")}: ${what}\n`]);
  });

  it("ends with one line when a file cannot be written", () => {
    mkdirSync(folder.path("blocked/10.0.0.1.40000-10.0.0.2.80-000-c2s.bin"), { recursive: true });
    const { status, stderr } = write("blocked", closed().pcap(), "--force");
    const file = folder.path("blocked/10.0.0.1.40000-10.0.0.2.80-000-c2s.bin");
    expect([status, stderr]).to.deep.equal([1, `tsnids: ${file}: cannot be written (EISDIR)\n`]);
  });

  it("lists what was read also when the files cannot be written at the end", () => {
    mkdirSync(folder.path("unindexed/index.jsonl"), { recursive: true });
    const { status, lines, stderr } = write("unindexed", open().pcap(), "--force", "--json");
    const file = folder.path("unindexed/index.jsonl");
    expect([status, stderr]).to.deep.equal([1, `tsnids: ${file}: cannot be written (EISDIR)\n`]);
    expect(lines).to.have.length(2);
  });

  it("tells of bad input first, then of files that cannot be written at the end", () => {
    mkdirSync(folder.path("both/index.jsonl"), { recursive: true });
    const bad = folder.write("bad.pcap", Buffer.from("no capture"));
    const { status, stderr } = write("both", open().pcap(), "--force", bad);
    const index = folder.path("both/index.jsonl");
    expect(stderr).to.match(/^tsnids: [^\n]*bad\.pcap: at byte 0: [^\n]*\ntsnids: [^\n]*\n$/);
    expect(stderr).to.contain(`\ntsnids: ${index}: cannot be written (EISDIR)\n`);
    expect(status).to.equal(2);
  });

  it("makes no folder for an input that cannot be read", () => {
    const { status } = tsnids(["streams", "--write", folder.path("unmade"), folder.path("missing.pcap")]);
    expect(status).to.equal(2);
    expect(existsSync(folder.path("unmade"))).to.equal(false);
  });

  it("leaves an empty index where there was no data", () => {
    expect(write("empty", closed().capture().drop(3).drop(3).pcap()).status).to.equal(0);
    expect(readdirSync(folder.path("empty"))).to.deep.equal(["index.jsonl"]);
    expect(textOf("empty", "index.jsonl")).to.equal("");
  });

  it("writes long streams in pieces", () => {
    const long = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).handshake();
    const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => (index * index) >>> 3);
    for (let start = 0; start < bytes.length; start += 7000) {
      long.send("server", bytes.subarray(start, start + 7000)).ack("client");
    }
    write("long", long.reset("server").pcap());
    const written = readFileSync(folder.path("long/10.0.0.1.40000-10.0.0.2.80-000-s2c.bin"));
    expect(written.equals(bytes)).to.equal(true);
  });

  it("needs no more open files for more streams that are open at once", function () {
    this.timeout(30_000);
    // All begin before any ends, many more than the process may have files open; it needs some to
    // load its modules, which Node opens all at once.
    const clients = Array.from({ length: 2500 }, (_, index) => `10.1.${index >> 8}.${index & 255}:40000`);
    const path = folder.write("many.pcap", capture(clients.map((client) => closed({ client }))).pcap());
    const command = [process.execPath, program, "streams", "--write", folder.path("many"), path];
    const limited = spawnSync("sh", ["-c", 'ulimit -n 500 && exec "$@"', "sh", ...command], { encoding: "utf8" });
    expect([limited.stderr, limited.status]).to.deep.equal(["", 0]);
    expect(readdirSync(folder.path("many"))).to.have.length(5001);
  });

  it("writes what it lists, for real traffic", () => {
    const { status } = tsnids([
      "streams",
      "--write",
      folder.path("real"),
      `${captures}loss.pcap`,
      `${captures}urgent.pcap`,
    ]);
    expect(status).to.equal(0);
    const index = linesOf(textOf("real", "index.jsonl")).map((line) => JSON.parse(line) as Record<string, string>);
    expect(index).to.have.lengthOf.above(8);
    for (const { file = "", sha256 } of index) {
      const bytes = readFileSync(folder.path(join("real", file)));
      expect(createHash("sha256").update(bytes).digest("hex"), file).to.equal(sha256);
    }
  });
});
