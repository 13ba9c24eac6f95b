/** Exiting, using an engine again, sources that fail, and several engines at once. */
import { setImmediate } from "node:timers/promises";
import { FrameBatch } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { Nids, NidsError } from "@tsnids/nids";
import { capture, conversation, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { ChunkedSource } from "./chunked-source.js";
import { established, following, smallNids, text } from "./following.js";
import { collectGarbage } from "./garbage.js";

/** An engine with a log of states and bytes. */
function logging(nids: Nids = smallNids()): { nids: Nids; heard: string[] } {
  const heard: string[] = [];
  nids.registerTcp(
    following((stream) => void heard.push(`${stream.clientPort} ${stream.state} ${text(stream.server.data)}`)),
  );
  return { nids, heard };
}

describe("exit", () => {
  it("tells every open stream and forgets it; the registrations and counters stay", () => {
    const { nids, heard } = logging();
    const talk = established(1).send("client", "x");
    nids.process(talk.batch());
    nids.exit();
    nids.exit();
    nids.process(established(1).batch());
    nids.exit();
    expect(heard).to.deep.equal([
      ...["1 JUST_ESTABLISHED ", "1 DATA x", "1 EXITING "],
      ...["1 JUST_ESTABLISHED ", "1 EXITING "],
    ]);
    expect(nids.statistics()).to.include({ frames: 7, streams: 2, exiting: 2 });
  });

  it("forgets half-open connections and incomplete datagrams", () => {
    const { nids, heard } = logging();
    const datagrams: string[] = [];
    nids.registerUdp(({ data }) => void datagrams.push(text(data)));
    const handshake = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:80" }).handshake().capture();
    const fragments = capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789abcdef" }))]).fragment(
      0,
      [8],
    );
    nids.process(capture([handshake.drop(2), fragments.drop(1)]).batch());
    nids.exit();
    nids.process(capture([handshake.drop(0).drop(0), fragments.drop(0)]).batch());
    nids.exit();
    expect(heard).to.deep.equal([]);
    expect(datagrams).to.deep.equal([]);
    expect(nids.statistics().datagramsGivenUp).to.equal(2);
  });

  it("lets time begin anew", () => {
    const { nids } = logging();
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    nids.process(
      conversation({ client: "10.0.0.1:1", server: "10.0.0.2:80", start: "2000000000" }).handshake().batch(),
    );
    nids.exit();
    nids.process(
      conversation({ client: "10.0.0.1:1", server: "10.0.0.2:80", start: "1000000000" }).handshake().batch(),
    );
    expect(alerts).to.deep.equal([]);
  });

  it("forgets the VLANs it has seen", () => {
    const nids = smallNids({ maxScopes: 1 });
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    for (const vlan of [5, 6]) {
      nids.process(
        conversation({ client: "10.0.0.1:1", server: "10.0.0.2:80", vlan: [vlan] })
          .handshake()
          .batch(),
      );
      nids.exit();
    }
    expect(alerts).to.deep.equal([]);
  });

  it("reports the counters", () => {
    const nids = smallNids();
    const frames: number[] = [];
    nids.on("statistics", (snapshot) => void frames.push(snapshot.frames));
    nids.process(established().batch());
    nids.exit();
    expect(frames).to.deep.equal([3]);
  });
});

describe("run and next", () => {
  it("run ends with exit; the same source can be run again", async () => {
    const { nids, heard } = logging();
    const source = new ChunkedSource(established(1).capture(), 2);
    await nids.run(source);
    await nids.run(source);
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 EXITING ", "1 JUST_ESTABLISHED ", "1 EXITING "]);
  });

  it("next takes one frame and does not exit", async () => {
    const { nids, heard } = logging();
    const source = new ChunkedSource(established(1).send("client", "x").capture(), 3);
    const frames: number[] = [];
    while (await nids.next(source)) frames.push(nids.statistics().frames);
    expect(frames).to.deep.equal([1, 2, 3, 4]);
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 DATA x"]);
  });

  it("next and run go on where the other stopped", async () => {
    const { nids, heard } = logging();
    const source = new ChunkedSource(established(1).send("client", "x").send("client", "y").capture(), 100);
    for (let frames = 0; frames < 4; frames++) await nids.next(source);
    await nids.run(source);
    expect(nids.statistics().frames).to.equal(5);
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 DATA x", "1 DATA y", "1 EXITING "]);
  });

  it("a source that fails ends the run: exit first, then the source's error", async () => {
    const { nids, heard } = logging();
    const broken: FrameSource = {
      *batches(): Generator<FrameBatch> {
        yield established(1).batch();
        throw new Error("disk gone");
      },
    };
    const error = await nids.run(broken).catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(Error).with.property("message", "disk gone");
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 EXITING "]);
  });

  it("an asynchronous source is as good", async () => {
    const { nids, heard } = logging();
    await nids.run({
      async *batches(): AsyncGenerator<FrameBatch> {
        for (const batch of new ChunkedSource(established(1).send("client", "x").capture(), 1).batches()) {
          await Promise.resolve();
          yield batch;
        }
      },
    });
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 DATA x", "1 EXITING "]);
  });

  it("a source that reads into the engine's memory is as good", async () => {
    const { nids, heard } = logging();
    await nids.run({
      *batches(intake?: Uint8Array): Generator<FrameBatch> {
        const batch = established(1).send("client", "x").batch();
        if (intake === undefined) throw new Error("an intake is offered");
        intake.set(batch.bytes);
        batch.bytes = intake;
        yield batch;
      },
    });
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 DATA x", "1 EXITING "]);
  });

  it("sources in turn, and batches in between, do not overwrite each other's frames", async () => {
    const { nids, heard } = logging();
    const inIntake = (data: string, id: number): FrameSource => ({
      *batches(intake?: Uint8Array): Generator<FrameBatch> {
        const batch = established(id).send("client", data).batch();
        if (intake !== undefined) {
          intake.set(batch.bytes);
          batch.bytes = intake;
        }
        yield batch;
      },
    });
    const [first, second] = [inIntake("one", 1), inIntake("two", 2)];
    await nids.next(first);
    nids.process(established(3).send("client", "three").batch());
    await nids.next(second);
    while (await nids.next(first));
    while (await nids.next(second));
    await nids.run(inIntake("four", 4));
    expect(heard.filter((line) => line.includes("DATA"))).to.deep.equal([
      "3 DATA three",
      "1 DATA one",
      "2 DATA two",
      "4 DATA four",
    ]);
    expect(nids.statistics()).to.include({ frames: 16, tcpInvalid: 0, ipInvalid: 0 });
  });

  it("the intake goes to the next source when the one that had it is at its end, or failed", async () => {
    const { nids } = logging();
    const offered: boolean[] = [];
    const source = (error?: Error): FrameSource => ({
      *batches(intake?: Uint8Array): Generator<FrameBatch> {
        offered.push(intake !== undefined);
        yield established(1).batch();
        if (error !== undefined) throw error;
      },
    });
    await nids.run(source());
    await nids.run(source(new Error("gone"))).catch(() => undefined);
    const half = source();
    await nids.next(half);
    await nids.run(source());
    await nids.run(half);
    await nids.run(source());
    expect(offered).to.deep.equal([true, true, true, false, true]);
  });

  it("a batch may be larger than what is copied at once, and its frames in any order", () => {
    const { nids, heard } = logging();
    const talk = established(1);
    for (let segments = 0; segments < 1200; segments++) talk.send("client", new Uint8Array(1400));
    const batch = talk.batch();
    const bytes = new Uint8Array(batch.bytes.length);
    let end = bytes.length;
    for (let index = 0; index < batch.length; index++) {
      const offset = batch.offset[index] ?? 0;
      const length = batch.capturedLength[index] ?? 0;
      end -= length;
      bytes.set(batch.bytes.subarray(offset, offset + length), end);
      batch.offset[index] = end;
    }
    batch.bytes = bytes;
    nids.process(batch);
    expect(heard.length).to.equal(1201);
    expect(nids.statistics()).to.include({ frames: 1203, tcpInvalid: 0, ipInvalid: 0 });
  });

  it("a frame longer than what is copied at once is the caller's mistake", () => {
    const batch = established(1).batch();
    batch.bytes = new Uint8Array(3 << 20);
    batch.capturedLength[0] = 2 << 20;
    expect(() => smallNids().process(batch))
      .to.throw(NidsError)
      .with.property("code", "invalid-argument");
  });
});

describe("an engine that nobody holds any more", () => {
  it("is given up with its memory, even with streams that are open", async () => {
    const used = (): WeakRef<Nids> => {
      const { nids } = logging();
      nids.process(established().send("client", "x").batch());
      return new WeakRef(nids);
    };
    const engine = used();
    await setImmediate(); // What a WeakRef was asked for, or made of, stays until the turn of the event loop is over.
    collectGarbage();
    expect(engine.deref()).to.equal(undefined);
  });

  it("is not kept by another one that its callback had set to work", async () => {
    const other = smallNids();
    const used = (): WeakRef<Nids> => {
      const nids = smallNids();
      nids.registerTcp((stream) => {
        stream.server.collect++;
        other.process(established().batch());
      });
      nids.process(established().send("client", "x").batch());
      return new WeakRef(nids);
    };
    const engine = used();
    await setImmediate();
    collectGarbage();
    expect(engine.deref()).to.equal(undefined);
    expect(other.statistics().frames).to.be.greaterThan(0);
  });
});

describe("several engines", () => {
  it("know nothing of each other", () => {
    const engines = Array.from({ length: 20 }, () => logging());
    const batches = engines.map((_, index) =>
      established(index + 1)
        .send("client", `engine ${index}`)
        .batch(),
    );
    for (let index = 0; index < 4; index++) {
      engines.forEach(({ nids }, engine) => {
        const batch = batches[engine];
        if (batch === undefined) return;
        batch.length = index + 1;
        nids.process(batch, index);
      });
    }
    engines.forEach(({ nids, heard }, index) => {
      nids.exit();
      const port = index + 1;
      expect(heard).to.deep.equal([`${port} JUST_ESTABLISHED `, `${port} DATA engine ${index}`, `${port} EXITING `]);
    });
  });

  it("made one after the other do not exhaust memory", () => {
    for (let made = 0; made < 1000; made++) new Nids().process(established().batch());
  }).timeout(60_000);
});

describe("silence", () => {
  const start = 1_000_000_000;

  /** A batch without frames that says how far time has come, in seconds after the conversations begin. */
  function silence(seconds: number): FrameBatch {
    const batch = new FrameBatch(1);
    batch.beSilent(start + seconds);
    return batch;
  }

  it("gives up what is too old, at the time that has come", () => {
    const { nids, heard } = logging(smallNids({ idleTimeoutMs: 5000 }));
    const times: number[] = [];
    nids.registerTcp(
      following(({ state }) => {
        if (state === "TIMED_OUT") times.push(nids.time.seconds - start);
      }),
    );
    nids.process(established(1).batch());
    for (const seconds of [1, 4, 5]) nids.process(silence(seconds));
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED "]);
    nids.process(silence(6));
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "1 TIMED_OUT "]);
    expect(times).to.deep.equal([6]);
    expect(nids.statistics()).to.include({ frames: 3, timedOut: 1 });
  });

  it("makes a gap of a hole that was acknowledged, and a statistics event", () => {
    const nids = smallNids({ statisticsIntervalSeconds: 2 });
    const heard: string[] = [];
    nids.registerTcp(following(({ server }) => void heard.push(`${server.gapLength} ${text(server.data)}`)));
    let reports = 0;
    nids.on("statistics", () => reports++);
    const talk = established(1).segment("client", { seq: 3, data: "def" }).ack("server", { ack: 6 });
    nids.process(talk.batch());
    heard.length = 0;
    nids.process(silence(1));
    nids.process(silence(2));
    expect(heard).to.deep.equal(["3 ", "0 def"]);
    expect(reports).to.equal(1);
  });

  it("does not turn time back, and means nothing before the first packet", () => {
    const { nids, heard } = logging(smallNids({ idleTimeoutMs: 5000 }));
    const alerts: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    nids.process(silence(100));
    nids.process(established(1).batch());
    nids.process(silence(-50));
    nids.process(new FrameBatch(1));
    nids.process(established(2).batch());
    expect(heard).to.deep.equal(["1 JUST_ESTABLISHED ", "2 JUST_ESTABLISHED "]);
    expect(alerts).to.deep.equal([]);
  });

  it("passes through run and next; a callback that throws on the way does not end the run for good", async () => {
    const nids = smallNids({ idleTimeoutMs: 5000 });
    const heard: string[] = [];
    let isThrown = false;
    nids.registerTcp(
      following(({ state, clientPort }) => {
        heard.push(`${clientPort} ${state}`);
        if (state === "TIMED_OUT" && !isThrown) {
          isThrown = true;
          throw new Error("too old");
        }
      }),
    );
    const source: FrameSource = {
      *batches(): Generator<FrameBatch> {
        yield established(1).batch();
        yield silence(10);
        yield conversation({ client: "10.0.0.1:2", server: "10.0.0.2:80", start: String(start + 11) })
          .handshake()
          .batch();
      },
    };
    for (let frames = 0; frames < 3; frames++) expect(await nids.next(source)).to.equal(true);
    const error = await nids.run(source).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(NidsError).with.property("code", "callback-failed");
    await nids.run(source);
    expect(heard).to.deep.equal([...["1 JUST_ESTABLISHED", "1 TIMED_OUT"], ...["2 JUST_ESTABLISHED", "2 EXITING"]]);
  });
});
