// The command line of live captures as far as it needs neither a device nor rights: what is refused, and the
// list of devices.

import { networkInterfaces } from "node:os";
import { expect } from "chai";
import { captures, jsonLines, tsnids } from "./command.js";

describe("tsnids run --interface", () => {
  const wrong: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["neither file nor device", [], /^tsnids: missing argument: a capture file, or --interface DEVICE\n$/],
    ["both", ["-i", "lo", `${captures}web.pcap`], /web\.pcap: a file cannot be read together with --interface\n$/],
    [
      "an unknown backend",
      ["-i", "lo", "--backend", "pcap"],
      /^tsnids: .*'pcap' is invalid.*cap, tcpdump, dumpcap.*\n$/,
    ],
    ["an unknown profile", ["-i", "lo", "--profile", "fast"], /^tsnids: .*latency, throughput.*\n$/],
    [
      "a size that is no number",
      ["-i", "lo", "--buffer-size", "64M"],
      /^tsnids: .*It must be a whole number from 1 to 2047\.\n$/,
    ],
    [
      "a size out of range",
      ["-i", "lo", "--snap-length", "0"],
      /^tsnids: option '--snap-length <bytes>' .* It must be a whole number from 1 to 262144\.\n$/,
    ],
    [
      "a ring out of range, in its unit",
      ["-i", "lo", "--buffer-size", "2048"],
      /^tsnids: option '--buffer-size <MiB>' .* It must be a whole number from 1 to 2047\.\n$/,
    ],
    [
      "cap without promiscuous mode",
      ["-i", "lo", "--no-promiscuous"],
      /^tsnids: LiveSource: promiscuous is false; .*\n$/,
    ],
  ];
  for (const [what, args, says] of wrong) {
    it(`refuses ${what}, in one line`, () => {
      const { status, stdout, stderr } = tsnids(["run", ...args]);
      expect([status, stdout]).to.deep.equal([2, ""]);
      expect(stderr).to.match(says);
    });
  }
});

describe("tsnids devices", () => {
  const loopback = Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.[0]?.internal === true)?.[0];

  it("lists devices with their state and addresses", () => {
    const { status, stdout, stderr } = tsnids(["devices"]);
    expect([status, stderr]).to.deep.equal([0, ""]);
    expect(stdout).to.match(new RegExp(`^${loopback} +up +127\\.0\\.0\\.1.*  loopback$`, "m"));
  });

  it("lists them for programs", () => {
    const found = jsonLines(tsnids(["devices", "--json"])).find(({ name }) => name === loopback);
    expect(found).to.include({ isLoopback: true, state: "up" });
    expect(found?.["addresses"]).to.include("127.0.0.1");
  });
});
