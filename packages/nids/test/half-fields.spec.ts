/** The fields of a half that libnids' users read, and those of the stream around them. */
import type { HalfState, TcpStream } from "@tsnids/nids";
import type { Capture, Conversation } from "@tsnids/testkit";
import { conversation, timestamps, windowScale } from "@tsnids/testkit";
import { expect } from "chai";
import { established, following, smallNids, text } from "./following.js";

/** An engine that keeps the last stream. */
function watching(): { process: (talk: Conversation | Capture, from?: number) => TcpStream } {
  const nids = smallNids();
  let last: TcpStream | undefined;
  nids.registerTcp(following((stream) => void (last = stream)));
  return {
    process: (talk, from = 0) => {
      nids.process(talk.batch(), from);
      if (last === undefined) throw new Error("no stream");
      return last;
    },
  };
}

describe("a half", () => {
  it("says how far its side has come in finishing", () => {
    const { process } = watching();
    const states = ({ client, server }: TcpStream): HalfState[] => [client.state, server.state];
    const talk = established();
    expect(states(process(talk))).to.deep.equal(["ESTABLISHED", "ESTABLISHED"]);
    talk.segment("client", { seq: 3, flags: "FA" });
    expect(states(process(talk, 3))).to.deep.equal(["CLOSING", "ESTABLISHED"]);
    talk.segment("client", { absoluteSeq: 1001, data: "abc" });
    expect(states(process(talk, 4))).to.deep.equal(["FIN_SENT", "ESTABLISHED"]);
    talk.ack("server");
    expect(states(process(talk, 5))).to.deep.equal(["FIN_CONFIRMED", "ESTABLISHED"]);
    talk.fin("server");
    expect(states(process(talk, 6))).to.deep.equal(["FIN_CONFIRMED", "FIN_SENT"]);
    talk.ack("client");
    const ended = process(talk, 7);
    expect(ended.state).to.equal("CLOSE");
    expect(states(ended)).to.deep.equal(["ENDED", "ENDED"]);
  });

  it("says which window its side advertised, and its scale", () => {
    const { process } = watching();
    const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" });
    talk.segment("client", { flags: "S", window: 4000, options: [windowScale(3)] });
    talk.segment("server", { flags: "SA", window: 5000, options: [windowScale(14)] });
    talk.segment("client", { window: 600 });
    const { client, server } = process(talk);
    expect([client.window, client.windowScale]).to.deep.equal([600, 8]);
    expect([server.window, server.windowScale]).to.deep.equal([5000, 16384]); // that of a SYN,ACK, which is not scaled
    process(talk.segment("server", { window: 7, data: "x" }), 3);
    expect(server.window).to.equal(7);
  });

  it("shows the window of the segment in hand, whatever way that takes", () => {
    const nids = smallNids();
    const seen: unknown[] = [];
    nids.registerTcp(
      following(({ state, client, server }) => state === "DATA" && seen.push([text(server.data), client.window])),
    );
    const talk = established();
    talk.segment("client", { data: "in order", window: 100 });
    talk.segment("client", { data: "wait", seq: 5, window: 200, stray: true });
    talk.segment("client", { data: "fills", window: 300 });
    talk.segment("client", { data: "wait: some of it is old", window: 400 });
    talk.segment("client", { data: "later", seq: 4, window: 500, stray: true });
    talk.segment("client", { data: "gap:la", window: 600, stray: true });
    nids.process(talk.batch());
    expect(seen).to.deep.equal([
      ["in order", 100],
      ["fills", 300],
      ["wait", 300],
      [": some of it is old", 400],
      ["gap:la", 600],
      ["ter", 600],
    ]);
  });

  it("says whether timestamps were agreed on", () => {
    const one = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" });
    for (const [side, flags] of [
      ["client", "S"],
      ["server", "SA"],
      ["client", "A"],
    ] as const) {
      one.segment(side, { flags, options: [timestamps(1, 0)] });
    }
    expect(watching().process(one).client.timestamps).to.equal(true);
    expect(watching().process(established()).server.timestamps).to.equal(false);
  });

  it("says what its side has acknowledged", () => {
    const { process } = watching();
    const talk = established().send("client", "12345").ack("server");
    const { client, server } = process(talk);
    expect([client.acknowledgment, server.acknowledgment]).to.deep.equal([5001, 1006]);
  });

  it("says so from the first packet on where the connection was running before", () => {
    const { process } = watching();
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", serverIsn: 0x90000000 });
    const frames = talk.handshake().send("client", "12345").capture();
    expect(process(frames.drop(0).drop(0).drop(0)).client.acknowledgment).to.equal(0x90000001);
  });

  it("says how many bytes wait for it, and how many urgent ones it has received", () => {
    const { process } = watching();
    const talk = established().segment("client", { seq: 4, data: "late" });
    const { server, client } = process(talk);
    expect([server.queuedBytes, client.queuedBytes]).to.deep.equal([4, 0]);
    process(talk.segment("client", { absoluteSeq: 1001, data: "1!34", flags: "PAU", urgentPointer: 2 }), 4);
    expect([server.queuedBytes, server.urgentCount, client.urgentCount, server.count]).to.deep.equal([0, 1, 0, 7]);
  });
});

describe("a stream", () => {
  it("says when its last packet came, to the second", () => {
    const { process } = watching();
    const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2", start: "100", step: "2.5" }).handshake();
    const stream = process(talk);
    expect(stream.startTime).to.deep.equal({ seconds: 100, nanoseconds: 0 });
    expect(stream.lastTime).to.deep.equal({ seconds: 105, nanoseconds: 0 });
    process(talk.send("client", "x"), 3);
    expect(stream.lastTime.seconds).to.equal(107);
  });

  it("says how much is given up after the notification, as the callbacks so far have it", () => {
    const nids = smallNids();
    const heard: string[] = [];
    for (const keep of [2, 0]) {
      nids.registerTcp(
        following((stream) => {
          const before = stream.read;
          if (keep > 0) stream.discard(keep);
          heard.push(`${stream.state} ${text(stream.server.data)} ${before} ${stream.read}`);
        }),
      );
    }
    nids.process(established().send("client", "abcd").send("client", "e").batch());
    expect(heard.slice(2)).to.deep.equal(["DATA abcd 4 2", "DATA abcd 2 2", "DATA cde 3 2", "DATA cde 2 2"]);
    expect(heard.slice(0, 2)).to.deep.equal(["JUST_ESTABLISHED  0 0", "JUST_ESTABLISHED  0 0"]);
  });
});
