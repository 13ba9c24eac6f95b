/**
 * Live captures of real programs: nginx and curl on two hosts in network namespaces, watched on the device between them.
 *
 * TSNIDS_LIVE_MIB sets the size of the download in MiB, for a longer run by hand.
 */
import { expect } from "chai";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describeNeeding } from "../left-out.js";
import { clientDevice, Network } from "./live/network.js";
import { Watched } from "./live/watched.js";
import { WebServer } from "./live/web-server.js";

const mebibytes = Number(process.env["TSNIDS_LIVE_MIB"] ?? 50);
const device = clientDevice;

/** Bytes per second of a download that everything keeps up with. */
const gentleRate = 50_000_000;

const needs = ["root", "network namespaces", "nginx", "curl", "cap", "tcpdump", "dumpcap"] as const;

describeNeeding(needs, "live capture of a download", function () {
  this.timeout(120_000 + 100 * mebibytes);
  const network = new Network();
  const server = new WebServer(network, mebibytes);

  for (const backend of ["cap", "tcpdump", "dumpcap"] as const) {
    it(`has every byte, equal to the file, and reports no loss: ${backend}`, async () => {
      const watched = await Watched.start(network, "client", { device, options: { backend, filter: "tcp port 8080" } });
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
  }

  it("reports as gaps what is lost at full speed with little room and a slow callback", async () => {
    const watched = await Watched.start(network, "client", {
      device,
      options: { queueSize: 65536 },
      params: { idleTimeoutMs: 2000, closingTimeoutMs: 2000 }, // in case the end of the connection is lost, too
      work: 100, // 10 MB/s
    });
    await server.download();
    const stream = await watched.event("stream");
    const { live, counters } = await watched.stop();
    const missing = stream.gaps.reduce((sum, [, length]) => sum + length, 0);
    expect([counters["gaps"], counters["gapBytes"]]).to.deep.equal([stream.gaps.length, missing]);
    // Where the end was seen, nothing is missing without being reported. What is lost at the end is in no gap: it may be all there is.
    if (stream.state === "CLOSE") expect(stream.bytes + missing).to.equal(server.size + stream.header);
    else expect(stream.bytes + missing).to.be.below(server.size + stream.header);
    expect(stream.bytes).to.be.below(server.size);
    expect(live.droppedInQueue).to.be.above(0);
    const warnings = watched.lines.flatMap((line) => (line.event === "warning" ? [line.code] : []));
    expect(warnings).to.include("slow-consumer").and.include("frames-dropped");
    expect(warnings.filter((code) => code === "slow-consumer")).to.have.length(1);
  });
});

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
  }
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
