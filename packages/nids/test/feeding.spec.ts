/** Ways of feeding an engine besides process and run: one frame at a time, and what a source has at hand. */
import type { PacketTime } from "@tsnids/nids";
import { CallbackError, Nids, NidsError } from "@tsnids/nids";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { LinkType } from "@tsnids/pcap";
import { capture, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { ChunkedSource } from "./chunked-source.js";
import { closed, established, following, smallNids, text } from "./following.js";

const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" });
const time: PacketTime = { seconds: 12, nanoseconds: 34 };

describe("processFrame", () => {
  it("takes frames one by one, as process takes a batch of them", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(following(({ state, server }) => void heard.push(`${state} ${text(server.data)}`)));
    for (const each of closed(established().send("client", "abc")).frames) nids.processFrame(each.bytes, each.time);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "DATA abc", "CLOSE "]);
  });

  it("takes any link type, time and snap length", () => {
    const nids = smallNids();
    const seen: unknown[] = [];
    nids.registerUdp(({ seconds, nanoseconds, missing }) => void seen.push([seconds, nanoseconds, missing]));
    const { bytes } = frame(packet);
    nids.processFrame(bytes, time);
    nids.processFrame(packet, time, LinkType.RAW);
    nids.processFrame(
      frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "xyz" })).bytes.slice(0, -2),
      time,
      1,
      bytes.length + 2,
    );
    expect(seen).to.deep.equal([
      [12, 34, 0],
      [12, 34, 0],
      [12, 34, 2],
    ]);
  });

  it("learns about the checksums of a link type across frames", () => {
    const nids = smallNids({ checksums: "auto" });
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    const bad = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x", checksum: "bad" });
    for (let round = 0; round < 5; round++) {
      nids.processFrame(frame(bad).bytes, time);
      nids.processFrame(packet, time, LinkType.RAW);
    }
    expect(alerts).to.deep.equal(["checksum-offload"]);
  });

  it("says what is wrong with an argument", () => {
    const nids = smallNids();
    const bytes = new Uint8Array(60);
    for (const [wanted, call] of [
      ["frame", () => nids.processFrame("bytes" as unknown as Uint8Array, time)],
      ["frame", () => nids.processFrame(undefined as unknown as Uint8Array, time)],
      ["time", () => nids.processFrame(bytes, undefined as unknown as PacketTime)],
      ["time.seconds", () => nids.processFrame(bytes, { seconds: 1.5, nanoseconds: 0 })],
      ["time.nanoseconds", () => nids.processFrame(bytes, { seconds: 1, nanoseconds: 1e9 })],
      ["linkType", () => nids.processFrame(bytes, time, -1)],
      ["originalLength", () => nids.processFrame(bytes, time, 1, 59)],
    ] as const) {
      expect(call).to.throw(NidsError, wanted).with.property("code", "invalid-argument");
    }
    nids.processFrame(frame(packet).bytes, time);
    expect(nids.statistics().udpDatagrams).to.equal(1);
  });

  it("reports a callback that throws", () => {
    const nids = smallNids();
    nids.registerUdp(() => {
      throw new Error("no");
    });
    expect(() => nids.processFrame(frame(packet).bytes, time))
      .to.throw(CallbackError)
      .with.property("frame", 0);
  });
});

describe("process", () => {
  it("says what is wrong with an argument, and counts nothing", () => {
    const nids = smallNids();
    const batch = capture([frame(packet)]).batch();
    for (const first of [-1, 2, 0.5, Number.NaN]) {
      expect(() => nids.process(batch, first))
        .to.throw(NidsError, "first")
        .with.property("code", "invalid-argument");
    }
    for (const wrong of [undefined, null, {}, new Uint8Array(60)]) {
      expect(() => nids.process(wrong as FrameBatch))
        .to.throw(NidsError, "batch")
        .with.property("code", "invalid-argument");
    }
    nids.process(batch, 1);
    nids.process(batch);
    expect(nids.statistics()).to.include({ frames: 1, udpDatagrams: 1 });
  });
});

describe("a source", () => {
  const frames = capture([closed(established().send("client", "a").send("client", "b"))]);
  /** What calls come to: their results, or the codes of their errors. */
  const outcomes = async (calls: readonly Promise<unknown>[]): Promise<unknown[]> =>
    Promise.all(calls.map(async (call) => call.catch((error: unknown) => error instanceof NidsError && error.code)));

  it("is an object with batches()", async () => {
    const nids = smallNids();
    for (const wrong of [undefined, null, "x.pcap", {}]) {
      const source = wrong as FrameSource;
      const calls = [nids.run(source), nids.next(source), nids.dispatch(source)];
      expect(await outcomes(calls)).to.deep.equal(new Array(3).fill("invalid-argument"));
    }
  });

  it("gives batches: anything else ends the run as its own error would", async () => {
    for (const wrong of [undefined, null, 5, {}, "frames"]) {
      const source = { batches: () => [wrong] } as unknown as FrameSource;
      const nids = smallNids();
      const heard: string[] = [];
      nids.registerTcp(following(({ state }) => void heard.push(state)));
      nids.process(established().batch());
      expect(await outcomes([nids.dispatch(source), nids.run({ ...source })])).to.deep.equal([
        "invalid-argument",
        "invalid-argument",
      ]);
      expect(heard).to.deep.equal(["JUST_ESTABLISHED", "EXITING"]);
    }
  });

  it("is read by one call at a time, and no frame is lost", async () => {
    const nids = smallNids();
    const source = new ChunkedSource(frames, 2);
    const calls = [nids.dispatch(source, 1), nids.dispatch(source, 1), nids.run(source), nids.next(source)];
    expect(await outcomes(calls)).to.deep.equal([1, "reentrant", "reentrant", "reentrant"]);
    const rest = [nids.run(source), nids.next(source)];
    expect(await outcomes(rest)).to.deep.equal([undefined, "reentrant"]);
    expect(nids.statistics().frames).to.equal(frames.length);
  });

  it("is not begun from a callback", async () => {
    const nids = smallNids();
    const calls: Promise<unknown>[] = [];
    const other = new ChunkedSource(frames, 100);
    nids.registerTcp(() => void calls.push(nids.run(other), nids.next(other), nids.dispatch(other)));
    await nids.run(new ChunkedSource(frames, 100));
    expect(await outcomes(calls)).to.deep.equal(new Array(3).fill("reentrant"));
    expect(nids.statistics().frames).to.equal(frames.length);
  });
});

describe("dispatch", () => {
  const frames = capture([closed(established().send("client", "a").send("client", "b"))]);

  for (const [chunk, count, expected] of [
    [3, 2, [2, 1, 2, 1, 2, 0]],
    [3, 100, [3, 3, 2, 0]],
    [3, undefined, [3, 3, 2, 0]],
    [100, undefined, [8, 0]],
    [1, 5, [1, 1, 1, 1, 1, 1, 1, 1, 0]],
  ] as const) {
    it(`takes at most ${count ?? "all"} frames of the ${chunk} at hand, and does not exit`, async () => {
      const nids = smallNids();
      const heard: string[] = [];
      nids.registerTcp(following(({ state }) => void heard.push(state)));
      const source = new ChunkedSource(frames, chunk);
      for (const taken of expected) expect(await nids.dispatch(source, count)).to.equal(taken);
      expect(heard).to.deep.equal(["JUST_ESTABLISHED", "DATA", "DATA", "CLOSE"]);
    });
  }

  it("goes on behind a frame whose callback threw", async () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following(({ state, server }) => {
        heard.push(`${state} ${text(server.data)}`);
        if (text(server.data) === "a") throw new Error("no a");
      }),
    );
    const source = new ChunkedSource(frames, 100);
    const error = await nids.dispatch(source).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.an.instanceOf(CallbackError).with.property("stream", "10.0.0.1:40000 -> 10.0.0.2:80");
    expect(await nids.dispatch(source)).to.equal(4);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "DATA a", "DATA b", "CLOSE "]);
  });

  it("refuses a count that is none", async () => {
    for (const count of [0, -1, 1.5, Number.NaN]) {
      const error = await smallNids()
        .dispatch(new ChunkedSource(frames, 1), count)
        .catch((reason: unknown) => reason);
      expect(error).to.be.an.instanceOf(NidsError).with.property("code", "invalid-argument");
    }
  });
});

describe("an engine for which there is no memory", () => {
  it("is not made, and says which parameters to lower", () => {
    const platform = (globalThis as unknown as { WebAssembly: { Memory: unknown } }).WebAssembly;
    const { Memory } = platform;
    platform.Memory = function () {
      throw new RangeError("could not allocate memory");
    };
    try {
      expect(() => new Nids())
        .to.throw(NidsError, "maxStreams")
        .with.property("code", "no-memory");
    } finally {
      platform.Memory = Memory;
    }
  });
});
