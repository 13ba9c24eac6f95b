/**
 * What this repository writes and others read, and the other way round: pcapng by PcapngWriter, to tshark and capinfos;
 * every pcap and pcapng that editcap can write, and what gzip, zstd and lz4 compress, to FileSource.
 */
import { LinkType, PcapngWriter } from "@tsnids/pcap";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";
import { framesIn, tsharkFields } from "./capture-frames.js";

const sample = join(repository, "pcaps", "web.pcap");

/** A folder that is there during the tests of the enclosing suite. */
function temporaryFolder(): (name: string) => string {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-writing-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  return (name) => join(folder, name);
}

describeNeeding(["tshark"], "pcapng as PcapngWriter writes it", function () {
  this.timeout(60_000);

  const path = temporaryFolder();
  const frame = new Uint8Array(60).fill(7);

  for (const byteOrder of ["little", "big"] as const) {
    it(`is read by tshark and capinfos with all there is in it, ${byteOrder}-endian`, async () => {
      const writer = new PcapngWriter({ byteOrder, application: "the writer", comments: ["of the section"] });
      const file = path(`${byteOrder}.pcapng`);
      writeFileSync(
        file,
        Buffer.concat([
          writer.section(),
          writer.interface({ linkType: LinkType.ETHERNET, name: "eth7", description: "uplink" }),
          writer.interface({ linkType: LinkType.RAW, snapLength: 40, name: "tun0" }),
          writer.nameResolution([{ address: Uint8Array.of(192, 0, 2, 1), names: ["one.example"] }]),
          writer.decryptionSecrets(0x544c534b, Buffer.from("CLIENT_RANDOM 00 00\n")),
          writer.packet(0, frame, 1514, 1_700_000_000, 123_456_789, { comments: ["first", "über"] }),
          writer.packet(1, frame.subarray(0, 40), 60, 4_294_967_295, 999_999_999),
          writer.interfaceStatistics(0, 1_700_000_001, 0, { received: 5n, dropped: 3n }),
        ]),
      );
      const fields = ["frame.time_epoch", "frame.cap_len", "frame.len", "frame.interface_name", "frame.encap_type"];
      expect(await tsharkFields(file, ...fields, "frame.comment")).to.deep.equal([
        ["1700000000.123456789", "60", "1514", "eth7", "1", "first,über"],
        ["4294967295.999999999", "40", "60", "tun0", "7", ""],
      ]);
      const info = execFileSync("capinfos", ["-I", "-F", "-k", "-D", "-n", file], { encoding: "utf8" });
      for (const line of [
        /Capture comment: +of the section/,
        /Capture application: +the writer/,
        /Number of decryption secrets.*1/,
        /resolved IPv4 addresses.*1/,
        /Description = uplink/,
        /Capture length = 40/,
        /Time resolution = 0x09/,
      ]) {
        expect(info).to.match(line);
      }
    });
  }

  it("keeps what is not known, in a file that tshark can read on", async () => {
    const writer = new PcapngWriter();
    const file = path("custom.pcapng");
    const parts = [
      writer.section(),
      writer.interface({ linkType: 1 }),
      writer.block(0x7777, Uint8Array.of(1, 2, 3)),
      writer.packet(0, frame, 60, 1, 2),
      writer.custom(32473, Buffer.from("anything")),
      writer.section(),
      writer.interface({ linkType: 113 }),
      writer.packet(0, frame, 60, 3, 4),
    ];
    writeFileSync(file, Buffer.concat(parts));
    const times = (await tsharkFields(file, "frame.time_epoch")).flat().filter((time) => time !== "");
    expect(times).to.deep.equal(["1.000000002", "3.000000004"]);
  });
});

describeNeeding(["tshark"], "captures as editcap writes them", function () {
  this.timeout(60_000);

  const path = temporaryFolder();

  for (const format of ["pcap", "nsecpcap", "modpcap", "suse6_3pcap", "rh6_1pcap", "nokiapcap", "pcapng"]) {
    it(`${format}: the same frames`, async () => {
      const file = path(format);
      execFileSync("editcap", ["-F", format, sample, file]);
      const found = await framesIn(file);
      expect(found.error).to.equal(undefined);
      const { frames } = await framesIn(sample);
      const asWritten = !["pcap", "nsecpcap", "pcapng"].includes(format)
        ? frames.map((each) => ({ ...each, text: microseconds(each.text) }))
        : frames;
      expect(found.frames).to.deep.equal(asWritten);
    });
  }
});

describeNeeding(["zstd", "lz4"], "captures as gzip, zstd and lz4 compress them", function () {
  this.timeout(60_000);

  const path = temporaryFolder();

  for (const command of [
    ["gzip", "-c", "-1"],
    ["gzip", "-c", "-9"],
    ["zstd", "-q", "-c", "-1"],
    ["zstd", "-q", "-c", "-19", "--ultra", "--long=27"],
    ["zstd", "-q", "-c", "--no-check", "--no-content-size"],
    ["lz4", "-q", "-c", "-1"],
    ["lz4", "-q", "-c", "-9", "-BD", "-B4"],
    ["lz4", "-q", "-c", "-BX", "--content-size", "--no-frame-crc"],
  ]) {
    it(`${command.join(" ")}: the same frames, from one frame and from two`, async () => {
      const [program = "", ...options] = command;
      const once = execFileSync(program, [...options, sample], { maxBuffer: 1 << 28 });
      writeFileSync(path("once"), once);
      const { frames } = await framesIn(sample);
      expect(await framesIn(path("once"))).to.deep.equal({ frames, error: undefined });
      const header = execFileSync(program, options, { input: execFileSync("head", ["-c", "24", sample]) });
      const records = execFileSync("tail", ["-c", "+25", sample], { maxBuffer: 1 << 28 });
      const rest = execFileSync(program, options, { input: records, maxBuffer: 1 << 28 });
      writeFileSync(path("twice"), Buffer.concat([header, rest]));
      expect(await framesIn(path("twice"))).to.deep.equal({ frames, error: undefined });
    });
  }
});

/** The text of a frame with the time cut to microseconds. */
function microseconds(text: string): string {
  return text.replace(/\d{3} /, "000 ");
}
