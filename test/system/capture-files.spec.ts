/**
 * Capture files against Wireshark's tools, on the public corpus: number of frames, times to the nanosecond, lengths and
 * link types; and that a damaged file ends with a CaptureError, whatever the damage.
 */
import { CaptureError, FileSource, MergeSource } from "@tsnids/capture";
import { CaptureFormatError, MemorySource } from "@tsnids/pcap";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { captureInfos, framesIn, framesOf, tsharkFields, type Seen } from "./capture-frames.js";

const fuzzed = "seladb__PcapPlusPlus/Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-";

/** Where Wireshark reads a file otherwise, and why. */
const differences: Readonly<Record<string, string>> = {
  "OISF__suricata-verify/bug-6875-01__fuzz.pcap": "it guesses the record headers of RedHat 6.1 in a damaged file",
  "the-tcpdump-group__tcpdump/atm-oam-loopback-print-overrun.pcap": "it guesses the record headers of Nokia",
  "OISF__suricata-verify/transform-base64-7296__input.pcap": "it leaves a fraction of more than a second as it is",
  [`${fuzzed}FuzzTarget-5781142119907328`]: "times before 1970: it reads the seconds with a sign",
  [`${fuzzed}minimized-FuzzTarget-4981601846820864`]: "times before 1970: it reads the seconds with a sign",
  [`${fuzzed}minimized-FuzzTarget-5165927376355328`]: "it leaves a fraction of more than a second as it is",
  [`${fuzzed}minimized-FuzzTarget-5669109772845056`]: "it leaves a fraction of more than a second as it is",
  [`${fuzzed}minimized-FuzzTarget-6303070823907328`]: "it leaves a fraction of more than a second as it is",
};

/** Wireshark's numbers for link types that files of the corpus have several of. */
const encapsulationOf: ReadonlyMap<number, string> = new Map([
  [0, "15"],
  [1, "1"],
  [113, "25"],
]);

describeNeeding(["tshark", "../shared"], "capture files are read as Wireshark reads them", function () {
  this.timeout(180_000);

  const folder = join(corpusFolder, "pcaps");
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const name = (path: string): string => relative(folder, path);
  const isNotClassic = (path: string): boolean => !/^(d4c3b2a1|a1b2c3d4)$/.test(magicOf(path));
  const seen = new Map<string, Seen>();

  before(async () => {
    for (const path of paths) seen.set(path, await framesIn(path));
  });

  it("stops at no file with anything but a CaptureError", () => {
    const errors = [...seen.values()].map(({ error }) => error).filter((error) => error !== undefined);
    expect(errors.filter((error) => !(error instanceof CaptureError))).to.deep.equal([]);
    expect(errors.length).to.be.within(5, 20);
  });

  it("has as many frames, and the same first and last times, and tells link types apart as capinfos does", async () => {
    const encapsulations = new Map<number, Set<string>>();
    const different: string[] = [];
    const infos = await captureInfos(paths);
    expect(infos.length).to.be.above(370);
    for (const { path, packets, earliest, latest, encapsulation } of infos) {
      const { frames = [] } = seen.get(path) ?? {};
      const linkTypes = new Set(frames.map(({ linkType }) => linkType));
      const times = frames.map(({ text }) => text.split(" ")[0] ?? "");
      const sorted = times.toSorted((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
      const [first = "n/a", last = "n/a"] = [sorted[0], sorted.at(-1)];
      const isSame = frames.length === packets && first.startsWith(earliest) && last.startsWith(latest);
      if (!isSame && !sameButSimple(path, frames.length, packets)) different.push(name(path));
      const [linkType = -1] = linkTypes;
      if (isSame && linkTypes.size === 1 && encapsulation !== "per-packet") {
        encapsulations.set(linkType, (encapsulations.get(linkType) ?? new Set()).add(encapsulation));
      }
    }
    expect(different.filter((file) => differences[file] === undefined)).to.deep.equal([]);
    const named = [...encapsulations.values()].map((names) => [...names].join());
    expect(named.filter((names) => names.includes(","))).to.deep.equal([]);
    // PPP and PPP_HDLC are one to Wireshark.
    expect(named.filter((names, index) => named.indexOf(names) !== index)).to.deep.equal(["ppp"]);
    expect(
      Object.fromEntries([0, 1, 101, 113].map((type) => [type, [...(encapsulations.get(type) ?? [])]])),
    ).to.deep.equal({ 0: ["null"], 1: ["ether"], 101: ["rawip"], 113: ["linux-sll"] });
  });

  it("has each frame of pcapng, of compressed and of modified pcap as tshark has it", async () => {
    const files = paths.filter(isNotClassic);
    expect(files.length).to.be.above(30);
    for (const path of files) {
      const fields = await tsharkFields(path, "frame.time_epoch", "frame.cap_len", "frame.len", "frame.encap_type");
      const { frames } = seen.get(path) ?? { frames: [] };
      expect(frames.length, name(path)).to.equal(fields.length);
      const withTimes = fields.map((field) => (field[0] === "" ? field.slice(1, 3) : field.slice(0, 3)).join(" "));
      const asTold = frames.map(({ text }, index) => (fields[index]?.[0] === "" ? text.replace(/^\S+ /, "") : text));
      expect(asTold, name(path)).to.deep.equal(withTimes);
      const encapsulations = frames.map(({ linkType }, index) => encapsulationOf.get(linkType) ?? fields[index]?.[3]);
      expect(encapsulations, name(path)).to.deep.equal(fields.map((field) => field[3]));
    }
  });

  it("merges files in the order of mergecap", async () => {
    const output = mkdtempSync(join(tmpdir(), "tsnids-merge-"));
    try {
      const files = [
        "zeek__zeek/ftp__ftp-many-port-expected.pcap.gz",
        "zeek__zeek/ldap__gap-data-missing.pcapng",
        "zeek__zeek/quic__merlinc2_Zeek_example.pcapng",
        "gopacket__gopacket/pcapgo__tests__be__test902.pcapng",
        "rusticata__pcap-parser/assets__modified-format.pcap",
      ].map((file) => join(folder, file));
      const merged = join(output, "merged.pcapng");
      execFileSync("mergecap", ["-w", merged, ...files]);
      const expected = await framesIn(merged);
      const found = await framesOf(new MergeSource(files.map((path) => new FileSource(path))));
      expect(found.error).to.equal(undefined);
      expect(found.frames.length).to.be.above(1000);
      expect(found.frames).to.deep.equal(expected.frames);
    } finally {
      rmSync(output, { recursive: true });
    }
  });

  it("throws nothing but CaptureFormatError, and ends, on files damaged at random", () => {
    const random = generator(20260101);
    let read = 0;
    for (const path of paths.filter((each) => seen.get(each)?.error === undefined)) {
      const whole = new Uint8Array(readFileSync(path));
      if (whole.length > 100_000) continue;
      for (let round = 0; round < 8; round++) {
        const bytes = whole.slice(0, round % 2 === 0 ? whole.length : random(whole.length));
        for (let changes = random(5); changes > 0 && bytes.length > 4; changes--) {
          bytes[4 + random(Math.min(bytes.length - 4, round < 4 ? 200 : bytes.length))] = random(256);
        }
        try {
          for (const batch of new MemorySource(bytes).batches()) read += batch.length;
        } catch (error) {
          if (!(error instanceof CaptureFormatError)) throw error;
        }
      }
    }
    expect(read).to.be.above(10_000);
  });

  /** Simple packets have no time, and capinfos gives none for a file of nothing else. */
  function sameButSimple(path: string, frames: number, packets: number): boolean {
    return frames === packets && /test(012|101)\.pcapng$/.test(path);
  }
});

function magicOf(path: string): string {
  return readFileSync(path).subarray(0, 4).toString("hex");
}

/** Integers from 0 to below a limit, the same ones every time (a linear congruential generator, its upper bits). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
