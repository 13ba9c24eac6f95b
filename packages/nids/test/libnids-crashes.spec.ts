/**
 * Traffic and calls that crash libnids 1.26, or did crash an earlier version, each with what it did there. Here
 * an engine survives all of them and follows the next connection as if nothing had been; where something is odd,
 * an alert says so.
 */
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { LinkType } from "@tsnids/pcap";
import type { Nids, TcpStream } from "@tsnids/nids";
import { NidsError, TcpState } from "@tsnids/nids";
import type { Frame } from "@tsnids/testkit";
import { capture, conversation, cutFrame, fragmentFrame, frame, ipPacket, tcpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { ChunkedSource } from "./chunked-source.js";
import { established, following, smallNids, text } from "./following.js";

/** The alerts that frames raise, each once. */
function alertsFor(frames: readonly Frame[], nids: Nids = smallNids()): string[] {
  const alerts = new Set<string>();
  nids.on("alert", ({ code }) => void alerts.add(code));
  nids.process(capture([{ [Symbol.iterator]: () => frames[Symbol.iterator]() }]).batch());
  expectAlive(nids);
  return [...alerts].sort();
}

/** The engine still does what it is for. */
function expectAlive(nids: Nids): void {
  const heard: string[] = [];
  const listen = following((stream) => void heard.push(`${stream.state} ${text(stream.server.data)}`));
  nids.registerTcp(listen);
  const talk = conversation({ client: "10.7.7.7:7777", server: "10.7.7.8:80", start: "1000000100" });
  nids.process(talk.handshake().send("client", "alive").batch());
  expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "DATA alive"]);
  nids.unregisterTcp(listen);
}

describe("what crashes libnids: traffic", () => {
  it("SYNs of sources 0.0.x.y: a negative index into the table of scanners", () => {
    const last = [128, 200, 254, 255];
    const frames = last.flatMap((host) =>
      last.map((net) => frame(tcpPacket(`0.0.${net}.${host}:1000`, "10.0.0.2:80", { flags: "S", seq: 1 }))),
    );
    expect(alertsFor(frames)).to.deep.equal([]);
  });

  it("a fragment with fewer than eight bytes: a read behind its end", () => {
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789abcdef" }));
    for (const length of [1, 4, 7]) {
      const short = fragmentFrame(whole, [{ start: 0, end: length, more: true }]);
      const rest = fragmentFrame(whole, [{ start: 8, end: 24 }]);
      expect(alertsFor([...short, ...rest]), `${length} bytes`).to.deep.equal(["fragment-length", "fragment-tiny"]);
    }
    const empty = frame(ipPacket("10.0.0.1", "10.0.0.2", 17, new Uint8Array(0), { ipv4: { moreFragments: true } }));
    expect(alertsFor([empty])).to.deep.equal(["fragment-length", "fragment-tiny"]);
  });

  it("a scan of many ports: the text about it overflowed its buffer", () => {
    const frames = Array.from({ length: 2000 }, (_, port) =>
      frame(tcpPacket("10.0.0.1:1000", `10.0.0.2:${port + 1}`, { flags: "S", seq: 1 })),
    );
    expect(alertsFor(frames, smallNids({ maxStreams: 4096, scanPorts: 1024 }))).to.deep.equal(["port-scan"]);
  });

  it("header lengths that are not there, on every kind of link: headers were read before their length was looked at", () => {
    const links = [...new Set(Object.values(LinkType))];
    for (const linkType of links) {
      for (const filler of [0x00, 0x4f, 0x88, 0xff]) {
        const bytes = new Uint8Array(60).fill(filler);
        const full = { ...frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {})), linkType, bytes, originalLength: 1500 };
        const frames = Array.from({ length: 61 }, (_, length) => cutFrame(full, length));
        const nids = smallNids();
        for (const each of frames) nids.process(capture([each]).batch());
        expectAlive(nids);
      }
    }
    const lying = frame(ipPacket("10.0.0.1", "10.0.0.2", 6, new Uint8Array(0), { ipv4: { headerLength: 15 } }));
    expect(alertsFor([lying])).to.deep.equal(["ip-header"]);
  });

  it("TCP packets as long as IP can make them, and longer (CVE-2003-0850)", () => {
    const payload = new Uint8Array(65_496).fill(0x61);
    const longest = frame(tcpPacket("10.0.0.1:1000", "10.0.0.2:80", { flags: "A", seq: 1, data: payload.subarray(1) }));
    const { networkOffset, bytes } = longest;
    expect(bytes.length - networkOffset).to.equal(65_535);
    const cuts = Array.from({ length: 44 }, (_, piece) => (piece + 1) * 1480);
    expect(alertsFor(fragmentFrame(longest, cuts), smallNids({ maxFragmentsPerDatagram: 100 }))).to.deep.equal([]);
    const beyond = fragmentFrame(longest, [{ start: 65_512, end: 65_540, data: new Uint8Array(28) }]);
    expect(alertsFor(beyond)).to.deep.equal(["fragment-oversize"]);
  });

  it("more fragments of more datagrams than there is room for (CVE-2010-0751)", () => {
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: new Uint8Array(2000) }));
    const nids = smallNids({ maxFragmentBytes: 16_384, maxFragmentedDatagrams: 4 });
    const frames = Array.from({ length: 3000 }, (_, identification) => {
      const packet = udpPacket(
        "10.0.0.1:1",
        `10.0.0.${identification % 7}:2`,
        { data: new Uint8Array(1000) },
        {
          ipv4: { identification },
        },
      );
      return fragmentFrame(frame(packet), [{ start: identification % 3 === 0 ? 0 : 512, end: 1000, more: true }]);
    });
    expect(alertsFor([...frames.flat(), whole], nids)).to.deep.equal(["fragment-limit"]);
    expect(nids.statistics().datagramsGivenUp).to.be.at.least(2990);
  });
});

describe("what crashes libnids: calls", () => {
  it("tables of size 0: a division by zero", () => {
    for (const params of [{ maxStreams: 0 }, { maxFragmentedDatagrams: 0 }]) {
      expect(() => smallNids(params))
        .to.throw(NidsError)
        .with.property("code", "invalid-parameter");
    }
  });

  it("looking for a stream before there is any: another one", () => {
    const tuple = { clientAddress: "10.0.0.1", clientPort: 1, serverAddress: "10.0.0.2", serverPort: 80 };
    expect(smallNids().findTcpStream(tuple)).to.equal(undefined);
  });

  it("a run, a beginning that fails, a run: memory was freed twice", async () => {
    const nids = smallNids();
    const failing: FrameSource = {
      *batches(): Generator<FrameBatch, void, undefined> {
        yield established(1).batch();
        throw new Error("the filter is wrong");
      },
    };
    for (let round = 0; round < 3; round++) {
      await nids.run(new ChunkedSource(established(2).capture(), 2));
      expect(await nids.run(failing).catch((error: unknown) => (error as Error).message)).to.equal(
        "the filter is wrong",
      );
    }
    nids.exit();
    expectAlive(nids);
  });

  it("a fragment before exit, the rest after it: queues and timers had survived", () => {
    const nids = smallNids({ fragmentTimeoutMs: 1000 });
    const datagrams: string[] = [];
    nids.registerUdp(({ data }) => void datagrams.push(text(data)));
    const talk = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789abcdef" });
    const part = (piece: number, time: string): FrameBatch =>
      capture([fragmentFrame(frame(talk, { time }), [8])[piece] as Frame]).batch();
    nids.process(part(0, "1000000000"));
    nids.exit();
    nids.process(part(1, "1000000000"));
    nids.process(part(1, "1000000009"));
    nids.exit();
    expect(datagrams).to.deep.equal([]);
    expectAlive(nids);
  });

  it("a callback that unregisters itself and others: the list was freed under its reader", () => {
    const nids = smallNids();
    const heard: string[] = [];
    const second = following(() => void heard.push("second"));
    const first = following(({ state }) => {
      heard.push(`first ${state}`);
      nids.unregisterTcp(first);
      nids.unregisterTcp(second);
    });
    nids.registerTcp(second);
    nids.registerTcp(first);
    nids.process(established(1).send("client", "x").batch());
    // The first one had been asked by then, and keeps the stream; the second one is not asked any more.
    expect(heard).to.deep.equal(["first JUST_ESTABLISHED", "first DATA"]);
    expectAlive(nids);
  });

  it("kill() in an engine that is used again: packet headers of the first run were reused", () => {
    let injected = 0;
    const countOne = (): void => {
      injected += 1;
    };
    const nids = smallNids({ injector: { inject: countOne } });
    const killer = following((stream) => (stream.state === TcpState.DATA ? stream.kill() : undefined));
    nids.registerTcp(killer);
    for (let round = 1; round <= 3; round++) {
      nids.process(established(round).send("client", "x").batch());
      nids.exit();
      expect(injected).to.equal(4 * round);
    }
  });

  it("a stream that is kept beyond its end: its memory was somebody else's", () => {
    const nids = smallNids();
    let kept: TcpStream | undefined;
    nids.registerTcp(
      following((stream) => {
        kept ??= stream;
      }),
    );
    nids.process(established(1).send("client", "x").batch());
    nids.exit();
    nids.process(established(2).send("client", "another").batch());
    expect(kept?.clientPort).to.equal(1);
    expect(kept?.server.count).to.equal(1);
    expect(kept?.server.data).to.have.lengthOf(0);
    expect(() => kept?.kill())
      .to.throw(NidsError)
      .with.property("code", "stream-ended");
    expectAlive(nids);
  });
});
