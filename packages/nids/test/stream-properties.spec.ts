/** What a stream says about itself while it lives and after it has ended, and how it is found. */
import type { TcpStream } from "@tsnids/nids";
import { NidsError, TcpState } from "@tsnids/nids";
import type { Conversation } from "@tsnids/testkit";
import { capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { closed, established, following, smallNids } from "./following.js";

/** Plays a conversation; returns its stream. */
function streamOf(talk: Conversation, exit = true): TcpStream {
  const nids = smallNids();
  let stream: TcpStream | undefined;
  nids.registerTcp(following((each) => void (stream ??= each)));
  nids.process(talk.batch());
  if (exit) nids.exit();
  if (stream === undefined) throw new Error("no stream");
  return stream;
}

/** All that is known of a stream. */
function known(stream: TcpStream): Record<string, unknown> {
  const { id, clientAddress, clientPort, serverAddress, serverPort, origin, midstream, startTime } = stream;
  const counts = [stream.client.count, stream.server.count];
  return {
    id,
    clientAddress,
    clientPort,
    serverAddress,
    serverPort,
    origin,
    midstream,
    startTime,
    counts,
    text: stream.toString(),
  };
}

describe("a stream", () => {
  for (const [family, client, server] of [
    ["IPv4", "10.0.0.1", "10.0.0.2"],
    ["IPv4, higher client", "192.0.2.9", "10.0.0.2"],
    ["IPv6", "2001:db8::1", "2001:db8::2"],
    ["IPv6, higher client", "fe80::9", "2001:db8::2"],
  ] as const) {
    it(`says who talks to whom since when, also after its end: ${family}`, () => {
      const text = (address: string): string => (address.includes(":") ? `[${address}]` : address);
      const talk = (): Conversation =>
        conversation({ client: `${text(client)}:40000`, server: `${text(server)}:80`, start: "1700000000.123456789" })
          .handshake()
          .send("client", "abc")
          .send("server", "01234");
      const expected = {
        id: 1,
        clientAddress: client,
        clientPort: 40000,
        serverAddress: server,
        serverPort: 80,
        origin: "handshake",
        midstream: false,
        startTime: { seconds: 1700000000, nanoseconds: 123456789 },
        counts: [5, 3],
        text: `${text(client)}:40000 -> ${text(server)}:80`,
      };
      expect(known(streamOf(talk(), false)), "alive").to.deep.equal(expected);
      expect(known(streamOf(closed(talk()))), "closed").to.deep.equal(expected);
      expect(known(streamOf(talk())), "exited").to.deep.equal(expected);
    });
  }

  it("keeps its end reason and state", () => {
    const ends = [
      [closed(established()), TcpState.CLOSE, "fin"],
      [established().reset("server"), TcpState.RESET, "rst"],
      [established(), TcpState.EXITING, "exit"],
      [established().segment("client", { flags: "S", absoluteSeq: 99_999 }), TcpState.TIMED_OUT, "reused"],
    ] as const;
    for (const [talk, state, endReason] of ends) expect(streamOf(talk)).to.include({ state, endReason });
    expect(streamOf(established(), false)).to.include({ state: TcpState.DATA, endReason: undefined });
  });

  it("that has ended has nothing new and takes no more wishes", () => {
    const { client, server } = streamOf(closed(established().send("client", "abc")));
    server.collect++;
    client.collectUrgent = 5;
    for (const half of [client, server]) {
      expect(half).to.include({ collect: 0, collectUrgent: 0, countNew: 0, countNewUrgent: 0, gapLength: 0 });
      expect(half.gapReason).to.equal(undefined);
      expect(half.data.length).to.equal(0);
      expect(half.offset).to.equal(half.count);
    }
  });

  it("that has ended does not change when its place is used again", () => {
    const nids = smallNids({ maxStreams: 1 });
    const streams: TcpStream[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.JUST_ESTABLISHED) streams.push(stream);
      }),
    );
    nids.process(closed(established(1).send("client", "abc")).batch());
    const before = streams.map(known);
    nids.process(established(2).send("client", "other bytes").batch());
    expect(streams.length).to.equal(2);
    expect(streams.slice(0, 1).map(known)).to.deep.equal(before);
    expect(streams.map(({ id }) => id)).to.deep.equal([1, 2]);
  });

  it("that has ended knows its own, among hundreds that ended with it", () => {
    const nids = smallNids();
    const before = new Map<TcpStream, Record<string, unknown>>();
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.DATA) before.set(stream, known(stream));
        if (stream.id % 3 === 0) stream.user = stream.id;
      }),
    );
    const talks = Array.from({ length: 300 }, (_, number) => {
      const [client, server] = number % 2 === 0 ? ["10.0.0.1", "10.0.0.2"] : ["[2001:db8::1]", "[2001:db8::2]"];
      const talk = conversation({ client: `${client}:${1000 + number}`, server: `${server}:80`, start: 1000 + number });
      return closed(talk.handshake().send("client", "x".repeat(1 + number)));
    });
    nids.process(capture(talks).batch());
    expect(before.size).to.equal(300);
    for (const [stream, facts] of before) {
      if (stream.id % 3 === 1) stream.user = stream.id;
      expect(known(stream)).to.deep.equal(facts);
      expect(stream.user).to.equal(stream.id % 3 === 2 ? undefined : stream.id);
      expect(stream).to.include({ state: TcpState.CLOSE, endReason: "fin" });
    }
  });

  it("keeps what its callbacks stored with it", () => {
    const nids = smallNids();
    let last: unknown;
    nids.registerTcp(
      following((stream, attachment) => {
        if (stream.state === TcpState.JUST_ESTABLISHED) attachment.param = stream.user = "kept";
        last = [stream.state, attachment.param, stream.user];
      }),
    );
    nids.process(closed(established()).batch());
    expect(last).to.deep.equal(["CLOSE", "kept", "kept"]);
  });
});

describe("findTcpStream", () => {
  const tuple = { clientAddress: "10.0.0.1", clientPort: 40000, serverAddress: "10.0.0.2", serverPort: 80 };

  it("finds a stream by its endpoints, client first", () => {
    const nids = smallNids();
    let stream: TcpStream | undefined;
    nids.registerTcp(following((each) => void (stream = each)));
    nids.process(established().batch());
    expect(nids.findTcpStream(tuple)).to.equal(stream);
    const reverse = { clientAddress: "10.0.0.2", clientPort: 80, serverAddress: "10.0.0.1", serverPort: 40000 };
    expect(nids.findTcpStream(reverse)).to.equal(undefined);
    expect(nids.findTcpStream({ ...tuple, clientPort: 40001 })).to.equal(undefined);
    expect(nids.findTcpStream({ ...tuple, serverAddress: "10.0.0.3" })).to.equal(undefined);
  });

  it("finds IPv6 streams however the address is written", () => {
    const nids = smallNids();
    nids.registerTcp(following(() => undefined));
    nids.process(conversation({ client: "[2001:db8::1]:40000", server: "[2001:db8::2]:80" }).handshake().batch());
    const found = nids.findTcpStream({
      clientAddress: "2001:0DB8:0:0::0001",
      clientPort: 40000,
      serverAddress: "2001:db8::2",
      serverPort: 80,
    });
    expect(found?.id).to.equal(1);
  });

  it("finds none that is half-open, has ended, or has no listener", () => {
    const nids = smallNids();
    nids.process(
      conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).segment("client", { flags: "S" }).batch(),
    );
    expect(nids.findTcpStream(tuple)).to.equal(undefined);
    nids.process(established().batch());
    expect(nids.findTcpStream(tuple)).to.equal(undefined);
    nids.exit();
    nids.registerTcp(following(() => undefined));
    nids.process(closed(established()).batch());
    expect(nids.findTcpStream(tuple)).to.equal(undefined);
  });

  it("can be asked from a callback, and before any packet", () => {
    const nids = smallNids();
    expect(nids.findTcpStream(tuple)).to.equal(undefined);
    let same = false;
    nids.registerTcp(following((stream) => void (same = nids.findTcpStream(tuple) === stream)));
    nids.process(established().send("client", "x").batch());
    expect(same).to.equal(true);
  });

  it("wants addresses", () => {
    const ask = (): unknown => smallNids().findTcpStream({ ...tuple, serverAddress: "example.org" });
    expect(ask)
      .to.throw(NidsError, /serverAddress .* not "example.org"/)
      .with.property("code", "invalid-argument");
    for (const wrong of [undefined, null, {}, "10.0.0.1"]) {
      expect(() => smallNids().findTcpStream(wrong as typeof tuple))
        .to.throw(NidsError, "clientAddress")
        .with.property("code", "invalid-argument");
    }
  });

  it("wants ports", () => {
    for (const clientPort of [105536, 40000.7, -1, "80" as unknown as number]) {
      expect(() => smallNids().findTcpStream({ ...tuple, clientPort }))
        .to.throw(NidsError, "clientPort")
        .with.property("code", "invalid-argument");
    }
  });
});
