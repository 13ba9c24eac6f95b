// tsnids record: what is written is what was read, all of it or the part that is wanted.

import { copyFileSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { LinkType, PcapngWriter } from "@tsnids/pcap";
import { capture, conversation } from "@tsnids/testkit";
import type { Conversation, Frame } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, jsonLines, temporaryFolder, tsnids } from "./command.js";
import { closed } from "./conversations.js";

describe("tsnids record", () => {
  const folder = temporaryFolder();
  const web = join(captures, "web.pcap");

  it("writes what fulfils a filter, to the format that the name says", () => {
    for (const [name, magic] of [
      ["out.pcap", 0x4d],
      ["out.pcapng", 0x0a],
    ] as const) {
      const path = folder.path(name);
      const { status, stderr, stdout } = tsnids(["record", "--write", path, web, "tcp port 49866"]);
      expect({ status, stdout }).to.deep.equal({ status: 0, stdout: "" });
      expect(stderr).to.match(new RegExp(`^tsnids: \\d+ frames in ${path}\n$`));
      expect(readFileSync(path)[0]).to.equal(magic);
      const connections = (args: readonly string[]): unknown =>
        jsonLines(tsnids(["run", "--json", ...args])).slice(0, -1);
      expect(connections([path])).to.deep.equal(connections([web, "tcp port 49866"]));
    }
  });

  it("says what it leaves out of pcapng: what is no frame", () => {
    const writer = new PcapngWriter();
    const [{ bytes }] = closed().frames as [Frame];
    const section = writer.section();
    const ofInterface = writer.interface({ linkType: LinkType.ETHERNET, comments: ["the tap"] });
    const packet = (second: number, comments: readonly string[] = []): Uint8Array =>
      writer.packet(0, bytes, bytes.length, second, 0, { comments });
    const statistics = writer.interfaceStatistics(0, 3, 0, { received: 3n });
    const frames = [packet(1, ["look"]), packet(2, ["here"]), packet(3), statistics];
    const keys = writer.decryptionSecrets(0x544c534b, Buffer.from("CLIENT_RANDOM 1 2"));
    const others = [writer.nameResolution([]), writer.custom(32473, new Uint8Array(4))];
    const record = (name: string, blocks: readonly Uint8Array[]): string => {
      const input = folder.write(`${name}.pcapng`, Buffer.concat(blocks));
      const { status, stderr } = tsnids(["record", "-w", folder.path(`${name}-out.pcapng`), input]);
      expect(status).to.equal(0);
      return stderr.replace(/^.*\n/, "");
    };
    const what =
      "comments on the capture (1), keys (1), names of addresses (1), blocks of other kinds (1), comments and flags of packets (2)";
    expect(record("all", [section, ofInterface, keys, ...others, ...frames])).to.equal(
      `tsnids: warning: what is no frame is not written: ${what}\n`,
    );
    const plain = writer.section();
    expect(record("none", [plain, writer.interface({ linkType: LinkType.ETHERNET }), packet(1), statistics])).to.equal(
      "",
    );
  });

  it("writes rows of files", () => {
    const path = folder.path("row.pcapng");
    expect(tsnids(["record", "-w", path, "--size", "1", join(captures, "*.pcap")]).status).to.equal(0);
    expect(existsSync(folder.path("row-00002.pcapng"))).to.equal(true);
    const frames = (args: readonly string[]): unknown =>
      jsonLines(tsnids(["run", "--json", ...args])).at(-1)?.["packets"];
    expect(frames([folder.path("row-*.pcapng")])).to.equal(frames([join(captures, "*.pcap")]));
  });

  it("says of a ring how many frames are kept, and how many were deleted", () => {
    const all = ["record", "--size", "1", join(captures, "*.pcap"), "-w"];
    const row = tsnids([...all, folder.path("all.pcapng")]).stderr;
    const [, written, count = ""] = /^tsnids: (\d+) frames in (\d+) files\n$/.exec(row) ?? [];
    expect(Number(count)).to.be.greaterThan(2);
    const ring = tsnids([...all, folder.path("ring.pcapng"), "--files", "2"]).stderr;
    const kept = jsonLines(tsnids(["run", "--json", folder.path("ring-*.pcapng")])).at(-1)?.["packets"] as number;
    const deleted = Number(written) - kept;
    expect(deleted).to.be.greaterThan(0);
    expect(ring).to.equal(`tsnids: ${kept} frames in 2 files; ${deleted} before them were in files that are deleted\n`);
    expect(tsnids([...all, folder.path("full.pcapng"), "--files", count]).stderr).to.equal(row); // None is deleted.
  });

  it("has one line for each thing that is wrong", () => {
    const there = folder.write("there.pcap", closed().pcap());
    for (const [args, what] of [
      [["-w", there, web], /there\.pcap: exists already; --force replaces it$/m],
      [["-w", folder.path("no/out.pcap"), web], /out\.pcap: cannot be written: there is no such folder$/m],
      [
        ["-w", folder.path("two.pcap"), web, join(captures, "sll.pcap")],
        /two\.pcap: a pcap file has one link type, .*; write pcapng$/m,
      ],
      [["-w", folder.path("a.pcap"), "--size", "0", web], /It must be a whole number above 0\.$/m],
      [[web], /required option '-w, --write <out>' not specified$/m],
    ] as const) {
      const { status, stdout, stderr } = tsnids(["record", ...args]);
      expect(stderr).to.match(what);
      expect({ status, stdout }).to.deep.equal({ status: 2, stdout: "" });
    }
  });

  it("writes the streams in which a text stands, whole, also where the text is cut in two", () => {
    const client = "10.0.0.1:50001";
    const found = conversation({ client, server: "10.0.0.2:21", start: 1000 })
      .handshake()
      .send("client", "USER anony")
      .send("client", "mous")
      .send("server", "230")
      .fin("client")
      .fin("server")
      .ack("client");
    const input = folder.write("logins.pcap", capture([closed({ start: 1000 }), found]).pcap());
    const path = folder.path("anonymous.pcap");
    const { status, stderr } = tsnids(["record", "-w", path, "--containing", "anonymous", input]);
    expect([status, stderr]).to.deep.equal([
      0,
      `tsnids: 1 stream contains the text\ntsnids: ${found.frames.length} frames in ${path}\n`,
    ]);
    expect(jsonLines(tsnids(["run", "--json", path])).map(({ type, client: of }) => [type, of])).to.deep.equal([
      ["connection", "10.0.0.1|50001"],
      ["summary", undefined],
    ]);
    const none = tsnids(["record", "-w", folder.path("none.pcap"), "--containing", "anonymouse", input]);
    expect([none.status, none.stderr.split("\n")[0]]).to.deep.equal([0, "tsnids: 0 streams contain the text"]);
  });

  it("finds a text with an urgent byte in it, however it is cut, and none across missing bytes", () => {
    const between = (client: string): Conversation =>
      conversation({ client, server: "10.0.0.2:21", start: 1000 }).handshake();
    const urgent = between("10.0.0.1:50001")
      .segment("client", { flags: "PAU", data: "PASS sec", urgentPointer: 6 })
      .ack("server");
    urgent.send("client", "ret").ack("server").reset("client");
    const single = between("10.0.0.1:50002");
    for (const character of "my secret is") single.send("client", character).ack("server");
    const gap = between("10.0.0.1:50003").send("client", "sec").segment("client", { seq: 10, data: "ret" });
    gap.segment("server", { ack: 13 }).reset("server");
    const input = folder.write("cut.pcap", capture([urgent, single, gap]).pcap());
    const { stderr } = tsnids(["record", "-w", folder.path("found.pcap"), "--containing", "secret", input]);
    expect(stderr).to.match(/^tsnids: 2 streams contain the text$/m);
    const alone = tsnids(["record", "-w", folder.path("one.pcap"), "--containing", "s", input]);
    expect(alone.stderr).to.match(/^tsnids: 3 streams contain the text$/m);
  });

  it("leaves no file behind where there was nothing to read", () => {
    for (const containing of [[], ["--containing", "text"]]) {
      const path = folder.path("nothing.pcap");
      const { status, stderr } = tsnids(["record", "-w", path, ...containing, folder.path("missing.pcap")]);
      expect([status, stderr]).to.deep.equal([2, `tsnids: ${folder.path("missing.pcap")}: no such file\n`]);
      expect([existsSync(path), existsSync(`${path}.part`)]).to.deep.equal([false, false]);
    }
  });

  it("refuses to read what it would remove: the unfinished file of its own name", () => {
    const rescue = (part: string, ...args: readonly string[]): void => {
      copyFileSync(web, folder.path(part));
      const { status, stdout, stderr } = tsnids([...args, folder.path(part)]);
      expect([status, stdout]).to.deep.equal([2, ""]);
      const write = args[args.indexOf("--write") + 1]!;
      const what = `${write} is written under this name until it is whole; rename this file first, or write another`;
      expect(stderr).to.equal(`tsnids: ${folder.path(part)}: ${what}\n`);
      expect(readFileSync(folder.path(part)).equals(readFileSync(web))).to.equal(true);
    };
    const killed = folder.path("killed.pcap");
    symlinkSync(killed, folder.path("link.pcap")); // Leads to what is not there yet.
    rescue("killed.pcap.part", "record", "--write", killed);
    rescue("killed.pcap.part", "record", "--write", folder.path("link.pcap"));
    rescue("killed.pcap.part", "record", "--containing", "GET", "--write", killed);
    rescue("killed.pcap.part", "record", "--force", "--write", killed);
    rescue("killed.pcap.part", "sniff", "--write", killed);
    const elsewhere = tsnids(["record", "--write", folder.path("rescued.pcap"), folder.path("killed.pcap.part")]);
    expect(elsewhere).to.include({ status: 0, stderr: `tsnids: 430 frames in ${folder.path("rescued.pcap")}\n` });
  });
});
