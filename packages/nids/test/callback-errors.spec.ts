/** Callbacks that throw, and callbacks that call the engine they are called from. */
import type { Nids } from "@tsnids/nids";
import { CallbackError, NidsError, TcpState } from "@tsnids/nids";
import { addTime, Capture, capture, defaultStart, frame, tcpPacket, time, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { ChunkedSource } from "./chunked-source.js";
import { established, following, smallNids, text } from "./following.js";

/** What `work` throws. */
function thrown(work: () => void): CallbackError {
  try {
    work();
  } catch (error) {
    if (error instanceof CallbackError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** An engine whose first callback throws at "b", and the log of its second one. */
function throwingAtB(): { nids: Nids; heard: string[] } {
  const nids = smallNids();
  const heard: string[] = [];
  nids.registerTcp(
    following((stream) => {
      if (stream.state === TcpState.DATA && text(stream.server.data) === "b") throw new Error("no b please");
    }),
  );
  nids.registerTcp(following((stream) => void heard.push(`${stream.state} ${text(stream.server.data)}`)));
  return { nids, heard };
}

const threeLetters = established().send("client", "a").send("client", "b").send("client", "c");
const heardOfThree = ["JUST_ESTABLISHED ", "DATA a", "DATA b", "DATA c"];

describe("a tcp callback that throws", () => {
  it("is reported with its stream and frame, after the others were called", () => {
    const { nids, heard } = throwingAtB();
    const error = thrown(() => nids.process(threeLetters.batch()));
    expect(error).to.include({ code: "callback-failed", frame: 4, stream: "10.0.0.1:40000 -> 10.0.0.2:80" });
    expect(error.message).to.contain("no b please");
    expect(error.cause).to.be.an.instanceOf(Error).with.property("message", "no b please");
    expect(heard).to.deep.equal(heardOfThree.slice(0, 3));
    expect(nids.statistics().callbackErrors).to.equal(1);
  });

  it("lets process go on behind the frame", () => {
    const { nids, heard } = throwingAtB();
    const batch = threeLetters.batch();
    const { frame: failed } = thrown(() => nids.process(batch));
    nids.process(batch, failed + 1);
    nids.exit();
    expect(heard).to.deep.equal([...heardOfThree, "EXITING "]);
  });

  for (const size of [1, 2, 100]) {
    it(`lets run go on behind the frame, in batches of ${size}`, async () => {
      const { nids, heard } = throwingAtB();
      const source = new ChunkedSource(threeLetters.capture(), size);
      const error = await nids.run(source).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.an.instanceOf(CallbackError);
      await nids.run(source);
      expect(heard).to.deep.equal([...heardOfThree, "EXITING "]);
      expect(nids.statistics().frames).to.equal(6);
    });
  }

  it("at JUST_ESTABLISHED still listens where it had asked before", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        heard.push(stream.state);
        if (stream.state === TcpState.JUST_ESTABLISHED) throw new Error("too early");
      }),
    );
    const batch = established().send("client", "a").batch();
    nids.process(batch, thrown(() => nids.process(batch)).frame + 1);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "DATA"]);
  });

  it("at EXITING does not keep the others from it, and exit throws afterwards", () => {
    const nids = smallNids();
    const heard: number[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.EXITING) return;
        heard.push(stream.clientPort);
        throw new Error(`port ${stream.clientPort}`);
      }),
    );
    for (const port of [1, 2, 3]) nids.process(established(port).batch());
    expect(thrown(() => nids.exit()).message).to.contain("port 1");
    expect(heard).to.deep.equal([1, 2, 3]);
    expect(nids.statistics()).to.include({ exiting: 3, callbackErrors: 3 });
    nids.exit();
  });

  it("may throw anything", () => {
    const nids = smallNids();
    nids.registerTcp(() => {
      throw null as unknown as Error;
    });
    expect(thrown(() => nids.process(established().batch())).cause).to.equal(null);
  });

  for (const [what, value] of [
    ["an object without a prototype", Object.create(null)],
    ["an error whose message has no text", Object.assign(new Error("x"), { message: Object.create(null) as unknown })],
  ] as const) {
    it(`may throw what cannot be turned into a text: ${what}`, () => {
      const nids = smallNids();
      nids.registerTcp(() => {
        throw value as unknown;
      });
      const error = thrown(() => nids.process(established().batch()));
      expect(error.cause).to.equal(value);
      expect(error.message).to.match(/threw: a value of type object that has no text$/);
    });
  }
});

describe("other callbacks that throw", () => {
  const datagram = capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }))]);

  it("are reported without a stream, after the others were called", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerUdp(() => heard.push("udp"));
    nids.registerUdp(() => {
      throw new Error("udp");
    });
    nids.registerIp(() => {
      heard.push("ip");
      throw new Error("ip");
    });
    const error = thrown(() => nids.process(datagram.batch()));
    expect(error).to.include({ stream: undefined, frame: 0 });
    expect(error.message).to.contain("ip");
    expect(heard).to.deep.equal(["ip", "udp"]);
  });

  it("include the ip filter", () => {
    const nids = smallNids({
      ipFilter: () => {
        throw new Error("filter");
      },
    });
    expect(thrown(() => nids.process(datagram.batch())).message).to.contain("filter");
  });

  it("include listeners to the alert that ends a trial of checksums", () => {
    const frames = [...established().frames];
    for (let port = 0; port < 150; port++) {
      frames.push(frame(tcpPacket(`10.0.1.${port}:1`, "10.0.0.2:80", { seq: 1, flags: "A", checksum: "bad" })));
    }
    const talk = established();
    while (frames.length < 1100) frames.push(talk.build("client", { data: "" }));
    const timed = frames.map((each, index) => ({
      ...each,
      time: addTime(defaultStart, time(`0.${String(index).padStart(6, "0")}`)),
    }));
    for (const watched of [true, false]) {
      const nids = smallNids({ checksums: "auto" });
      const times: number[] = [];
      nids.on("alert", ({ detail, nanoseconds }) => {
        if (detail !== "on the whole interface") return;
        times.push(nanoseconds);
        throw new Error("offload");
      });
      if (watched) nids.registerIp(() => undefined);
      expect(thrown(() => nids.process(new Capture(timed).batch())).frame).to.equal(999);
      expect(times).to.deep.equal([999_000]);
    }
  });

  it("include listeners to alerts: the packet is finished first", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.on("alert", ({ code }) => {
      throw new Error(code);
    });
    nids.registerTcp(following((stream) => void heard.push(stream.state)));
    const late = established().segment("client", { seq: 10, data: "O" }).segment("client", { seq: -1, data: "X" });
    const batch = late.segment("client", { absoluteSeq: 1001, data: "0123456789" }).batch();
    const error = thrown(() => nids.process(batch));
    expect(error.message).to.contain("tcp-overlap-conflict");
    nids.process(batch, error.frame + 1);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "DATA", "DATA"]);
  });
});

describe("what a callback throws because the clock moves on", () => {
  /** A connection that times out, and packets of another one nobody is told of, a second apart. */
  const forgotten = established(40000);
  const alive = established(40001);
  for (let second = 1; second < 20; second++) alive.wait("1").ack("client").ack("server");
  const batch = capture([forgotten, alive]).batch();

  function timingOut(): Nids {
    const nids = smallNids({ idleTimeoutMs: 5000 });
    nids.registerTcp(
      following(({ state }) => {
        if (state === TcpState.TIMED_OUT) throw new Error("too late");
      }),
    );
    return nids;
  }

  it("is thrown behind the packet that moved it", () => {
    const nids = timingOut();
    const error = thrown(() => nids.process(batch));
    expect(error).to.include({ code: "callback-failed", stream: "10.0.0.1:40000 -> 10.0.0.2:80" });
    expect((batch.seconds[error.frame] ?? 0) - (batch.seconds[0] ?? 0)).to.equal(6);
    expect(batch.seconds[error.frame - 1]).to.be.below(batch.seconds[error.frame] ?? 0);
    expect(nids.statistics().frames).to.equal(error.frame + 1);
    nids.process(batch, error.frame + 1);
    nids.exit();
    expect(nids.statistics()).to.include({ frames: batch.length, timedOut: 1, exiting: 1 });
  });

  it("is thrown where every packet takes the way of any frame, too", () => {
    const nids = timingOut();
    nids.registerIp(() => undefined);
    expect(thrown(() => nids.process(batch)).frame).to.equal(thrown(() => timingOut().process(batch)).frame);
  });
});

describe("an engine called from its own callback", () => {
  for (const [name, call] of Object.entries({
    process: (nids: Nids) => nids.process(established(1).batch()),
    exit: (nids: Nids) => nids.exit(),
  })) {
    it(`refuses ${name}`, () => {
      const nids = smallNids();
      let error: unknown;
      nids.registerTcp(() => {
        try {
          call(nids);
        } catch (reason) {
          error = reason;
        }
      });
      nids.process(established().batch());
      expect(error).to.be.an.instanceOf(NidsError).with.property("code", "reentrant");
    });
  }

  it("may be another one", () => {
    const outer = smallNids();
    const inner = smallNids();
    const heard: string[] = [];
    inner.registerTcp(following((stream) => void heard.push(`inner ${stream.state}`)));
    outer.registerTcp(
      following((stream) => {
        heard.push(`outer ${stream.state} ${text(stream.server.data)}`);
        inner.process(established(7).batch());
        heard.push(`outer again ${text(stream.server.data)}`);
        inner.exit();
      }),
    );
    outer.process(established().send("client", "x").batch());
    expect(heard.filter((line) => line.startsWith("outer"))).to.deep.equal([
      ...["outer JUST_ESTABLISHED ", "outer again "],
      ...["outer DATA x", "outer again x"],
    ]);
  });
});
