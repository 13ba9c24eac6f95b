/**
 * What the commands of bench/ say to a wrong command line: one line, no stack, and exit code 2. What their captures say of
 * themselves, and what is told of a program that failed.
 */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchModule } from "./bench-module.js";
import { repository } from "./suites.js";

/** A command line behind "node bench/", and what is to be said of it. */
type Wrong = readonly [line: string, said: RegExp];

const folder = mkdtempSync(join(tmpdir(), "tsnids-bench-"));

const wrong: readonly Wrong[] = [
  ["live.js abc 1", /^RATE must be a whole number from 1 to \d+, not "abc"; usage: node bench\/live\.js \[RATE\]/],
  ["live.js 100 0", /^SECONDS must be/],
  ["live.js --foo", /^Unknown option '--foo'; usage: /],
  ["live.js 100 1 foo", /^unknown backend "foo", there are cap, tcpdump, dumpcap, cap-here; usage: /],
  ["flows.js --foo", /^Unknown option '--foo'; usage: node bench\/flows\.js$/],
  ["flows.js 5", /^unexpected argument "5"; usage: /],
  ["allocation.js --foo", /^Unknown option/],
  ["allocation.js README.md", /README\.md\.truth\.json/],
  ["workers.js x --micros -1", /^Option '--micros' argument is ambiguous; usage: /],
  ["workers.js x --micros=-1", /^--micros must be a number, not "-1"; usage: /],
  ["workers.js no-such-file", /^no-such-file: no such file$/],
  ["start-up.js foo", /^unexpected argument "foo"; usage: /],
  ["compare.js --rounds 0", /^--rounds must be/],
  ["compare.js --peers foo", /^unknown peer "foo"/],
  ["compare.js --captures evil,foo --peers pcap-loop --rounds 1", /^unknown capture "foo"/],
  ["quick.js --captures foo", /^unknown capture "foo"/],
  ["replay.js", /^an argument is missing; usage: /],
  ["replay.js README.md --mode foo", /^unknown mode "foo", there are callback, /],
  ["replay.js README.md", /^README\.md: at byte 0: this is a file of unknown format/],
  [`generate.js foo ${folder}/x`, /^unknown kind "foo", there are bulk, /],
  [`generate.js bulk ${folder}/x --packets 0`, /^--packets must be/],
  [`generate.js bulk ${folder}/x --seed 4294967296`, /^--seed must be a whole number from 1 to 4294967295, not /],
];

describe("the commands of bench/", () => {
  after(() => rmSync(folder, { recursive: true }));

  for (const [line, said] of wrong) {
    it(`says in one line what is wrong: ${line.replace(folder, "")}`, async () => {
      const { code, stdout, stderr } = await run(line.split(" "));
      expect(stderr).to.match(/^bench: [^\n]*\n$/);
      expect(stderr.slice("bench: ".length, -1)).to.match(said);
      expect(stdout).to.equal("");
      expect(code).to.equal(2);
    });
  }

  it("makes no capture of a seed that does not fit", () => {
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it("makes captures that say how long they and their lines are", async () => {
    const path = join(folder, "evil.pcap");
    expect((await run(["generate.js", "evil", path, "--packets", "1000", "--seed", "2"])).code).to.equal(0);
    const truth = JSON.parse(readFileSync(`${path}.truth.json`, "utf8")) as Record<string, unknown>;
    expect(truth).to.include({
      captureBytes: statSync(path).size,
      truthBytes: statSync(`${path}.truth.tsv`).size,
    });
  });
});

describe("a command of bench/ whose output", () => {
  const capture = join("pcaps", "web.pcap");
  /** Its output goes on to where the shell is told. */
  const into = (where: string) =>
    ended("sh", ["-c", `{ "$0" bench/replay.js ${capture}; echo "ended with $?" >&2; } ${where}`, process.execPath]);

  it("nobody reads any more ends in silence", async () => {
    expect((await into("| true")).stderr).to.equal("ended with 1\n");
  });

  it("cannot be kept says so in one line", async () => {
    expect((await into("> /dev/full")).stderr).to.match(/^bench: ENOSPC[^\n]*\nended with 1\n$/);
  });
});

describe("the reason of a program of bench/ that failed", () => {
  const reasonOf = async (stderr: string) => {
    const { reasonIn } = await benchModule<{ reasonIn: (stderr: string) => string }>("command/run-command.js");
    return reasonIn(stderr);
  };

  it("is the last line", async () => {
    expect(await reasonOf("a warning\nlibnids: no such file\n")).to.equal("libnids: no such file");
    expect(await reasonOf("bench: no such file\n")).to.equal("no such file");
  });

  it("is the error that Node did not catch, and not Node's version", async () => {
    const { stderr } = await runNode(["-e", "null.length"]);
    expect(await reasonOf(stderr)).to.match(/^TypeError: Cannot read properties of null[^\n]*$/);
    const lines = await runNode(["-e", 'throw new Error("of\\ntwo lines")']);
    expect(await reasonOf(lines.stderr)).to.equal("Error: of two lines");
    const missing = await runNode(["--input-type=module", "-e", 'import "./no-such-file.js"']);
    expect(await reasonOf(missing.stderr)).to.match(/^Error \[ERR_MODULE_NOT_FOUND\]: Cannot find module [^\n]*$/);
  });
});

/** How a process ended. */
interface Ended {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** Runs a command of bench/ to its end. */
function run([name = "", ...args]: readonly string[]): Promise<Ended> {
  return runNode([join("bench", name), ...args]);
}

function runNode(args: readonly string[]): Promise<Ended> {
  return ended(process.execPath, args);
}

function ended(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) =>
    execFile(program, args, { cwd: repository }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    ),
  );
}
