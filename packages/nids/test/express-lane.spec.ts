/**
 * In-order segments of running connections may take a shorter way through the engine, and several frames are looked at
 * before the first of them is taken. Nobody may notice. The lane opens only after some frames have passed, so every test
 * begins with a few dozen.
 */
import { Nids, TcpState } from "@tsnids/nids";
import type { Conversation, Frame } from "@tsnids/testkit";
import { Capture, capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { EventRecorder } from "./event-recorder.js";
import { following, smallNids, text } from "./following.js";

const ends = { client: "10.0.0.1:40000", server: "10.0.0.2:80" };

/** A connection with a hundred acknowledged bytes. */
function running(): Conversation {
  const talk = conversation(ends).handshake();
  for (let segments = 0; segments < 100; segments++) talk.send("client", ".").ack("server");
  return talk;
}

const connections = [40_000, 40_001].map((clientPort, index) => ({
  number: index + 1,
  clientAddress: "10.0.0.1",
  clientPort,
  serverAddress: "10.0.0.2",
  serverPort: 80,
}));

/** The event log of frames, in an engine with or without an ip callback, which closes the lane. */
function eventsOf(frames: readonly Frame[], watched: boolean): readonly string[] {
  const nids = new Nids({ checksums: "verify", maxStreams: 8, maxReassemblyBytes: 1 << 16, maxFragmentBytes: 1 << 16 });
  const { lines } = new EventRecorder(nids, connections);
  if (watched) nids.registerIp(() => undefined);
  nids.process(new Capture(frames).batch());
  nids.exit();
  return lines;
}

describe("the express lane", () => {
  it("hides no packet from ip callbacks, also from one that is registered in the middle", () => {
    const nids = smallNids();
    let packets = 0;
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.DATA && stream.server.count === 80) nids.registerIp(() => packets++);
      }),
    );
    nids.process(running().batch());
    expect(packets).to.equal(2 * 20 + 1);
  });

  it("hides no packet from ip fragment callbacks and opens again when they are gone", () => {
    const nids = smallNids();
    const seen: number[] = [];
    const count = (): void => {
      seen.push(nids.statistics().streams);
      if (seen.length === 10) nids.unregisterIpFragment(count);
    };
    nids.registerIpFragment(count);
    nids.process(running().batch());
    expect(seen.length).to.equal(10);
    expect(nids.statistics()).to.include({ ipPackets: 203, tcpSegments: 203 });
  });

  it("is no way around checksums", () => {
    const talk = running().segment("client", { data: "evil", checksum: "bad", stray: true }).send("client", "good");
    const events = eventsOf(talk.frames, false);
    expect(events.slice(-3)).to.deep.equal(["alert tcp-checksum", 'data C>S 100 "good"', "exiting"]);
  });

  it("counts right checksums in the trial of an interface", () => {
    const nids = smallNids({ checksums: "auto" });
    const alerts: string[] = [];
    const heard: string[] = [];
    nids.on("alert", ({ code }) => void alerts.push(code));
    nids.registerTcp(following((stream) => void heard.push(text(stream.server.data))));
    const talk = running();
    // The twelfth wrong one would be more than a tenth of a hundred and some, but not of those the server sent as well.
    for (let wrong = 0; wrong < 11; wrong++) talk.segment("client", { data: "evil", checksum: "bad", stray: true });
    nids.process(talk.batch());
    expect(alerts).to.deep.equal(new Array<string>(11).fill("tcp-checksum"));
    expect(heard.join("")).to.equal(".".repeat(100));
  });

  for (const [what, last] of [
    ["an acknowledgment that was overtaken", (talk: Conversation) => talk.segment("server", { absoluteAck: 1103 })],
    ["one of its own side", (talk: Conversation) => talk.segment("client", { absoluteSeq: 1103, stray: true })],
  ] as const) {
    it(`gives up an acknowledged hole as soon as its grace is over, be the packet that shows it ${what}`, () => {
      const nids = smallNids({ holeGraceMs: 100 });
      const heard: string[] = [];
      nids.registerTcp(
        following(({ state, server }) => {
          if (state === TcpState.DATA) heard.push(`${server.gapLength} ${text(server.data)}`);
        }),
      );
      const talk = running().send("client", "ab").segment("client", { seq: 3, data: "f" });
      nids.process(last(talk.ack("server").wait("0.2")).batch());
      expect(heard.slice(100)).to.deep.equal(["0 ab", "3 ", "0 f"]);
    });
  }

  it("takes no segment for a connection that got another one's place after it was looked at", () => {
    const nids = smallNids({ maxStreams: 1 });
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => void heard.push(`${stream.clientPort} ${stream.state} ${text(stream.server.data)}`)),
    );
    const first = running();
    const second = conversation({ ...ends, client: "10.0.0.1:40001", clientIsn: 1100 }).handshake();
    const begun = first.frames.length;
    const batch = new Capture([...first.frames, ...second.frames, first.build("client", { data: "first" })]).batch();
    // The second call looks at all of its frames before it takes the first of them.
    const all = batch.length;
    batch.length = begun;
    nids.process(batch);
    heard.length = 0;
    batch.length = all;
    nids.process(batch, begun);
    expect(heard).to.deep.equal([
      ...["40000 TIMED_OUT ", "40001 JUST_ESTABLISHED "],
      ...["40001 TIMED_OUT ", "40000 JUST_ESTABLISHED ", "40000 DATA first"],
    ]);
  });

  it("makes no difference to anything that can happen in two connections", () => {
    const change = fc.record({
      kind: fc.constantFrom("flags", "flip", "drop", "double", "swap", "sequence", "cut", "vlan"),
      at: fc.integer({ min: 60, max: 160 }),
      value: fc.nat(255),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.boolean(), (changes, restarts) => {
        const other = conversation({ ...ends, client: "10.0.0.1:40001" }).handshake();
        const talk = conversation(ends).handshake();
        for (let segments = 0; segments < 40; segments++) {
          talk.send("client", "abc").send("server", "de");
          other.send("server", "x").ack("client");
        }
        if (restarts) talk.segment("client", { flags: "S", absoluteSeq: 70_000 }).segment("server", { flags: "SA" });
        talk.send("client", "end").fin("client").fin("server").ack("client");
        let frames = [...capture([talk, other])];
        for (const { kind, at, value } of changes) {
          const index = at % frames.length;
          const chosen = frames[index] as Frame;
          const bytes = chosen.bytes.slice();
          const next = frames[(index + (value % 5)) % frames.length] as Frame;
          if (kind === "flags") bytes[47] = value;
          if (kind === "flip") bytes[value % bytes.length] = (bytes[value % bytes.length] ?? 0) ^ (1 << (value % 8));
          if (kind === "sequence") bytes[41] = value;
          if (kind === "vlan") bytes[13] = 0x64;
          if (kind === "drop") frames = frames.toSpliced(index, 1);
          else if (kind === "double") frames = frames.toSpliced(index, 0, chosen);
          else if (kind === "swap") [frames[index], frames[(index + (value % 5)) % frames.length]] = [next, chosen];
          else if (kind === "cut") frames[index] = { ...chosen, bytes: bytes.slice(0, bytes.length - (value % 4)) };
          else frames[index] = { ...chosen, bytes };
        }
        expect(eventsOf(frames, false)).to.deep.equal(eventsOf(frames, true));
      }),
      { numRuns: 300 },
    );
  }).timeout(60_000);
});
