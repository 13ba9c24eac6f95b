// The command line itself: help, version, mistakes, parameters.

import { readFileSync } from "node:fs";
import { paramRules } from "@tsnids/nids";
import { expect } from "chai";
import { captures, tsnids } from "./command.js";

const web = `${captures}web.pcap`;

/** The error line of a command that is wrong. */
function mistake(...args: string[]): string {
  const { status, stdout, stderr } = tsnids(args);
  expect(status).to.equal(2);
  expect(stdout).to.equal("");
  expect(stderr).to.match(/^tsnids: [^\n]*\n$/, "one line");
  return stderr.slice("tsnids: ".length).trimEnd();
}

describe("tsnids", () => {
  it("tells its version", () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(tsnids(["--version"])).to.include({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("helps", () => {
    const help = tsnids(["--help"]);
    expect(help.status).to.equal(0);
    expect(help.stdout).to.contain("run [options] [file...]").and.to.contain("Examples:");
    for (const command of ["run", "streams"]) {
      const { status, stdout } = tsnids([command, "--help"]);
      expect(status).to.equal(0);
      expect(stdout).to.contain("Examples:").and.to.contain(`tsnids ${command} `).and.to.contain("--set <name=value>");
      expect(tsnids(["help", command]).stdout).to.equal(stdout);
    }
  });

  it("shows the help, and fails, when it is told nothing", () => {
    const { status, stdout, stderr } = tsnids([]);
    expect([status, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.contain("Usage: tsnids");
  });

  it("says what is wrong with a command line, and what may have been meant", () => {
    expect(mistake("help", "rnu")).to.equal("unknown command 'rnu'");
    expect(mistake("rnu", web)).to.equal("unknown command 'rnu' (Did you mean run?)");
    expect(mistake("run", "--jsno", web)).to.equal("unknown option '--jsno' (Did you mean --json?)");
    expect(mistake("run")).to.equal("missing argument: a capture file, or --interface DEVICE");
    expect(mistake("streams")).to.equal("missing argument: a capture file, or --interface DEVICE");
    expect(mistake("streams", web, "--write")).to.match(/^option '--write <dir>' argument missing/);
    expect(mistake("run", "--checksums", "perhaps", web)).to.contain("Allowed choices are verify, ignore, auto.");
    for (const amount of ["4", "-1", "1.5", "much", ""]) {
      const wrong = `option '--read-ahead <MiB>' argument '${amount}' is invalid. It must be a whole number from 0 to 3.`;
      expect(mistake("streams", web, `--read-ahead=${amount}`)).to.equal(wrong);
    }
  });

  it("refuses options that would do nothing", () => {
    for (const [option, ...value] of [
      ["--backend", "tcpdump"],
      ["--profile", "throughput"],
      ["--no-promiscuous"],
      ["--no-isolated"],
      ["--snap-length", "100"],
      ["--buffer-size", "8"],
    ] as const) {
      expect(mistake("run", option, ...value, web)).to.equal(`${option} needs --interface DEVICE`);
    }
    expect(mistake("run", "--connect", "1", "--snap-length", "9")).to.equal("--snap-length needs --interface DEVICE");
    expect(mistake("streams", "--force", web)).to.equal("--force needs --write DIR");
    expect(mistake("record", "--write", "x.pcap", "--files", "3", web)).to.equal("--files needs --size or --seconds");
    for (const [option, ...value] of [
      ["--checksums", "verify"],
      ["--no-midstream"],
      ["--set", "maxStreams=1"],
    ] as const) {
      const args = ["record", "--write", "x.pcap", option, ...value, web];
      expect(mistake(...args)).to.equal(`${option} needs --containing TEXT`);
    }
    expect(mistake("run", "--connect", "1", "--read-ahead", "1")).to.equal("--read-ahead needs files");
    const backend = ["--no-isolated", "--backend", "tcpdump"];
    expect(mistake("run", "-i", "lo", ...backend)).to.equal("--no-isolated needs --backend cap");
    expect(mistake("run", "--quiet", "--community-id", web)).to.match(
      /^--community-id is for connections, and --quiet/,
    );
    for (const state of [
      ["--no-state", "--state", "x"],
      ["--state", "x", "--no-state"],
    ]) {
      expect(mistake("watch", ...state, web)).to.equal("--state and --no-state exclude each other");
    }
  });

  it("refuses what is no name of a file to write", () => {
    for (const [command, option] of [
      ["record", "--write"],
      ["sniff", "--write"],
      ["watch", "--output"],
      ["watch", "--state"],
    ] as const) {
      expect(mistake(command, option, "-", web)).to.match(/ argument '-' is invalid\. It must be the name of a file; /);
      expect(mistake(command, `${option}=`, web)).to.match(/ argument '' is invalid\. It must not be empty\.$/);
    }
    expect(mistake("streams", "--write=", web)).to.match(/ argument '' is invalid\. It must not be empty\.$/);
  });

  it("says that a filter of several words in an option needs quotes", () => {
    const what = "--filter has the filter; one of several words needs quotes there";
    expect(mistake("run", "-i", "lo", "--filter", "tcp", "port", "80")).to.equal(`port: ${what}`);
  });

  it("reads files ahead where it is told to, with the same results", () => {
    for (const command of ["run", "streams"]) {
      const { stdout, stderr, status } = tsnids([command, "--json", "--read-ahead", "3", web]);
      expect([stderr, status]).to.deep.equal(["", 0]);
      const withoutTimes = (text: string): string =>
        text.replace(/"(seconds|packetsPerSecond|megabytesPerSecond)":[^,]+/g, "");
      expect(withoutTimes(stdout)).to.equal(withoutTimes(tsnids([command, "--json", web]).stdout));
    }
  });

  it("lists in its help every parameter that --set takes", () => {
    const { stdout } = tsnids(["run", "--help"]);
    for (const [name, { kind }] of Object.entries(paramRules)) {
      const isListed = new RegExp(`^  ${name}=`, "m").test(stdout);
      expect(isListed, name).to.equal(kind !== "function" && kind !== "object");
    }
  });

  it("sets parameters of the engine, by their types", () => {
    const streams = (...args: string[]): string => tsnids(["run", "-q", ...args, web]).stdout;
    expect(streams()).to.match(/^streams +12: 12 CLOSE$/m);
    expect(streams("--set", "maxStreams=1", "--set", "checksums=ignore")).to.match(/^streams +\d+: .*evicted$/m);
    expect(streams("--set", "checksumRules=10.0.0.0/8=ignore,::/0=verify")).to.match(/^streams +12: 12 CLOSE$/m);
    expect(streams("--set", "midstream=false")).to.match(/^streams +12: 12 CLOSE$/m);
    expect(streams("--set", "checksumRules=", "--set", "fragmentPolicyByNetwork=")).to.match(
      /^streams +12: 12 CLOSE$/m,
    );
    const networks = "fragmentPolicyByNetwork=10.0.0.0/8=windows,2001:db8::/32=first";
    expect(streams("--set", networks)).to.match(/^streams +12: /m);
  });

  it("says what is wrong with a parameter", () => {
    expect(mistake("run", "--set", "midstrem=true", web)).to.equal(
      'unknown parameter "midstrem"; did you mean "midstream"?',
    );
    expect(mistake("run", "--set", "maxStreams=many", web)).to.match(/^parameter "maxStreams" must be .*, not "many"$/);
    expect(mistake("run", "--set", "maxStreams=0", web)).to.match(/^parameter "maxStreams" must be .*, not 0$/);
    expect(mistake("run", "--set", "midstream=1", web)).to.equal(
      'parameter "midstream" must be true or false, not "1"',
    );
    expect(mistake("run", "--set", "fragmentPolicyByNetwork=10.0.0.0/8=windoze", web)).to.match(
      /^parameter "fragmentPolicyByNetwork" must be .*windows.*, not \{ "10\.0\.0\.0\/8": "windoze" \}$/,
    );
    expect(mistake("run", "--set", "tunnels=gre,vxlam", web)).to.match(
      /^parameter "tunnels" must be a list with any of .*, not \["gre", "vxlam"\]$/,
    );
    expect(mistake("run", "--set", "vxlanPorts=4789,x", web)).to.match(
      /^parameter "vxlanPorts" must be a list of port numbers, 1 to 65535, not \[4789, "x"\]$/,
    );
    expect(mistake("run", "--set", "checksumRules=10.0.0.0/8", web)).to.contain(
      "Give network=verify or network=ignore",
    );
    expect(mistake("run", "--set", "checksumRules=10.0.0.0/33=verify", web)).to.match(
      /^parameter "checksumRules" must be a list of rules .*, not one with a rule 0 whose network, "10.0.0.0\/33", is none$/,
    );
    expect(mistake("run", "--set", "maxStreams", web)).to.contain("Give name=value.");
    expect(mistake("run", "--set", "injector=x", web)).to.contain("injector is for programs");
    expect(mistake("run", "--set", "__proto__=x", web)).to.match(/^unknown parameter "__proto__"/);
  });

  it("shows no colours in a pipe, whatever the surroundings say", () => {
    const { stdout } = tsnids(["run", web], { env: { CI: "true", FORCE_COLOR: "1" } });
    expect(stdout).not.to.contain("\u001b");
  });
});
