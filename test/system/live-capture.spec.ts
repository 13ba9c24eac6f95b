/**
 * Live captures of real programs: nginx and curl on two hosts in network namespaces, watched on the device between them.
 *
 * One download has the full size of a gigabyte, 21 s at 50 MB/s; the others are shorter. TSNIDS_LIVE_MIB sets the size
 * of all, in MiB.
 */
import { CaptureError, LiveInjector } from "@tsnids/capture";
import type { LiveStatistics } from "@tsnids/capture";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";
import { clientDevice, Network } from "./live/network.js";
import { Watched } from "./live/watched.js";
import type { LineOf } from "./live/watched.js";
import type { WatchTask } from "./live/watch.js";
import { WebServer } from "./live/web-server.js";

const device = clientDevice;

/** Bytes per second of a download that everything keeps up with. */
const gentleRate = 50_000_000;

/**
 * Bytes of the kernel's ring: with offloads its places are for 64 KiB each, so that the usual one is full after
 * some 1000 frames.
 */
const roomyRing = 256 * 1024 * 1024;

/** A frame that nobody is asked to read: EtherType 0x88b5 is for experiments (IEEE 802). */
const frame = Uint8Array.from({ length: 60 }, (_, index) => [0x88, 0xb5][index - 12] ?? 0);

const needs = ["root", "network namespaces", "nginx", "curl", "cap", "tcpdump", "dumpcap"] as const;

for (const [backend, usualSize] of [
  ["cap", 1024],
  ["tcpdump", 64],
  ["dumpcap", 64],
] as const) {
  const mebibytes = Number(process.env["TSNIDS_LIVE_MIB"] ?? usualSize);

  describeNeeding(needs, `live capture of a download, ${backend}`, function () {
    this.timeout(120_000 + 100 * mebibytes);
    const network = new Network();
    const server = new WebServer(network, mebibytes);

    it("has every byte, equal to the file, and reports no loss", async () => {
      const watched = await Watched.start(network, "client", {
        device,
        options: { backend, filter: "tcp port 8080", bufferSize: roomyRing },
      });
      await server.download(gentleRate);
      const { state, reason, bytes, header, sha256, gaps } = await watched.event("stream");
      const { live, counters } = await watched.stop();
      expect({ state, reason, gaps, sha256 }).to.deep.equal({
        state: "CLOSE",
        reason: "fin",
        gaps: [],
        sha256: server.sha256,
      });
      expect(bytes - header).to.equal(server.size);
      expect([live.droppedByKernel, live.droppedInQueue]).to.deep.equal(
        backend === "cap" ? ["unknown", 0] : [0, "unknown"],
      );
      expect(live.received).to.equal(counters["frames"]);
      expect(watched.lines.map(({ event }) => event)).to.deep.equal(["open", "stream", "end"]);
    });

    it("has every byte at full speed, or reports it as missing", async () => {
      const { stream } = await atFullSpeed({ device, options: { backend, filter: "tcp port 8080" } });
      if (stream.gaps.length === 0 && stream.state === "CLOSE") expect(stream.sha256).to.equal(server.sha256);
    });

    if (backend === "cap") {
      it("reports as gaps what is lost at full speed with little room and a slow callback", async () => {
        // 10 MB/s, and next to nothing waits
        const { stream, watched, live } = await atFullSpeed({ device, options: { queueSize: 65536 }, work: 100 });
        // What is lost at the end of the connection is in no gap: it may be all there is.
        expect(stream.bytes).to.be.below(server.size);
        expect(live.droppedInQueue).to.be.above(0);
        const warnings = watched.lines.flatMap((line) => (line.event === "warning" ? [line.code] : []));
        expect(warnings).to.include("slow-consumer").and.include("frames-dropped");
        expect(warnings.filter((code) => code === "slow-consumer")).to.have.length(1);
      });
    }

    /** Downloads as fast as it goes: every byte is delivered or in a gap. */
    async function atFullSpeed(
      task: WatchTask,
    ): Promise<{ readonly stream: LineOf<"stream">; readonly watched: Watched; readonly live: LiveStatistics }> {
      // In case the end of the connection is lost, too.
      const params = { idleTimeoutMs: 2000, closingTimeoutMs: 2000 };
      const watched = await Watched.start(network, "client", { ...task, params });
      await server.download();
      const stream = await watched.event("stream");
      const { live, counters } = await watched.stop();
      const missing = stream.gaps.reduce((sum, [, length]) => sum + length, 0);
      expect([counters["gaps"], counters["gapBytes"]]).to.deep.equal([stream.gaps.length, missing]);
      expect(stream.bytes + missing).to.be.at.most(server.size + stream.header);
      // Where the end was seen, nothing is missing without being reported.
      if (stream.state === "CLOSE") expect(stream.bytes + missing).to.equal(server.size + stream.header);
      return { stream, watched, live };
    }
  });
}

describeNeeding(["root", "network namespaces", "cap", "ethtool"], "live capture of small packets", function () {
  this.timeout(60_000);

  it("calls an empty callback for each of 50,000 packets/s of 64 bytes for 10 s", () => {
    const program = join(repository, "bench/live.js");
    const said = execFileSync(process.execPath, [program, "50000", "10", "cap"], { encoding: "utf8" });
    const [, sent, received] = /^cap +sent (\d+) .* received (\d+) +lost 0 /m.exec(said) ?? [];
    expect([Number(sent) >= 490_000, received], said).to.deep.equal([true, sent]);
  });
});

describeNeeding(
  ["root", "network namespaces", "nginx", "curl", "cap", "ethtool"],
  "offloads that begin later",
  function () {
    this.timeout(60_000);
    const network = new Network();
    const server = new WebServer(network, 4);
    const offload = (state: "on" | "off"): unknown =>
      network.run("client", "ethtool", "-K", device, ...["tso", "gso", "gro"].flatMap((name) => [name, state]));

    it("make frames longer than their places in the ring, which are cut and not invalid", async () => {
      offload("off");
      const watched = await Watched.start(network, "client", { device });
      offload("on");
      await server.download();
      const stream = await watched.event("stream");
      const { live, counters } = await watched.stop();
      const missing = stream.gaps.reduce((sum, [, length]) => sum + length, 0);
      expect([live.cut > 0, counters["ipInvalid"]]).to.deep.equal([true, 0]);
      expect(stream.bytes + missing).to.equal(server.size + stream.header);
    });
  },
);

describeNeeding(["root", "network namespaces", "cap", "tcpdump", "dumpcap"], "a device that goes away", function () {
  this.timeout(60_000);
  const network = new Network();

  for (const backend of ["cap", "tcpdump", "dumpcap"] as const) {
    it(`is an error event, and the process is alive: ${backend}`, async () => {
      const watched = await Watched.start(network, "client", { device, options: { backend } });
      network.unlink();
      const { code, message } = await watched.event("error");
      network.link();
      expect([code, message]).to.deep.equal(["device-lost", message]);
      expect(message).to.match(/^c0: the device (was removed|went down|went down or was removed)$/);
      await watched.event("alive");
      await watched.stop();
    });

    it(`is one that is gone also where one of its name is there at once: ${backend}`, async () => {
      const watched = await Watched.start(network, "client", { device, options: { backend } });
      network.unlink();
      network.link();
      const { code } = await watched.event("error");
      expect(code).to.equal("device-lost");
      await watched.event("alive");
      await watched.stop();
    });
  }

  it("is one that went down also where it is up again at once: cap", async () => {
    const watched = await Watched.start(network, "client", { device, options: { backend: "cap" } });
    network.bounce();
    const { code, message } = await watched.event("error");
    expect([code, message]).to.deep.equal(["device-lost", "c0: the device went down, and is up again"]);
    await watched.stop();
  });
});

describeNeeding(["root", "cap"], "LiveInjector, when it is used wrongly", function () {
  this.timeout(30_000);

  it("refuses to send on a device that can only be captured on", async () => {
    const code = await LiveInjector.open("any").catch((error: unknown) => (error as CaptureError).code);
    expect(code).to.equal("not-injectable");
  });

  it("refuses what is no frame, by name", async () => {
    const injector = await LiveInjector.open("lo");
    try {
      for (const wrong of [undefined, null, "some string that is long enough", { length: 60 }, new ArrayBuffer(60)]) {
        expect(() => injector.inject(wrong as unknown as Uint8Array))
          .to.throw(CaptureError, "inject(frame)")
          .with.property("code", "invalid-option");
      }
      expect([injector.sent, injector.failed]).to.deep.equal([0, 0]);
    } finally {
      await injector.close();
    }
  });
});

describeNeeding(["root", "cap"], "LiveInjector, when it is given more than is sent", function () {
  this.timeout(60_000);

  it("tells that its process died before the frames were sent, also while it is closed", async () => {
    const injector = await LiveInjector.open("lo");
    const codes: string[] = [];
    injector.on("error", ({ code }) => codes.push(code));
    for (let index = 0; index < 5000; index++) injector.inject(frame);
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1").trim().split(" ");
    process.kill(Number(children.at(-1)), "SIGKILL");
    await injector.close();
    expect([codes, injector.failed]).to.deep.equal([["capture-crashed"], 1]);
  });

  it("counts what finds no room, and has sent all else when it is closed", async () => {
    const count = 100_000;
    const counter = "/sys/class/net/lo/statistics/tx_packets";
    const packets = (): number => Number(readFileSync(counter, "latin1"));
    const injector = await LiveInjector.open("lo");
    const codes = new Set<string>();
    injector.on("error", ({ code }) => codes.add(code));
    const before = packets();
    for (let index = 0; index < count; index++) injector.inject(frame);
    const { sent, failed } = injector;
    expect([sent + failed, [...codes]]).to.deep.equal([count, ["send-failed"]]);
    expect(sent).to.be.within(10_000, 20_000);
    await injector.close();
    expect(injector.failed).to.equal(failed);
    expect(packets() - before).to.be.at.least(sent);
  });
});

describeNeeding(["root", "network namespaces", "cap", "tcpdump"], "LiveInjector", function () {
  this.timeout(30_000);
  const network = new Network();

  it("sends frames, and tells when the device is gone, its process being alive", async () => {
    const arrives = await network.lookOut("server", "ether proto 0x88b5");
    const program = fileURLToPath(new URL("live/inject.js", import.meta.url));
    const injecting = network.start("client", process.execPath, program);
    await arrives();
    network.unlink();
    injecting.stdin?.end();
    const result: unknown = JSON.parse(await text(injecting.stdout!));
    expect(result).to.deep.equal({ sent: 1, failed: 2, codes: ["device-lost", "send-failed"] });
  });
});
