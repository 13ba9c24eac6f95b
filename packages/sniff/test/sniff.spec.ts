// So many packets: as a list, to a callback, to a file and from one; and how sniffing ends.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { CaptureError, LiveSource, Recorder } from "@tsnids/capture";
import { LinkType } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import { fromFile, fromFileLoop, sniff, sniffAny, sniffLoop, sniffNext, toFile } from "@tsnids/sniff";
import type { OpenSource } from "@tsnids/sniff";
import { capture, conversation, frame, udpPacket } from "@tsnids/testkit";
import type { Frame } from "@tsnids/testkit";
import { expect } from "chai";
import { opening } from "./decoded.js";
import { rejection } from "./rejection.js";

const web = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
  .handshake()
  .send("client", "GET / HTTP/1.0\r\n\r\n")
  .fin("server");
const frames = capture([web, frame(udpPacket("10.0.0.1:53", "10.0.0.2:53", { data: "x" }), { time: "1000000500" })]);

describe("sniff", () => {
  it("gives so many packets, of the device and filter it is told", async () => {
    const open = opening(frames);
    const packets = await sniff(2, { open, device: "eth7", filter: "tcp" });
    expect(packets.map(({ tcp }) => tcp?.flags)).to.deep.equal([0x02, 0x12]);
    expect(open.asked).to.deep.equal([{ device: "eth7", filter: "tcp" }]);
  });

  it("gives fewer where the source ends first", async () => {
    expect(await sniff(100, { open: opening(frames) })).to.have.lengthOf(6);
    expect(await sniff(Infinity, { open: opening(frames), filter: "udp" })).to.have.lengthOf(1);
  });

  it("ends when time is up, though the source waits for ever", async () => {
    expect(await sniff(100, { open: opening(frames, { waits: true }), timeout: 1 })).to.have.lengthOf(6);
  });

  it("ends when time is up, though the source never waits", async () => {
    for (const batch of [frames.batch(), capture([]).batch()]) {
      let batches = 0;
      const endless = function* (): Generator<FrameBatch> {
        for (; batches < 200_000; batches++) yield batch;
      };
      const open: OpenSource = () => ({ batches: endless });
      await sniffLoop({ open, timeout: 1 }, () => undefined);
      expect(batches).to.be.below(200_000);
    }
  });

  it("counts time from when the device is open, so that none hides what is wrong with it", async () => {
    const wrong = new CaptureError("unknown-device", "eth7", "no such device");
    const backend = {
      name: "slow",
      open: async (): Promise<never> => {
        for (const start = performance.now(); performance.now() < start + 5;) await setImmediate();
        throw wrong;
      },
    };
    const open: OpenSource = (_device, options) => new LiveSource("eth7", { ...options, backend });
    expect(await rejection(sniff(1, { open, timeout: 1 }))).to.equal(wrong);
  });

  it("ends when the signal is aborted", async () => {
    const stop = new AbortController();
    let packets = 0;
    const open = opening(frames, { waits: true });
    await sniffLoop({ open, signal: stop.signal }, () => {
      packets++;
      if (packets === 3) stop.abort();
    });
    expect(packets).to.equal(3);
    expect(await sniff(1, { open, signal: stop.signal })).to.deep.equal([]);
    expect(await rejection(sniff(1, { open, signal: stop.signal, filter: "port foo" }))).to.include({
      name: "FilterError",
    });
  });

  it("closes the source when it has enough, and says so by the signal", async () => {
    let isClosed = false;
    const signals: AbortSignal[] = [];
    const open = opening(frames);
    await sniff(1, {
      open: (device, options) => ({
        async *batches() {
          try {
            signals.push(options.signal);
            yield* open(device, options).batches();
          } finally {
            await Promise.resolve();
            isClosed = true;
          }
        },
      }),
    });
    expect(isClosed).to.equal(true);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
  });

  it("passes on what the source throws, and closes the dump", async () => {
    const failure = new Error("gone");
    const open = (): never => {
      throw failure;
    };
    expect(await rejection(sniff(1, { open }))).to.equal(failure);
    expect(await rejection(sniffNext({ open: opening(frames), filter: "port foo" }))).to.include({
      code: "unknown-name",
    });
  });

  it("refuses counts and timeouts that are none", async () => {
    for (const count of [0, -1, 1.5, NaN]) {
      expect(await rejection(sniff(count, { open: opening(frames) }))).to.include({ code: "invalid-argument" });
    }
    for (const timeout of [0, -1, NaN, 2 ** 31]) {
      expect(await rejection(sniff(1, { timeout, open: opening(frames) }))).to.include({ code: "invalid-argument" });
    }
  });
});

describe("sniffNext and sniffAny", () => {
  it("give one packet, or none", async () => {
    const open = opening(frames);
    expect((await sniffNext({ open, filter: "udp" }))?.udp?.sourcePort).to.equal(53);
    expect(await sniffNext({ open, filter: "icmp" })).to.equal(undefined);
    expect((await sniffAny({ open }))?.tcp?.has("SYN")).to.equal(true);
    expect(open.asked.at(-1)?.device).to.equal("any");
  });
});

describe("sniffLoop", () => {
  it("calls with time, packet and the arguments it was given", async () => {
    const lines: string[] = [];
    const count = await sniffLoop(
      { count: 2, open: opening(frames), filter: "tcp" },
      (timestamp, packet, name, port) => {
        lines.push(`${timestamp.toString()} ${packet.tcp?.sourcePort ?? 0} ${name.toUpperCase()} ${port + 1}`);
      },
      "name",
      80,
    );
    expect(count).to.equal(2);
    expect(lines).to.deep.equal([
      "2001-09-09T01:46:40.000000000Z 40000 NAME 81",
      "2001-09-09T01:46:40.001000000Z 80 NAME 81",
    ]);
  });

  it("waits for a callback, and ends with what it throws", async () => {
    const failure = new Error("enough");
    let running = 0;
    const looping = sniffLoop({ open: opening(frames) }, async (_timestamp, packet) => {
      expect(++running).to.equal(1);
      await Promise.resolve();
      running--;
      if (packet.tcp?.has("FIN") === true) throw failure;
    });
    expect(await rejection(looping)).to.equal(failure);
  });
});

describe("files", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-sniff-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("are written while sniffing, and read again byte for byte", async () => {
    const dump = join(folder, "dump.pcap");
    const seen: number[] = [];
    await sniffLoop({ count: 3, dump, open: opening(frames) }, () => {
      seen.push(readFileSync(`${dump}.part`).length);
    });
    expect(seen[1]).to.be.above(seen[0] ?? 0);
    const read = await fromFile(dump);
    expect(read.map(({ bytes }) => bytes)).to.deep.equal(frames.frames.slice(0, 3).map(({ bytes }) => bytes));
    expect(read.map(({ timestamp }) => timestamp.toString())[2]).to.equal("2001-09-09T01:46:40.002000000Z");
  });

  it("are written by toFile, with a count, a filter and a device", async () => {
    const path = join(folder, "to-file.pcap");
    const open = opening(frames);
    expect(await toFile(path, 2, "tcp", "eth7", { open })).to.equal(2);
    expect(open.asked).to.deep.equal([{ device: "eth7", filter: "tcp" }]);
    expect(await fromFile(path)).to.have.lengthOf(2);
    expect(await toFile(path, 2, "icmp", undefined, { open })).to.equal(0);
    expect(await fromFile(path)).to.deep.equal([]);
  });

  it("are read with a filter and a count, as a list or in a loop", async () => {
    const path = join(folder, "all.pcap");
    writeFileSync(path, frames.pcap());
    expect(await fromFile(path)).to.have.lengthOf(6);
    expect(await fromFile(path, { filter: "tcp", count: 2 })).to.have.lengthOf(2);
    const names: string[] = [];
    const add = (_timestamp: unknown, { ip }: { ip: { source: string } | undefined }, to: string[]): void => {
      to.push(ip?.source ?? "");
    };
    expect(await fromFileLoop(path, 1, add, names)).to.equal(1);
    expect(await fromFileLoop(path, { filter: "udp" }, add, names)).to.equal(1);
    expect(names).to.deep.equal(["10.0.0.1", "10.0.0.1"]);
  });

  it("tell of a capture that ends inside a record", async () => {
    const path = join(folder, "cut.pcap");
    writeFileSync(path, frames.pcap().subarray(0, -3));
    const codes: string[] = [];
    expect(await fromFile(path, { onWarning: ({ code }) => codes.push(code) })).to.have.lengthOf(5);
    expect(codes).to.deep.equal(["cut-record"]);
  });

  it("tell of frames that the filter cannot judge, which are left out", async () => {
    const path = join(folder, "mixed.pcapng");
    const write = (...written: readonly Frame[]): void => {
      const recorder = new Recorder(path, { overwrites: true });
      recorder.write(capture(written).batch());
      recorder.finish();
    };
    const raw = frame(udpPacket("10.0.0.1:53", "10.0.0.2:53", { data: "x" }), { link: LinkType.RAW });
    write(raw, ...frames.frames, raw);
    const said: string[] = [];
    const onUnreadable = ({ code }: { readonly code: string }): unknown => said.push(code);
    expect(await fromFile(path, { filter: "not vlan", onUnreadable })).to.have.lengthOf(6);
    expect(said).to.deep.equal(["unsupported-link-type"]);
    expect(await fromFile(path, { filter: "not vlan" })).to.have.lengthOf(6);
    write(raw, raw);
    expect(await rejection(fromFile(path, { filter: "not vlan" }))).to.include({ code: "unsupported-link-type" });
  });

  it("that cannot be read or written are named", async () => {
    expect(await rejection(fromFile(join(folder, "none.pcap")))).to.include({ code: "not-found" });
    for (const [dump, why] of [
      [join(folder, "none", "x.pcap"), "cannot be written: there is no such folder"],
      [folder, "is there and no regular file; give another name"],
    ] as const) {
      const open = opening(frames);
      const message = `${dump}: ${why}`;
      const error = await rejection(sniff(1, { dump, open }));
      expect(error).to.include({ name: "SniffError", code: "dump-failed", message });
      expect([open.asked.length, existsSync(`${dump}.part`)]).to.deep.equal([0, false]);
    }
    const mixed = [...web.frames, frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "" }), { link: LinkType.RAW })];
    const path = join(folder, "mixed.pcap");
    expect(await rejection(toFile(path, 9, undefined, undefined, { open: opening(mixed) }))).to.include({
      code: "mixed-link-types",
    });
  });
});
