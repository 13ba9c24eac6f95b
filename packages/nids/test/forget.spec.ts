/** stream.forget(): at any time, from any callback, for any stream; and what it leaves behind. */
import type { Nids, TcpStream } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import type { Conversation } from "@tsnids/testkit";
import { capture, frame, tcpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { closed, established, following, smallNids, text } from "./following.js";

/** An engine with two listeners, the first of which forgets a stream when told to; and what both heard. */
function forgetting(when: (stream: TcpStream, nids: Nids) => TcpStream | undefined): { nids: Nids; heard: string[] } {
  const nids = smallNids();
  const heard: string[] = [];
  for (const name of ["first", "second"]) {
    nids.registerTcp(
      following((stream) => {
        heard.push(`${name} ${stream.clientPort} ${stream.state} ${text(stream.server.data)}`);
        // At JUST_ESTABLISHED the last one registered is asked first, later the first one.
        const turn = stream.state === TcpState.JUST_ESTABLISHED ? "second" : "first";
        if (name === turn) when(stream, nids)?.forget();
      }),
    );
  }
  return { nids, heard };
}

const opening = (port: number): string[] => [`second ${port} JUST_ESTABLISHED `, `first ${port} JUST_ESTABLISHED `];

/** A conversation whose bytes come out of order: one packet brings several notifications. */
function shuffled(): Conversation {
  const talk = established(1).segment("client", { seq: 1, data: "b" }).segment("client", { seq: 1, data: "d" });
  return talk.segment("client", { absoluteSeq: 1001, data: "a" }).segment("client", { absoluteSeq: 1003, data: "c" });
}

describe("a stream that is forgotten", () => {
  it("in its own DATA callback is not told to the listeners behind, nor what follows in the same packet", () => {
    const { nids, heard } = forgetting((stream) => (text(stream.server.data) === "a" ? stream : undefined));
    nids.process(shuffled().batch());
    nids.exit();
    expect(heard).to.deep.equal([...opening(1), "first 1 DATA a"]);
  });

  it("at JUST_ESTABLISHED is offered to nobody else", () => {
    const { nids, heard } = forgetting((stream) => stream);
    nids.process(closed(established(1).send("client", "a")).batch());
    nids.exit();
    expect(heard).to.deep.equal(opening(1).slice(0, 1));
  });

  for (const state of ["CLOSE", "RESET", "EXITING"] as const) {
    it(`at ${state} is not told to the listeners behind`, () => {
      const { nids, heard } = forgetting((stream) => (stream.state === state ? stream : undefined));
      const talk = established(1);
      if (state === "CLOSE") closed(talk);
      if (state === "RESET") talk.segment("client", { flags: "R" });
      nids.process(talk.batch());
      nids.exit();
      expect(heard).to.deep.equal([...opening(1), `first 1 ${state} `]);
    });
  }

  it("while another one is in hand is not heard of again", () => {
    let other: TcpStream | undefined;
    const { nids, heard } = forgetting((stream) => {
      if (stream.clientPort === 1) other = stream;
      return stream.clientPort === 2 && stream.state === TcpState.DATA ? other : undefined;
    });
    const talk = established(1);
    nids.process(talk.batch());
    nids.process(established(2).send("client", "x").batch());
    nids.process(talk.send("client", "y").batch(), 3);
    nids.exit();
    expect(heard).to.deep.equal([
      ...[...opening(1), ...opening(2), "first 2 DATA x", "second 2 DATA x"],
      ...["first 2 EXITING ", "second 2 EXITING "],
    ]);
  });

  it("while others are told EXITING is not told it", () => {
    const streams: TcpStream[] = [];
    const { nids, heard } = forgetting((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) streams.push(stream);
      return stream.state === TcpState.EXITING ? streams[1] : undefined;
    });
    for (const port of [1, 2, 3]) nids.process(established(port).batch());
    nids.exit();
    expect(heard.slice(6)).to.deep.equal(
      [1, 3].flatMap((port) => [`first ${port} EXITING `, `second ${port} EXITING `]),
    );
  });

  it("in any other callback, too", () => {
    const nids = smallNids();
    const heard: string[] = [];
    let last: TcpStream | undefined;
    nids.registerTcp(following((stream) => void heard.push((last = stream).state)));
    const packets = {
      udp: udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }),
      alert: tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, checksum: "bad" }),
    };
    nids.registerUdp(() => last?.forget());
    nids.on("alert", () => last?.forget());
    for (const [index, packet] of Object.values(packets).entries()) {
      nids.process(established(index + 1).batch());
      nids.process(capture([frame(packet)]).batch());
    }
    nids.exit();
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "JUST_ESTABLISHED"]);
  });

  it("in an alert about itself, in the middle of its bytes", () => {
    const nids = smallNids();
    const heard: string[] = [];
    let last: TcpStream | undefined;
    nids.registerTcp(following((stream) => void heard.push(`${(last = stream).state} ${text(stream.server.data)}`)));
    nids.on("alert", () => last?.forget());
    const late = established().segment("client", { seq: 10, data: "O" }).segment("client", { seq: -1, data: "X" });
    nids.process(late.segment("client", { absoluteSeq: 1001, data: "0123456789" }).batch());
    nids.exit();
    expect(heard).to.deep.equal(["JUST_ESTABLISHED "]);
  });

  it("keeps what was known of it, and can be forgotten again, and after its end", () => {
    const nids = smallNids();
    let kept: TcpStream | undefined;
    nids.registerTcp(following((stream) => void (kept = stream)));
    nids.process(established(7).send("client", "abc").batch());
    kept?.forget();
    kept?.forget();
    expect(kept?.toString()).to.equal("10.0.0.1:7 -> 10.0.0.2:80");
    expect(kept?.server.count).to.equal(3);
    expect(kept?.server.state).to.equal("ENDED");
    expect(kept?.lastTime.seconds).to.equal(kept?.startTime.seconds);
    nids.process(closed(established(8)).batch());
    expect(() => kept?.forget()).not.to.throw();
  });

  it("is not found, and not picked up again; a new connection between its endpoints is", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(following((stream) => void heard.push(stream.state)));
    const talk = established(40000);
    nids.process(talk.batch());
    const tuple = { clientAddress: "10.0.0.1", clientPort: 40000, serverAddress: "10.0.0.2", serverPort: 80 };
    nids.findTcpStream(tuple)?.forget();
    expect(nids.findTcpStream(tuple)).to.equal(undefined);
    nids.process(talk.send("client", "more").batch(), 3);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED"]);
    const again = capture([frame(tcpPacket("10.0.0.1:40000", "10.0.0.2:80", { seq: 99_999, flags: "S" }))]);
    nids.process(again.batch());
    nids.process(
      capture([
        frame(tcpPacket("10.0.0.2:80", "10.0.0.1:40000", { seq: 7, ack: 100_000, flags: "SA" })),
        frame(tcpPacket("10.0.0.1:40000", "10.0.0.2:80", { seq: 100_000, ack: 8 })),
      ]).batch(),
    );
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "JUST_ESTABLISHED"]);
  });

  it("gives back what waits behind its holes, with its next packet or with time", () => {
    // Room for one waiting segment only: the second connection's can wait when the first one's is given back.
    const later = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", {}), { time: "1000000020" });
    for (const [what, after, expected] of [
      ["nothing", capture([]), ["tcp-queue-limit"]],
      ["a packet", capture([established(1).segment("client", { seq: 5, data: "x" }).frames.slice(3)]), []],
      ["time", capture([later]), []],
    ] as const) {
      const nids = smallNids({ maxReassemblyBytes: 2048 });
      let first: TcpStream | undefined;
      const alerts: string[] = [];
      nids.on("alert", ({ code }) => {
        if (code !== "clock-backwards") alerts.push(code);
      });
      nids.registerTcp(following((stream) => void (first ??= stream)));
      nids.process(established(1).segment("client", { seq: 5, data: "waits" }).batch());
      expect(first?.server.queuedBytes).to.equal(5);
      first?.forget();
      nids.process(after.batch());
      nids.process(established(2).segment("client", { seq: 5, data: "waits" }).batch());
      expect(alerts, what).to.deep.equal(expected);
    }
  });

  it("does not leave its kept bytes to the next stream in its place", () => {
    const nids = smallNids({ maxStreams: 1 });
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        heard.push(text(stream.server.data));
        stream.discard(0);
        if (text(stream.server.data).endsWith("!")) stream.forget();
      }),
    );
    nids.process(established(1).send("client", "a").send("client", "b!").batch());
    nids.process(established(2).send("client", "c").send("client", "d").batch());
    expect(heard).to.deep.equal(["a", "ab!", "c", "cd"]);
  });
});
