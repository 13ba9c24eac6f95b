// Input that is not there, is something else, or is damaged: one clear line, the right exit code, nothing lost.

import { mkdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { temporaryFolder, tsnids } from "./command.js";
import { closed, open } from "./conversations.js";

/** A record header that announces 4 GB. */
const absurdRecord = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255);

for (const command of ["run", "streams"]) {
  describe(`tsnids ${command} and bad input`, () => {
    const folder = temporaryFolder();

    function refuses(path: string, what: RegExp): void {
      const { status, stdout, stderr } = tsnids([command, path]);
      expect(stderr).to.match(/^tsnids: [^\n]*\n$/, "one line");
      expect(stderr.startsWith(`tsnids: ${path}: `), stderr).to.equal(true);
      expect(stderr).to.match(what);
      expect(stdout).to.equal("");
      expect(status).to.equal(2);
    }

    it("names a missing file", () => {
      refuses(folder.path("missing.pcap"), /no such file$/m);
    });

    it("names a directory", () => {
      mkdirSync(folder.path("directory"));
      refuses(folder.path("directory"), /is a directory, not a capture file$/m);
    });

    it("names an empty file", () => {
      refuses(folder.write("empty.pcap", new Uint8Array(0)), /at byte 0: there is nothing/);
    });

    it("names a file of another format", () => {
      refuses(folder.write("text.pcap", Buffer.from("hello world\n")), /at byte 0: .*unknown format.*"hell"/);
      refuses(folder.write("twice.pcap.gz", gzipSync(gzipSync(closed().pcap()))), /decompressed, at byte 0: .*gzip/);
    });

    it("names a capture cut inside its header", () => {
      refuses(folder.write("header.pcap", closed().pcap().subarray(0, 20)), /at byte 0: .*after 20 bytes/);
      refuses(folder.write("web.pcapng", Uint8Array.of(10, 13, 13, 10, 28, 0, 0, 0)), /at byte 0: .*after 8 bytes/);
    });

    it("processes all before an absurd record, then names the place", () => {
      const good = open().pcap();
      const path = folder.write("absurd.pcap", Buffer.concat([good, absurdRecord, good]));
      const { status, stdout, stderr } = tsnids([command, path]);
      const whole = tsnids([command, folder.write("good.pcap", good)]);
      expect(withoutSpeed(stdout)).to.equal(withoutSpeed(whole.stdout)).and.to.contain("10.0.0.1:40000");
      expect(stderr).to.match(/^tsnids: [^\n]*\n$/);
      expect(stderr).to.contain(`${path}: at byte ${good.length}: a record announces 4294967295 captured bytes`);
      expect(status).to.equal(2);
    });

    it("processes all whole frames of a capture that is cut, warns, and ends well", () => {
      const good = open().pcap();
      const path = folder.write("cut.pcap", Buffer.concat([good, good.subarray(24, 60)]));
      const { status, stdout, stderr } = tsnids([command, path]);
      expect(withoutSpeed(stdout)).to.equal(withoutSpeed(tsnids([command, folder.write("good.pcap", good)]).stdout));
      expect(stderr).to.match(/^tsnids: warning: [^\n]*\n$/);
      expect(stderr).to.contain(`${path}: the capture ends at byte ${good.length + 36}`);
      expect(stderr).to.contain(`the record that begins at byte ${good.length}`);
      expect(status).to.equal(0);
    });

    it("processes what could be decompressed of a file that is cut, warns, and ends well", () => {
      const path = folder.write("cut.pcap.gz", gzipSync(open().pcap()).subarray(0, -20));
      const { status, stderr } = tsnids([command, path]);
      expect(stderr).to.match(
        /^tsnids: warning: [^\n]*cut.pcap.gz: is compressed with gzip and ends in the middle, [^\n]*\n$/,
      );
      expect(status).to.equal(0);
    });

    it("replays the good ones of several files, then says a line of each bad one", () => {
      const good = folder.write("good.pcap", open().pcap());
      const [missing, text] = [folder.path("missing.pcap"), folder.write("text.pcap", Buffer.from("hello world\n"))];
      const alone = withoutSpeed(tsnids([command, good]).stdout);
      const one = tsnids([command, missing, good]);
      expect(withoutSpeed(one.stdout)).to.equal(alone);
      expect(one.stderr).to.equal(`tsnids: ${missing}: no such file\n`);
      expect(one.status).to.equal(2);
      const two = tsnids([command, missing, good, text]);
      expect(withoutSpeed(two.stdout)).to.equal(alone);
      expect(two.stderr).to.match(/^tsnids: .*missing.pcap: no such file\ntsnids: .*text.pcap: at byte 0: .*\n$/);
      expect(two.status).to.equal(2);
    });

    it("names a pattern that nothing matches, and standard input given twice", () => {
      refuses(folder.path("none-*.pcap"), /no such file$/m);
      const { status, stderr } = tsnids([command, "-", "-"]);
      expect(stderr).to.equal('tsnids: standard input ("-") can be read only once\n');
      expect(status).to.equal(2);
    });

    it("shows a name without what would be commands to a terminal", () => {
      const name = "evil\u001b[31m\nname.pcap";
      const shown = folder.path("evil\\x1b[31m\\x0aname.pcap");
      const { stderr } = tsnids([command, folder.write(name, open().pcap().subarray(0, 200))]);
      expect(stderr)
        .to.match(/^tsnids: warning: [^\n]*\n$/)
        .and.to.contain(`${shown}: the capture ends at byte `);
      expect(tsnids([command, `${folder.path(name)}.gz`]).stderr).to.equal(`tsnids: ${shown}.gz: no such file\n`);
    });

    it("calls standard input by its name", () => {
      const { status, stderr } = tsnids([command, "-"], { input: Buffer.from("hello") });
      expect(stderr).to.match(/^tsnids: standard input: at byte 0: /);
      expect(status).to.equal(2);
    });
  });
}

describe("tsnids run and links it does not know", () => {
  const folder = temporaryFolder();

  it("counts their frames and says so", () => {
    const pcap = closed().pcap().slice();
    new DataView(pcap.buffer).setUint32(20, 147, true); // LINKTYPE_USER0
    const { status, lines } = tsnids(["run", folder.write("user.pcap", pcap)]);
    expect(status).to.equal(0);
    expect(lines[0]).to.match(/^packets +9: 503 bytes.*9 of unknown link types/);
    expect(lines).to.match(/alerts.*link-unknown/);
  });
});

function withoutSpeed(text: string): string {
  return text.replace(/^speed.*$/m, "");
}
