/**
 * What kill() can be asked for, what it refuses, and what becomes of a stream that was killed.
 *
 *     stepped    expected ●───●───●───● … window        rails    dry run, networks, so many in a second
 */
import type { Injection, KillOptions, NidsParams, TcpStream } from "@tsnids/nids";
import { Nids, NidsError, TcpState } from "@tsnids/nids";
import type { Conversation } from "@tsnids/testkit";
import { capture, conversation, frame, windowScale } from "@tsnids/testkit";
import { expect } from "chai";
import { setImmediate } from "node:timers/promises";
import { established, following, smallNids } from "./following.js";

/** An engine that counts what its injector gets, and the stream it saw last. */
class Bench {
  readonly nids: Nids;
  readonly injected: Uint8Array[] = [];
  stream: TcpStream | undefined;

  constructor(params: Partial<NidsParams> = {}) {
    this.nids = smallNids({ injector: { inject: (bytes) => void this.injected.push(bytes) }, ...params });
    this.nids.registerTcp(following((stream) => void (this.stream = stream)));
  }

  /** The frames from `first` on. */
  process(talk: Conversation, first = 0): void {
    this.nids.process(capture([talk.frames.slice(first)]).batch());
  }

  kill(options?: KillOptions): Injection {
    if (this.stream === undefined) throw new Error("no stream");
    return this.stream.kill(options);
  }
}

/** Sequence numbers of plain IPv4 resets on Ethernet, by who gets them. */
function numbers({ frames }: Injection): string[] {
  return frames.map(({ bytes, to }) => `${to} ${new DataView(bytes.buffer).getUint32(14 + 20 + 4)}`);
}

function code(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof NidsError ? error.code : String(error);
  }
}

/** 3 bytes of the client, 5 of the server; the client's window is 800, the server's 4096. */
function talked(): Conversation {
  return established().send("client", "abc", { window: 800 }).send("server", "01234", { window: 4096 });
}

describe("kill() with options", () => {
  function killed(options?: KillOptions, talk = talked()): Injection {
    const bench = new Bench();
    bench.process(talk);
    const injection = bench.kill(options);
    expect(injection.frames.map(({ bytes }) => bytes)).to.deep.equal(bench.injected);
    return injection;
  }

  it("says what it has sent", () => {
    const { outcome, frames } = killed();
    expect(outcome).to.equal("sent");
    expect(frames.map(({ to, interfaceIndex, bytes }) => [to, interfaceIndex, bytes.length])).to.deep.equal([
      ...[["server", 0, 54] as const, ["client", 0, 54] as const],
      ...[["server", 0, 54] as const, ["client", 0, 54] as const],
    ]);
  });

  it("exact: one for each end", () => {
    expect(numbers(killed({ strategy: "exact" }))).to.deep.equal(["server 1004", "client 5006"]);
  });

  it("exact: behind what was acknowledged though it was not captured; libnids only counts what it saw", () => {
    const talk = talked().ack("client", { ack: 1000 });
    expect(numbers(killed({ strategy: "exact" }, talk))[1]).to.equal("client 6006");
    expect(numbers(killed({}, talk))[1]).to.equal("client 5006");
  });

  it("stepped: over the window, as it is meant", () => {
    expect(numbers(killed({ strategy: "stepped", steps: 4 }))).to.deep.equal([
      ...["server 1004", "client 5006", "server 2028", "client 5206"],
      ...["server 3052", "client 5406", "server 4076", "client 5606"],
    ]);
    expect(killed({ strategy: "stepped" }).frames).to.have.lengthOf(16);
    const scaled = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
      .handshake([windowScale(4)])
      .ack("server", { window: 1024 });
    const far = numbers(killed({ strategy: "stepped", steps: 2, sides: "server" }, scaled));
    expect(far).to.deep.equal(["server 1001", `server ${1001 + 1024 * 8}`]);
  });

  it("stepped: by as many bytes as it is told, and once where the window is closed", () => {
    const options = { strategy: "stepped", steps: 3, stepBytes: 1460, sides: "client" } as const;
    expect(numbers(killed(options))).to.deep.equal(["client 5006", "client 6466", "client 7926"]);
    const closed = talked().ack("client", { window: 0 });
    expect(numbers(killed({ strategy: "stepped", sides: "client" }, closed))).to.deep.equal(["client 5006"]);
  });

  it("to one side only", () => {
    expect(numbers(killed({ sides: "client" }))).to.deep.equal(["client 5006", "client 5406"]);
    expect(numbers(killed({ sides: "server" }))).to.deep.equal(["server 1004", "server 3052"]);
  });

  it("that there are not, or not so, is refused by name", () => {
    const bench = new Bench();
    bench.process(talked());
    for (const wrong of [
      ...[{ strategy: "hard" }, { sides: "all" }, { steps: 0 }, { steps: 65 }, { steps: 1.5 }, { stepBytes: -1 }],
      ...[{ dryRun: "yes" }, { side: "client" }, { toString: 1 }, { strategy: null }],
      ...[{ steps: 3 }, { stepBytes: 1460, strategy: "exact" }],
    ]) {
      const [name = ""] = Object.keys(wrong);
      expect(() => bench.kill(wrong as unknown as KillOptions))
        .to.throw(NidsError, name)
        .with.property("code", "invalid-argument");
    }
    for (const none of [null, []]) {
      expect(code(() => bench.kill(none as unknown as KillOptions))).to.equal("invalid-argument");
    }
    expect(bench.injected).to.have.lengthOf(0);
    expect(() => bench.kill({ strategy: undefined } as unknown as KillOptions)).not.to.throw();
  });

  it("knows the numbers of a stream that was running, from its first packet", () => {
    const nids = smallNids({ killDryRun: true });
    let first: string[] = [];
    nids.registerTcp((stream) => void (first = numbers(stream.kill({ strategy: "exact" }))));
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", clientIsn: 2 ** 31, serverIsn: 7 });
    nids.process(talk.segment("client", { data: "in the middle" }).batch());
    expect(first).to.deep.equal([`server ${2 ** 31 + 1}`, "client 8"]);
  });

  it("of a side that was never seen knows what the other has acknowledged", () => {
    for (const opened of [[], established().frames.slice(0, 1)]) {
      const talk = established().send("client", "get");
      for (let each = 0; each < 50; each++) talk.send("server", "x".repeat(1000)).ack("client");
      const ofClient = talk.frames.slice(3).filter(({ bytes }) => bytes[14 + 15] === 1);
      const bench = new Bench();
      bench.nids.process(capture([opened, ofClient]).batch());
      for (const strategy of ["libnids", "exact", "stepped"] as const) {
        expect(numbers(bench.kill({ strategy, sides: "client" }))[0], strategy).to.equal("client 55001");
      }
    }
  });

  it("sends nothing to an end of which no packet has said the number it expects", () => {
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" });
    const bench = new Bench();
    bench.process(talk.segment("client", { flags: "P", data: "abc" }));
    expect(numbers(bench.kill())).to.deep.equal(["server 1004", "server 1004"]);
    expect(code(() => bench.kill({ sides: "client" }))).to.equal("not-injectable");
    bench.process(talk.ack("client", { ack: 5 }), 1);
    expect(numbers(bench.kill({ strategy: "exact" }))).to.deep.equal(["server 1004", "client 5006"]);
  });
});

describe("kill() that persists", () => {
  const options = { strategy: "exact", persist: true } as const;

  /** What is injected after the kill, as "side number": the side that gets it. */
  function answers(then: (talk: Conversation) => void, given: KillOptions = options, letGo = false): string[] {
    const bench = new Bench();
    const talk = talked();
    bench.process(talk);
    const first = bench.kill(given).frames.length;
    if (letGo && bench.stream !== undefined) bench.stream.client.collect = bench.stream.server.collect = 0;
    const seen = talk.frames.length;
    then(talk);
    bench.process(talk, seen);
    return bench.injected.slice(first).map((bytes) => {
      const view = new DataView(bytes.buffer);
      return `${view.getUint16(34) === 80 ? "client" : "server"} ${view.getUint32(38)}`;
    });
  }

  const burst = (talk: Conversation): void =>
    void talk.send("server", "six by").send("server", "ten bytes.").ack("client");
  const expected = [...["server 1004", "client 5012", "server 1004", "client 5022"], ...["client 5022", "server 1004"]];

  it("answers what is sent in order with the numbers it says", () => {
    expect(answers(burst)).to.deep.equal(expected);
  });

  it("does so after the captured reset, and when nobody listens any more", () => {
    expect(answers((talk) => burst(talk.segment("server", { flags: "R" })))).to.deep.equal(expected);
    expect(answers(burst, options, true)).to.deep.equal(expected);
  });

  it("answers no resets, and only the sides it is for", () => {
    expect(answers((talk) => void talk.reset("client").reset("server"))).to.deep.equal([]);
    expect(answers(burst, { ...options, sides: "client" })).to.deep.equal([
      "client 5012",
      "client 5022",
      "client 5022",
    ]);
  });

  it("counts a FIN", () => {
    expect(answers((talk) => void talk.fin("client", { data: "z" }))).to.deep.equal(["client 5006", "server 1006"]);
  });

  it("ends with the grace, and after 1024 segments", () => {
    expect(answers((talk) => burst(talk.wait("2.5")))).to.deep.equal([]);
    const many = answers((talk) => {
      for (let each = 0; each < 1500; each++) talk.at("1000000000.5").send("client", "x");
    });
    expect(many).to.have.lengthOf(2 * 1024);
  });

  it("is what kill() does without being asked, and what no strategy does, nor a dry run", () => {
    expect(answers(burst, {})).to.deep.equal(expected);
    expect(answers(burst, { sides: "client" })).to.deep.equal(["client 5012", "client 5022", "client 5022"]);
    expect(answers(burst, { persist: false })).to.deep.equal([]);
    for (const strategy of ["libnids", "exact", "stepped"] as const) {
      expect(answers(burst, { strategy })).to.deep.equal([]);
    }
    expect(answers(burst, { ...options, dryRun: true })).to.deep.equal([]);
  });

  it("does not answer the segment in whose callback it was called", () => {
    const short = established().send("client", "z");
    const long = established().fin("client", { data: "z" });
    for (const talk of [short, long]) {
      for (const when of [TcpState.JUST_ESTABLISHED, TcpState.DATA]) {
        const frames: Uint8Array[] = [];
        const nids = smallNids({ injector: { inject: (bytes) => void frames.push(bytes) } });
        nids.registerTcp(following((stream) => (stream.state === when ? stream.kill() : undefined)));
        nids.process(capture([when === TcpState.DATA ? talk.frames : talk.frames.slice(0, -1)]).batch());
        expect(frames, when).to.have.lengthOf(4);
      }
    }
  });

  it("stops where the injector throws, and the packets are delivered all the same", () => {
    let left = 2;
    const injector = {
      inject: (): void => {
        if (left-- <= 0) throw new Error("gone");
      },
    };
    const bench = new Bench({ injector });
    const talk = talked();
    bench.process(talk);
    bench.kill(options);
    bench.process(talk.send("server", "more").send("server", "and more"), 5);
    expect(bench.stream?.client.count).to.equal(5 + 12);
    expect(left).to.equal(-1);
    expect(bench.nids.statistics()).to.include({ framesInjected: 2, injectionsFailed: 1 });
  });
});

describe("kill() and its rails", () => {
  it("a dry run makes the frames and sends nothing", () => {
    const bench = new Bench();
    bench.process(talked());
    const { outcome, frames } = bench.kill({ dryRun: true });
    expect([outcome, frames.length, bench.injected.length]).to.deep.equal(["dry-run", 4, 0]);
    expect(bench.stream?.killed).to.equal(undefined);
    expect(bench.nids.statistics()).to.include({ kills: 0, framesInjected: 0, killsRefused: 0 });
  });

  it("a dry run by parameter needs no injector, and can be set aside where there is one", () => {
    const bench = new Bench({ killDryRun: true, injector: undefined });
    bench.process(talked());
    for (const options of [{}, { dryRun: true }, { dryRun: false }]) {
      expect(bench.kill(options).outcome).to.equal("dry-run");
      expect(bench.kill(options).frames).to.have.lengthOf(4);
    }
    const armed = new Bench({ killDryRun: true });
    armed.process(talked());
    expect([armed.kill().outcome, armed.kill({ dryRun: false }).outcome]).to.deep.equal(["dry-run", "sent"]);
    expect(armed.injected).to.have.lengthOf(4);
  });

  const lists: readonly (readonly [Partial<NidsParams>, string])[] = [
    [{ killAllow: ["10.0.0.0/8"] }, "sent"],
    [{ killAllow: ["192.168.0.0/16", "10.0.0.2"] }, "sent"],
    [{ killAllow: ["192.168.0.0/16", "::/0"] }, "not-allowed"],
    [{ killDeny: ["10.0.0.1"] }, "not-allowed"],
    [{ killDeny: ["10.0.0.2/32"], killAllow: ["0.0.0.0/0"] }, "not-allowed"],
    [{ killDeny: ["10.0.1.0/24"] }, "sent"],
  ];
  for (const [params, outcome] of lists) {
    it(`${JSON.stringify(params)}: ${outcome}`, () => {
      const bench = new Bench(params);
      bench.process(talked());
      const injection = bench.kill();
      const refused = outcome === "sent" ? 0 : 1;
      expect(injection.outcome).to.equal(outcome);
      expect(injection.frames).to.have.lengthOf(refused === 0 ? 4 : 0);
      expect(bench.injected).to.have.lengthOf(injection.frames.length);
      expect(bench.nids.statistics()).to.include({
        ...{ kills: 1 - refused, killsRefused: refused, framesInjected: injection.frames.length },
      });
      expect(bench.kill({ dryRun: true }).outcome).to.equal(refused === 0 ? "dry-run" : "not-allowed");
    });
  }

  it("lists hold IPv6 too, and are checked", () => {
    const bench = new Bench({ killDeny: ["2001:db8::/32"] });
    bench.process(conversation({ client: "[2001:db8::1]:40000", server: "[::1]:80" }).handshake());
    expect(bench.kill().outcome).to.equal("not-allowed");
    for (const wrong of [["10.0.0.0/33"], ["example.org"], [7], "10.0.0.0/8"]) {
      expect(() => new Nids({ killAllow: wrong as string[] })).to.throw(NidsError, "killAllow");
    }
  });

  it("so many in a second of packet time, and again in the next one", () => {
    const bench = new Bench({ maxKillsPerSecond: 2 });
    const talk = talked();
    bench.process(talk);
    const outcomes = (): string[] =>
      [{}, { dryRun: true }, {}, {}].map((options) => bench.kill({ persist: false, ...options }).outcome);
    expect(outcomes()).to.deep.equal(["sent", "dry-run", "sent", "rate-limited"]);
    bench.process(talk.wait("1").ack("client"), 5);
    expect(outcomes()).to.deep.equal(["sent", "dry-run", "sent", "rate-limited"]);
    expect(bench.nids.statistics()).to.include({ kills: 4, killsRefused: 2, framesInjected: 16 });
    const never = new Bench({ maxKillsPerSecond: 0 });
    never.process(talked());
    expect(never.kill().outcome).to.equal("rate-limited");
  });

  it("so many in a packet's own second, where one was ahead of time", () => {
    const bench = new Bench({ maxKillsPerSecond: 1 });
    // The last one is no new second: sources of two clocks that are read by turns are allowed no more.
    const outcomes = [1_000_003_600, 1_000_000_000, 1_000_000_010, 1_000_003_600].flatMap((start, port) => {
      bench.process(
        conversation({ client: `10.0.0.1:${port + 1}`, server: "10.0.0.2:80", start: `${start}` }).handshake(),
      );
      return [bench.kill().outcome, bench.kill().outcome];
    });
    expect(outcomes).to.deep.equal([
      ...["sent", "rate-limited", "sent", "rate-limited", "sent", "rate-limited"],
      ...["rate-limited", "rate-limited"],
    ]);
  });

  it("an injector that throws is named, with what it threw", () => {
    const cause = new Error("the device is gone");
    const bench = new Bench({
      injector: {
        inject: () => {
          throw cause;
        },
      },
    });
    bench.process(talked());
    expect(() => bench.kill())
      .to.throw(NidsError, "the device is gone")
      .that.includes({ code: "injector-failed", cause });
    expect(bench.nids.statistics()).to.include({ kills: 0, framesInjected: 0, injectionsFailed: 1 });
  });

  it("an async injector that fails is counted, and ends nothing", async () => {
    const bench = new Bench({ injector: { inject: () => Promise.reject(new Error("late")) } });
    bench.process(talked());
    expect(bench.kill().outcome).to.equal("sent");
    await setImmediate(); // an unhandled rejection would have been told by now
    expect(bench.nids.statistics()).to.include({ kills: 1, framesInjected: 4, injectionsFailed: 4 });
  });

  it("the headers of so many streams are kept", () => {
    const nids = smallNids({ killDryRun: true, maxKillableStreams: 2 });
    const streams: TcpStream[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.JUST_ESTABLISHED) streams.push(stream);
      }),
    );
    for (const port of [1, 2, 3]) nids.process(established(port).batch());
    expect(streams.map((stream) => code(() => stream.kill()))).to.deep.equal(["not-injectable", undefined, undefined]);
    expect(nids.statistics().killEnvelopesForgotten).to.equal(1);
  });

  it("half-open connections do not take the place of streams", () => {
    const bench = new Bench({ maxKillableStreams: 1 });
    bench.process(established(1));
    const halves = [2, 3, 4].map((port) => established(port).frames.slice(0, 2));
    bench.nids.process(capture(halves).batch());
    expect(bench.kill().frames).to.have.lengthOf(4);
  });
});

describe("stream.killed", () => {
  /** A stream that is killed, and then goes on as `then` says. */
  function after(then: (talk: Conversation, bench: Bench) => void, params: Partial<NidsParams> = {}): Bench {
    const bench = new Bench(params);
    const talk = talked();
    bench.process(talk);
    expect(bench.stream?.killed).to.equal(undefined);
    bench.kill();
    expect(bench.stream?.killed).to.equal("pending");
    const seen = talk.frames.length;
    then(talk, bench);
    bench.process(talk, seen);
    return bench;
  }

  /** A frame without a packet in it, so much later. */
  function clock(bench: Bench, seconds: number): void {
    bench.nids.processFrame(new Uint8Array(14), { seconds: 1_000_000_000 + seconds, nanoseconds: 0 });
  }

  it("is silent when nothing comes behind the grace", () => {
    const bench = after((talk) => void talk.send("server", "on its way").reset("server"));
    expect([bench.stream?.endReason, bench.stream?.killed]).to.deep.equal(["rst", "pending"]);
    clock(bench, 5);
    expect(bench.stream?.killed).to.equal("silent");
    bench.nids.exit();
    expect(bench.stream?.killed).to.equal("silent");
  });

  it("is talking when its packets go on, in order or not", () => {
    const going = after((talk) => void talk.wait("3").send("server", "still here"));
    expect(going.stream?.killed).to.equal("talking");
    expect(going.stream?.state).to.equal(TcpState.DATA);
  });

  it("is talking when packets come after the captured reset", () => {
    const bench = after((talk) => void talk.reset("server").wait("3").send("client", "nobody told me"));
    expect(bench.stream?.state).to.equal(TcpState.RESET);
    expect(bench.stream?.killed).to.equal("talking");
  });

  it("takes resets for no sign of life, however late", () => {
    const bench = after((talk) => void talk.reset("server").wait("3").reset("client"));
    expect(bench.stream?.killed).to.equal("silent");
  });

  it("takes none for one that the stream ends with, or goes on after, or nobody listens to", () => {
    const lone = after((talk) => void talk.wait("3").reset("client"));
    expect([lone.stream?.state, lone.stream?.killed]).to.deep.equal([TcpState.RESET, "silent"]);
    const beside = (talk: Conversation): Conversation => talk.wait("3").segment("client", { flags: "R", seq: 100_000 });
    const unheeded = after((talk) => void beside(beside(talk)));
    expect([unheeded.stream?.state, unheeded.stream?.killed]).to.deep.equal([TcpState.DATA, "silent"]);
    const going = after((talk) => void beside(talk).wait("1").send("server", "still here"));
    expect(going.stream?.killed).to.equal("talking");
    const stray = { flags: "R", seq: 100_000 };
    const within = after((talk) => void beside(talk).send("server", "still here").segment("client", stray));
    expect([within.stream?.state, within.stream?.killed]).to.deep.equal([TcpState.DATA, "talking"]);
    const ignored = after((talk, bench) => {
      bench.kill({ strategy: "exact" });
      if (bench.stream !== undefined) bench.stream.client.collect = bench.stream.server.collect = 0;
      beside(talk);
    });
    expect(ignored.stream?.killed).to.equal("silent");
  });

  it("keeps what it has found out when the connection is forgotten, and does not look at the next one", () => {
    const bench = after((talk) => void talk.reset("server"), { lingerMs: 0 });
    const old = bench.stream;
    const next = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", clientIsn: 77_000 }).wait("30");
    bench.process(next.handshake().send("client", "another one"));
    expect(bench.stream).not.to.equal(old);
    expect([old?.killed, bench.stream?.killed]).to.deep.equal(["silent", undefined]);
  });

  it("knows also of streams nobody listens to any more", () => {
    const bench = after((talk, { stream }) => {
      if (stream !== undefined) stream.client.collect = stream.server.collect = 0;
      talk.wait("3").send("server", "still here");
    });
    expect(bench.stream?.killed).to.equal("talking");
  });

  it("has a grace that can be set", () => {
    const patient = after((talk) => void talk.wait("3").send("server", "slow"), { killGraceMs: 10_000 });
    expect(patient.stream?.killed).to.equal("pending");
  });

  it("is known also where the seconds go round", () => {
    const bench = new Bench();
    const ends = { client: "10.0.0.1:40000", server: "10.0.0.2:80" } as const;
    const talk = conversation({ ...ends, start: `${2 ** 31 - 1}` })
      .handshake()
      .send("client", "abc");
    bench.process(talk);
    bench.kill();
    bench.process(talk.wait("30").send("client", "still here"), 4);
    expect(bench.stream?.killed).to.equal("talking");
  });

  it("begins anew with every kill", () => {
    const bench = after((talk) => void talk.wait("3").send("server", "still here"));
    bench.kill();
    expect(bench.stream?.killed).to.equal("pending");
    bench.nids.process(capture([frame(bench.injected[0]?.subarray(14) ?? new Uint8Array(0))]).batch());
    clock(bench, 30);
    expect(bench.stream?.killed).to.equal("silent");
  });
});
