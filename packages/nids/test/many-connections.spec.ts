/** Many connections at once, opened and ended in any order: every packet finds its own, and nothing but its own. */
import type { Nids } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import type { Conversation } from "@tsnids/testkit";
import { capture, conversation, frame, icmpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { following, smallNids, text } from "./following.js";

/** Connections of both families; among them the same hosts with ports exchanged, and the same ports between other hosts. */
function talkOf(number: number): Conversation {
  const [low, high] = [1 + (number % 50), 1 + Math.floor(number / 50)];
  const [client, server] = number % 3 === 0 ? [`[2001:db8::${low}]`, "[2001:db8:1::1]"] : [`10.0.${low}.1`, "10.1.0.1"];
  return conversation({ client: `${client}:${1000 + high}`, server: `${server}:80` });
}

/** What each connection has said, by the port and address of its client. */
function said(nids: Nids): Map<string, string> {
  const heard = new Map<string, string>();
  nids.registerTcp(
    following((stream) => {
      const name = `${stream.clientAddress} ${stream.clientPort}`;
      if (stream.state === TcpState.JUST_ESTABLISHED) heard.set(name, "");
      if (stream.state === TcpState.DATA) heard.set(name, `${heard.get(name) ?? "?"}${text(stream.server.data)}`);
    }),
  );
  return heard;
}

const total = 1900; // just below where the index grows: its chains are as long as they get

describe("many connections", () => {
  it("each get their own bytes, whichever of them are removed", () => {
    const numbers = Array.from({ length: total }, (_, number) => number);
    const removed = fc.shuffledSubarray(numbers, { minLength: 600, maxLength: 1300 });
    fc.assert(
      fc.property(removed, (ending) => {
        const nids = smallNids({ maxStreams: 2047, lingerMs: 0 });
        const heard = said(nids);
        const ended = new Set(ending);
        const talks = numbers.map((number) => talkOf(number).handshake());
        nids.process(capture(talks).batch());
        nids.process(
          capture(ending.map((number) => [talkOf(number).handshake().build("client", { flags: "R" })])).batch(),
        );
        const later = { time: "1000000100" };
        nids.process(capture([frame(icmpPacket("10.9.9.9", "10.9.9.8", { type: 8 }), later)]).batch());
        const data = numbers
          .filter((number) => !ended.has(number))
          .map((number) => [
            talkOf(number)
              .handshake()
              .build("client", { data: `I am ${number}`, time: "1000000100.5" }),
          ]);
        nids.process(capture(data).batch());
        expect([...heard.values()].filter((bytes) => bytes !== "").sort()).to.deep.equal(
          numbers
            .filter((number) => !ended.has(number))
            .map((number) => `I am ${number}`)
            .sort(),
        );
        expect(nids.statistics()).to.include({ streams: total, midstream: 0, reset: ending.length });
      }),
      { numRuns: 3 },
    );
  }).timeout(60_000);

  it("are found again when the index has doubled, again and again", () => {
    const numbers = Array.from({ length: 9000 }, (_, number) => number);
    const talks = numbers.map((number) => talkOf(number).handshake());
    const handshakes = capture(talks).batch();
    const data = capture(talks.map((talk, number) => [talk.build("client", { data: `I am ${number}` })])).batch();
    // Chains run over the end of the index in some of many engines only: each has a seed of its own.
    for (let engine = 0; engine < 12; engine++) {
      const nids = smallNids({ maxStreams: 10_000 });
      const heard = said(nids);
      nids.process(handshakes);
      nids.process(data);
      expect(heard.size, `engine ${engine}`).to.equal(9000);
      expect(new Set(heard.values())).to.deep.equal(new Set(numbers.map((number) => `I am ${number}`)));
      expect(nids.statistics()).to.include({ streams: 9000, midstream: 0, tcpUnfollowed: 0 });
    }
  }).timeout(60_000);

  it("are given up in their turn, also where one look does not reach all of them", () => {
    const capacity = 5000; // more than one look at the table
    const nids = smallNids({ maxStreams: capacity });
    const evicted: number[] = [];
    nids.registerTcp(
      following(({ endReason, id }) => {
        if (endReason === "evicted") evicted.push(id);
      }),
    );
    const talks = Array.from({ length: capacity + 5 }, (_, number) => talkOf(number).handshake());
    nids.process(capture(talks.slice(0, capacity)).batch());
    for (const talk of talks.slice(capacity)) nids.process(talk.batch());
    expect(evicted).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("end in the order in which they began, also when places were used again", () => {
    const nids = smallNids({ maxStreams: 400, lingerMs: 0 });
    const ids: number[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.EXITING) ids.push(stream.id);
      }),
    );
    nids.process(capture(Array.from({ length: 300 }, (_, number) => talkOf(number).handshake())).batch());
    const resets = Array.from({ length: 100 }, (_, number) => [
      talkOf(number * 3)
        .handshake()
        .build("client", { flags: "R" }),
    ]);
    nids.process(capture(resets).batch());
    const again = Array.from({ length: 300 }, (_, number) => talkOf(1000 + number).handshake());
    nids.process(capture(again).batch());
    nids.exit();
    expect(ids.length).to.be.greaterThan(300);
    expect(ids).to.deep.equal([...ids].sort((a, b) => a - b));
  });
});
