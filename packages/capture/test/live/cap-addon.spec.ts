// Why the addon is missing, told from what npm left on the disk; what the wrapper around it does and refuses, over an
// addon of the tests that behaves as cap 0.2.1 does.

import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
// Of the same module as what is tested: the package exports one module made of all.
import { CaptureError } from "../../dist/capture-error.js";
import { LinkType, MemorySource } from "@tsnids/pcap";
import { expect } from "chai";
import { loadCap } from "../../dist/live/cap-addon.js";
import type { Cap, CapAddon } from "../../dist/live/cap-addon.js";
import { CapCapture } from "../../dist/live/cap-capture.js";
import { capSnapLength } from "../../dist/live/cap-handle.js";
import { CapHandle } from "../../dist/live/cap-handle.js";
import { WallClock } from "../../dist/live/wall-clock.js";
import { temporaryDirectory } from "../sample.js";

describe("loadCap", () => {
  const directory = temporaryDirectory();

  /** What loading says in a folder with these files. */
  function errorWith(project: string, ...files: readonly string[]): string {
    for (const file of files) {
      const path = directory.path(`${project}/node_modules/cap/${file}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file === "package.json" ? '{"name":"cap"}' : 'require("./build/Release/cap.node");');
    }
    mkdirSync(directory.path(project), { recursive: true });
    try {
      loadCap(createRequire(directory.path(`${project}/program.js`)));
    } catch (error) {
      expect(error).to.be.instanceOf(CaptureError).with.property("code", "cap-missing");
      return (error as CaptureError).message;
    }
    throw new Error("it was loaded");
  }

  it("says that it was never built", () => {
    expect(errorWith("never"))
      .to.match(/^cap: the addon is not installed: libpcap's headers or a compiler were missing/)
      .and.contain("sudo apt-get install libpcap-dev");
  });

  it("says that install scripts were blocked", () => {
    expect(errorWith("blocked", "package.json", "index.js"))
      .to.match(/^cap: the addon was not built because npm ran no install scripts/)
      .and.contain("npm rebuild cap");
  });

  it("says that it was built for something else", () => {
    expect(errorWith("other", "package.json", "index.js", "build/Release/cap.node"))
      .to.match(/^cap: the addon was built for another platform than \w+ \w+ with Node \d+/)
      .and.contain("npm rebuild cap");
  });

  it("names the alternatives, in one line", () => {
    expect(errorWith("never")).to.contain('the backend "tcpdump" or "dumpcap", pcap-over-IP').and.not.contain("\n");
  });
});

/** An addon that opens everything; tests play its frames. */
class FakeAddon {
  opened: { device: string; filter: string; bufferSize: number; buffer: Buffer } | undefined;
  linkType = "ETHERNET";
  openError: Error | undefined;
  readonly calls: string[] = [];
  #onPacket: (length: number, truncated: boolean) => void = () => undefined;

  readonly load = (): CapAddon => {
    const cap: Cap = {
      open: (device, filter, bufferSize, buffer) => {
        if (this.openError !== undefined) throw this.openError;
        this.opened = { device, filter, bufferSize, buffer };
        return this.linkType;
      },
      send: (frame, length) => void this.calls.push(`send ${frame.length} ${length}`),
      close: () => {
        this.calls.push("close");
        return true;
      },
      on: (_event, listener) => (this.#onPacket = listener),
      removeAllListeners: () => undefined,
    };
    // A function that returns an object is a constructor of it.
    function OneCap(): Cap {
      return cap;
    }
    return { Cap: Object.assign(OneCap, { deviceList: () => [] }) as unknown as CapAddon["Cap"] };
  };

  /** A frame of `length` bytes arrives that begins with `head`. */
  frame(length: number, head: readonly number[] = []): void {
    this.opened?.buffer.fill(0).set(head);
    this.#onPacket(length, false);
  }
}

const request = {
  device: "dev0",
  filter: "tcp",
  promiscuous: true,
  snapLength: 262144,
  bufferSize: 1 << 20,
  queueSize: 1 << 20,
  profile: "latency",
} as const;

describe("CapHandle", () => {
  it("refuses to send when it is closed, and closes once", () => {
    const addon = new FakeAddon();
    const handle = new CapHandle("dev0", "", 1 << 20, () => undefined, addon.load);
    handle.send(new Uint8Array(60));
    handle.close();
    handle.close();
    expect(() => handle.send(new Uint8Array(60)))
      .to.throw(CaptureError)
      .with.property("code", "closed");
    expect(addon.calls).to.deep.equal(["send 60 60", "close"]);
  });

  it("does not touch what failed to open", () => {
    const addon = new FakeAddon();
    addon.openError = new Error("That device is not up");
    expect(() => new CapHandle("dev0", "", 1 << 20, () => undefined, addon.load))
      .to.throw(CaptureError, "dev0: the device is not up (ip link set dev0 up)")
      .with.property("code", "device-down");
    expect(addon.calls).to.deep.equal([]);
  });

  for (const [said, filter, code] of [
    ["No such device exists", "", "unknown-device"],
    ["socket: Operation not permitted", "tcp", "no-permission"],
    ["can't parse filter expression: syntax error", "tpc", "bad-filter"],
    ["illegal port number 70000 > 65535", "tcp port 70000", "bad-filter"],
    ["can't find socket: Too many open files", "", "capture-failed"],
    ["can't find socket: Too many open files", "tcp", "capture-failed"],
  ] as const) {
    it(`knows what "${said}" means`, () => {
      const addon = new FakeAddon();
      addon.openError = new Error(said);
      expect(() => new CapHandle("dev0", filter, 1 << 20, () => undefined, addon.load))
        .to.throw(CaptureError)
        .with.property("code", code);
    });
  }

  it("knows link types by name and by number", () => {
    const addon = new FakeAddon();
    for (const [said, linkType] of [
      ["LINKTYPE_LINUX_SLL", LinkType.LINUX_SLL],
      ["RAW", LinkType.RAW],
      ["Unknown linktype 276", 276],
    ] as const) {
      addon.linkType = said;
      expect(new CapHandle("dev0", "", 1 << 20, () => undefined, addon.load).linkType).to.equal(linkType);
    }
  });

  it("is refused in a worker thread", async () => {
    const handle = new URL("../../dist/live/cap-handle.js", import.meta.url).href;
    const worker = new Worker(
      `import { parentPort } from "node:worker_threads";
       import { CapHandle } from ${JSON.stringify(handle)};
       try { new CapHandle("lo", "", 65536, () => undefined); } catch (error) { parentPort.postMessage(error.code); }`,
      { eval: true, execArgv: ["--input-type=module"] },
    );
    const code = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    expect(code).to.equal("in-worker");
  });
});

describe("CapCapture", () => {
  const clock = { wall: () => 1_000_000_000_250, monotonic: () => 7.5 };

  /** The frames captured while `play` goes on: lengths and times. */
  function framesOf(addon: FakeAddon, play: () => void, snapLength = 262144): string[] {
    const blocks: Uint8Array[] = [];
    const capture = new CapCapture(
      { ...request, snapLength },
      (bytes) => blocks.push(bytes.slice()),
      new WallClock(clock),
      addon.load,
    );
    play();
    capture.close();
    const frames: string[] = [];
    for (const batch of new MemorySource(Buffer.concat(blocks)).batches()) {
      for (let index = 0; index < batch.length; index++) {
        const [captured, original] = [batch.capturedLength[index], batch.originalLength[index]];
        frames.push(`${captured}/${original} ${batch.seconds[index]}.${batch.nanoseconds[index]}`);
      }
    }
    return frames;
  }

  it("stamps frames and writes them as a capture file", () => {
    const addon = new FakeAddon();
    expect(framesOf(addon, () => [60, 1514].forEach((length) => addon.frame(length)))).to.deep.equal([
      "60/60 1000000000.250000000",
      "1514/1514 1000000000.250000000",
    ]);
    expect(addon.opened).to.include({ device: "dev0", filter: "tcp", bufferSize: 1 << 20 });
  });

  it("cuts frames to the snap length and says how long they were", () => {
    const addon = new FakeAddon();
    expect(framesOf(addon, () => addon.frame(1514), 96)[0]).to.match(/^96\/1514 /);
  });

  it("tells by the IP header how long a frame was that the addon cut", () => {
    const ethernet = (type: readonly number[]): number[] => [...new Array<number>(12).fill(0), ...type];
    const jumbogram = [0x60, ...new Array<number>(39).fill(0), 6, 0, 0xc2, 4];
    for (const [head, length] of [
      [[...ethernet([0x08, 0x00]), 0x45, 0, 0xff, 0xff], 14 + 65535],
      [[...ethernet([0x81, 0x00, 0, 5, 0x08, 0x00]), 0x45, 0, 0xff, 0xff], 18 + 65535],
      [[...ethernet([0x86, 0xdd]), 0x60, 0, 0, 0, 0xff, 0xf0], 14 + 40 + 65520],
      // BIG TCP: no length, or that of a jumbogram, unless nothing can be so long.
      [[...ethernet([0x08, 0x00]), 0x45, 0, 0, 0], 14 + 65536],
      [[...ethernet([0x86, 0xdd]), 0x60, 0, 0, 0, 0, 0, 6], 14 + 40 + 65536],
      [[...ethernet([0x86, 0xdd]), ...jumbogram, 0, 2, 0xb9, 0x40], 14 + 40 + 178496],
      [[...ethernet([0x86, 0xdd]), ...jumbogram, 0xff, 0xff, 0xff, 0xff], capSnapLength],
      [ethernet([0x08, 0x06]), capSnapLength],
      [[...ethernet([0x88, 0x47]), 0x45, 0, 0xff, 0xff], capSnapLength], // MPLS: no IP header, though it looks like one
    ] as const) {
      const addon = new FakeAddon();
      expect(framesOf(addon, () => addon.frame(capSnapLength, head))[0]).to.match(
        new RegExp(`^${capSnapLength}/${length} `),
      );
    }
  });

  it("hands frames on while more arrive, without waiting for the event loop", () => {
    const addon = new FakeAddon();
    let blocks = 0;
    new CapCapture(request, () => blocks++, new WallClock(clock), addon.load);
    for (let count = 0; count < 1000; count++) addon.frame(1514);
    expect(blocks).to.be.above(10);
  });
});

describe("WallClock", () => {
  it("counts with the monotonic clock and follows the wall clock when that is set", () => {
    let wall = 5000;
    let monotonic = 100;
    const clock = new WallClock({ wall: () => wall, monotonic: () => monotonic });
    const read = (): string => {
      clock.read();
      return `${clock.seconds} ${clock.nanoseconds}`;
    };
    monotonic = 100.25;
    expect(read()).to.equal("5 250000");
    [wall, monotonic] = [65_000, 160]; // set forward by a minute
    expect(read()).to.equal("65 0");
    [wall, monotonic] = [10_000, 161]; // set back: time stands still until it is reached
    expect(read()).to.equal("65 0");
    [wall, monotonic] = [66_000, 56_161];
    expect(read()).to.equal("66 0");
  });
});
