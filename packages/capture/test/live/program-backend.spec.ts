// tcpdump and dumpcap as backends, by programs of these names that the test writes: how they are called, and what is
// made of what they say. That the real ones do it is in test/system.

import { chmodSync, existsSync } from "node:fs";
import { delimiter } from "node:path";
import { LiveSource } from "@tsnids/capture";
import type { CaptureError, LiveOptions } from "@tsnids/capture";
import { expect } from "chai";
import { temporaryDirectory } from "../sample.js";

describe("LiveSource with a program as backend", () => {
  const directory = temporaryDirectory();
  const path = process.env["PATH"];
  before(() => {
    process.env["PATH"] = `${directory.path("")}${delimiter}${path}`;
  });
  after(() => {
    process.env["PATH"] = path;
  });

  /** Makes the program: what it does, in sh, with its texts on standard error. */
  function source(backend: "tcpdump" | "dumpcap", does: string, options: LiveOptions = {}, device = "any"): LiveSource {
    chmodSync(directory.write(backend, Buffer.from(`#!/bin/sh\n{ ${does}\n} >&2\nexit 1\n`)), 0o755);
    return new LiveSource(device, { backend, ...options });
  }

  /** What capturing ends with. */
  async function errorOf(live: LiveSource): Promise<CaptureError> {
    try {
      for await (const batch of live.batches()) expect(batch.length).to.equal(0);
    } catch (error) {
      return error as CaptureError;
    }
    throw new Error("it ended without an error");
  }

  const text = (...lines: readonly string[]): string => `cat <<'END'\n${lines.join("\n")}\nEND`;

  for (const [said, code, what] of [
    ["illegal port number 70000 > 65535", "bad-filter", 'filter "FILTER": illegal port number 70000 > 65535'],
    [
      "can't parse filter expression: syntax error",
      "bad-filter",
      'filter "FILTER": can\'t parse filter expression: syntax error',
    ],
    [
      "any: No such device exists\n(No such device exists)",
      "unknown-device",
      'no such device; "tsnids devices" lists them',
    ],
    ["any: That device is not up", "device-down", "the device is not up (ip link set any up)"],
    ["unknown host 'permission'", "bad-filter", "filter \"FILTER\": unknown host 'permission'"],
    ["can't mmap rx ring: Cannot allocate memory", "capture-failed", "can't mmap rx ring: Cannot allocate memory"],
  ] as const) {
    it(`knows what tcpdump means by "${said.split("\n", 1)[0]}"`, async () => {
      const lines = ["tcpdump: WARNING: any: no promiscuous mode", `tcpdump: ${said}`, "0 packets captured"];
      const { code: found, message } = await errorOf(source("tcpdump", text(...lines), { filter: "FILTER" }));
      expect([found, message]).to.deep.equal([code, `any: ${what}`]);
    });
  }

  for (const [said, code, what] of [
    [
      [
        "Invalid capture filter \"FILTER\" for interface 'any'.",
        "",
        'That string isn\'t a valid capture filter (non-network bits set in "10.1.2.3/8").',
        "See the User's Guide for a description of the capture filter syntax.",
      ],
      "bad-filter",
      'filter "FILTER": non-network bits set in "10.1.2.3/8"',
    ],
    [
      ['There is no device named "any".', "(No such device exists)"],
      "unknown-device",
      'no such device; "tsnids devices" lists them',
    ],
    [
      [
        'The capture session could not be initiated on capture device "any".',
        "(can't mmap rx ring: Cannot allocate memory)",
        "Please check that you have the proper interface or pipe specified.",
      ],
      "capture-failed",
      "can't mmap rx ring: Cannot allocate memory",
    ],
  ] as const) {
    it(`knows what dumpcap means by "${said[0]}"`, async () => {
      const [first, ...others] = said;
      const lines = text("Capturing on 'any'", `dumpcap: ${first}`, ...others);
      const { code: found, message } = await errorOf(source("dumpcap", lines, { filter: "FILTER" }));
      expect([found, message]).to.deep.equal([code, `any: ${what}`]);
    });
  }

  for (const [backend, least, most] of [
    ["tcpdump", 64, 2097151],
    ["dumpcap", 1, 2048],
  ] as const) {
    it(`gives ${backend} a size of the ring that it takes, for the smallest and the largest there is`, async () => {
      const sizes = [];
      for (const bufferSize of [65536, 0x7fffffff]) {
        const { message } = await errorOf(source(backend, 'echo "called $*"', { bufferSize }));
        sizes.push(/^any: called .* -B (\d+)/.exec(message)?.[1]);
      }
      expect(sizes).to.deep.equal([String(least), String(most)]);
    });
  }

  for (const [backend, open, last] of [
    ["tcpdump", ["tcpdump: listening on any"], "0 packets captured\n0 packets dropped by kernel\n"],
    [
      "dumpcap",
      ["Capturing on 'any'", "File: -"],
      "\rPackets captured: 83\nPackets received/dropped: 83/0 (pcap:0/)\n",
    ],
  ] as const) {
    it(`says that ${backend} has ended where it was ended by somebody else`, async () => {
      const { code, message } = await errorOf(source(backend, `${text(...open)}\nprintf '${last}'`));
      expect([code, message]).to.deep.equal(["capture-crashed", `any: ${backend} ended (exit code 1)`]);
    });
  }

  for (const name of ["1", "-", "./pipe", "TCP@127.0.0.1:1"]) {
    it(`takes "${name}" for a name, which the programs do not (needs /sys)`, async function () {
      if (!existsSync("/sys/class/net")) this.skip();
      for (const backend of ["tcpdump", "dumpcap"] as const) {
        const { code } = await errorOf(source(backend, text("listening on it"), {}, name));
        expect(code).to.equal("unknown-device");
      }
    });
  }

  it("does not blame the filter for what happens later", async () => {
    const wait = `until [ -e ${directory.path("go")} ]; do sleep 0.01; done`;
    const says = ["tcpdump: listening on any", "tcpdump: pcap_loop: something else"].map((line) => text(line));
    const live = source("tcpdump", says.join(`\n${wait}\n`), { filter: "FILTER" });
    live.on("open", () => directory.write("go", new Uint8Array(0)));
    const { code, message } = await errorOf(live);
    expect([code, message]).to.deep.equal(["capture-failed", "any: pcap_loop: something else"]);
  });
});
