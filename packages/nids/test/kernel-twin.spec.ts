/**
 * The kernel and its TypeScript twins give the same answers. An engine takes the twins where there is no WebAssembly;
 * so one runs in a thread that has none, over the same frames: of every length and alignment, and segments that come
 * out of order, overlap and contradict each other, in IP fragments now and then.
 */
import type { NidsParams } from "@tsnids/nids";
import { Capture, fragmentAt, frame, tcpPacket, udpPacket, type Frame } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { Worker } from "node:worker_threads";
import { disorderedConnections } from "./disordered-traffic.js";
import { fragmentedTraffic } from "./fragmented-traffic.js";
import { floodOfHandshakes, manySyns, runningConnections, shortConnections } from "./kernel-traffic.js";
import type { Verdicts } from "./kernel-verdicts.js";
import { findingsOf, verdictsOf } from "./kernel-verdicts.js";

/** A packet with these bytes, one of which is changed afterwards by `flip` (0: none). */
function flipped(kind: number, data: Uint8Array, position: number, flip: number): Frame {
  const ends = kind < 2 ? ["10.0.0.1:1", "10.0.0.2:2"] : ["[2001:db8::1]:1", "[2001:db8::2]:2"];
  const [from = "", to = ""] = ends;
  const packet = kind % 2 === 0 ? udpPacket(from, to, { data }) : tcpPacket(from, to, { seq: 1, data });
  const whole = frame(packet);
  const at = 14 + (position % packet.length);
  const bytes = whole.bytes.slice();
  bytes[at] = (bytes[at] ?? 0) ^ flip;
  return { ...whole, bytes };
}

const frames = fc.sample(
  fc
    .tuple(
      fc.nat(3),
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 3000, size: "max" }),
        fc.constant(new Uint8Array(999).fill(0xff)),
      ),
      fc.nat(100_000),
      fc.constantFrom(0, 0, 1, 0x80, 0xff),
    )
    .map((parts) => flipped(...parts)),
  { numRuns: 3000, seed: 1071 },
);

const [client, server] = ["10.0.0.1:4000", "10.0.0.2:80"];
const text = fc.sample(fc.uint8Array({ minLength: 6000, maxLength: 6000 }), { numRuns: 1, seed: 793 })[0] as Uint8Array;

/** A segment of the text, with one byte changed where `flip` is not 0; whole, or in fragments of so many bytes. */
function segments(start: number, length: number, flip: number, cut: number): Frame[] {
  const data = text.slice(start, start + length);
  data[length >> 1] = (data[length >> 1] ?? 0) ^ flip;
  const packet = tcpPacket(client, server, { seq: 1001 + start, ack: 5001, data });
  return (cut === 0 ? [packet] : fragmentAt(packet, [cut])).map((each) => frame(each));
}

const shuffled = fc
  .sample(
    fc.tuple(
      fc.nat(5000),
      fc.integer({ min: 16, max: 900 }),
      fc.constantFrom(0, 0, 0, 5),
      fc.constantFrom(0, 0, 0, 24),
    ),
    { numRuns: 300, seed: 815 },
  )
  .flatMap((parts) => segments(...parts));

const reordered = [
  frame(tcpPacket(client, server, { seq: 1000, flags: "S" })),
  frame(tcpPacket(server, client, { seq: 5000, ack: 1001, flags: "SA" })),
  frame(tcpPacket(client, server, { seq: 1001, ack: 5001 })),
  ...shuffled,
  frame(tcpPacket(client, server, { seq: 1001 + 5900, ack: 5001, flags: "FA" })),
];

/** What the twin says in a thread without WebAssembly. */
function saidByTwin(
  frames: readonly Frame[],
  params: Partial<NidsParams> = {},
): Promise<Verdicts & { readonly findings: readonly string[] }> {
  const { bytes, length, offset, capturedLength, originalLength, seconds, nanoseconds } = new Capture(frames).batch();
  const worker = new Worker(new URL("./kernel-twin-worker.js", import.meta.url), {
    workerData: { bytes, length, offset, capturedLength, originalLength, seconds, nanoseconds, params },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** What callbacks find: in an engine with the kernel, in one with the twins, and on the way of any frame. */
async function foundAlike(frames: readonly Frame[], params: Partial<NidsParams> = {}): Promise<readonly string[]> {
  const kernel = findingsOf(new Capture(frames).batch(), false, params);
  expect(findingsOf(new Capture(frames).batch(), true, params)).to.deep.equal(kernel);
  expect((await saidByTwin(frames, params)).findings).to.deep.equal(kernel);
  return kernel;
}

describe("the kernel and its twins", () => {
  it("agree about the checksums of every packet", async () => {
    const kernel = verdictsOf(new Capture(frames).batch());
    const twin = await saidByTwin(frames);
    expect(kernel.hasWebAssembly).to.equal(true);
    expect(twin.hasWebAssembly).to.equal(false);
    expect(twin.verdicts).to.deep.equal(kernel.verdicts);
    expect(new Set(kernel.verdicts).size, "both right and wrong ones were there").to.be.greaterThan(2);
  });

  it("agree about segments that wait, overlap and contradict each other", async () => {
    const kernel = verdictsOf(new Capture(reordered).batch());
    expect((await saidByTwin(reordered)).verdicts).to.deep.equal(kernel.verdicts);
    const all = kernel.verdicts.join();
    expect(all).to.include("JUST_ESTABLISHED").and.include("DATA").and.include("tcp-overlap-conflict");
  });

  it("agree about running connections, and so does the way of any frame", async () => {
    const kernel = await foundAlike(runningConnections(text));
    expect(kernel.length, "notifications").to.be.greaterThan(500);
    expect(kernel.at(-1)).to.match(/"tcpStaleTimestamp":[1-9].*"tcpUnfollowed":[1-9].*"tcpOutOfOrder":[1-9]/);
  });

  it("agree about connections that open and close, in every way", async () => {
    const found = await foundAlike(shortConnections());
    for (const state of ["CLOSE", "RESET", "TIMED_OUT", "EXITING"]) expect(found.join("\n")).to.include(` ${state} `);
  });

  const watches: readonly Partial<NidsParams>[] = [
    {},
    { scanPorts: 1, scanDelayMs: 50 },
    { scanPorts: 4, maxScanSources: 7, scanDelayMs: 2000 },
    { maxScanSources: 1, scanPorts: 2 },
    { scanPorts: 0, scanDelayMs: 1 },
    { maxScanSources: 0 },
    { maxStreams: 5 },
    { midstream: false, lingerMs: 0, maxStreams: 40 },
    { followTcp: false },
  ];
  for (const params of watches) {
    it(`agree about SYNs and scans, with ${JSON.stringify(params)}`, async () => {
      const found = await foundAlike(manySyns(3000), params);
      const counters = JSON.parse(found.at(-1) ?? "") as { [name: string]: number };
      const scans = found.filter((line) => line.startsWith("port-scan ")).length;
      expect(scans > 0).to.equal(params.maxScanSources !== 0);
      if (params.maxScanSources === 7) expect(counters["scanSourcesForgotten"]).to.be.greaterThan(100);
    });
  }

  it("agree about connections by which the table grows", async () => {
    const found = await foundAlike(floodOfHandshakes(5000), { maxStreams: 6000 });
    expect(found.filter((line) => line.includes(" JUST_ESTABLISHED "))).to.have.length(5000);
  });

  const limits: readonly Partial<NidsParams>[] = [
    { segmentPolicy: "bsd" },
    { segmentPolicy: "last" },
    { segmentPolicy: "linux" },
    { segmentPolicy: "first", maxReassemblyBytes: 16_384 },
    { segmentPolicy: "linux", maxQueuedSegments: 4 },
    { segmentPolicy: "first", maxQueuedBytes: 500 },
    { segmentPolicy: "last", maxReassemblyBytes: 16_384 },
    { segmentPolicy: "bsd", holeGraceSegments: 2, holeGraceMs: 50 },
    { segmentPolicy: "bsd", holePolicy: "wait", stuckCloseTimeoutMs: 1000 },
    { segmentPolicy: "linux", finTakesSequence: false },
  ];
  for (const [seed, params] of limits.entries()) {
    it(`agree about segments in any order, with ${JSON.stringify(params)}`, async () => {
      const found = await foundAlike(disorderedConnections(160, seed), params);
      const counters = JSON.parse(found.at(-1) ?? "") as { [name: string]: number };
      expect(counters["tcpOutOfOrder"]).to.be.greaterThan(300);
      expect(counters["tcpDuplicates"]).to.be.greaterThan(100);
    });
  }

  const fragmentLimits: readonly Partial<NidsParams>[] = [
    { checksums: "verify" },
    {},
    { checksums: "ignore" },
    { checksums: "verify", maxFragmentedDatagrams: 3 },
    { checksums: "verify", maxFragmentsPerDatagram: 3 },
    { checksums: "verify", maxFragmentBytes: 16_384 },
    { checksums: "verify", fragmentTimeoutMs: 1500 },
    { checksums: "verify", fragmentPolicy: "bsd-right" },
    { checksums: "verify", fragmentPolicy: "discard" },
    { checksums: "verify", fragmentPolicyByNetwork: { "10.0.9.0/24": "last" } },
    { checksums: "verify", checksumRules: [{ network: "10.0.0.3", verify: false }] },
    { checksums: "verify", maxStreams: 10 },
  ];
  for (const [seed, params] of fragmentLimits.entries()) {
    it(`agree about datagrams in fragments, with ${JSON.stringify(params)}`, async () => {
      const found = await foundAlike(fragmentedTraffic(120, seed), params);
      const counters = JSON.parse(found.at(-1) ?? "") as { [name: string]: number };
      expect(counters["fragments"]).to.be.greaterThan(1000);
      expect(counters["datagramsReassembled"]).to.be.greaterThan(300);
    });
  }
});
