/** What a server sends before its client is heard of, because the capture is late, or has one direction only. */
import type { NidsParams } from "@tsnids/nids";
import { Capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids } from "./following.js";

const usual = 1460;

/** SYN, SYN,ACK, and so many segments of the server: of the client nothing more was captured. */
function download(segments: number, segmentBytes = usual): Capture {
  const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:20" });
  talk.segment("client", { flags: "S" }).segment("server", { flags: "SA" });
  for (let sent = 0; sent < segments; sent++) talk.send("server", "x".repeat(segmentBytes));
  return talk.capture();
}

/** How many bytes an engine says the client has received, and the alerts it raised. */
function heardOf(frames: Capture, params: Partial<NidsParams> = {}): { received: number; alerts: object } {
  const nids = smallNids(params);
  let received = 0;
  nids.registerTcp(following(({ client }) => void (received = client.count)));
  nids.process(frames.batch());
  nids.exit();
  return { received, alerts: nids.alertCounts() };
}

describe("what a server sends before its client is heard of", () => {
  for (const [what, frames] of [
    ["the SYN", download(100)],
    ["no SYN", download(100).drop(0)],
    ["segments that fill it exactly", download(100, 1024)],
    ["long segments", download(20, 8192)],
  ] as const) {
    it(`establishes the connection where it is more than a first flight, with ${what} seen`, () => {
      const bytes = [...frames].reduce((sum, each) => sum + Math.max(0, each.bytes.length - 60), 0);
      const { received, alerts } = heardOf(frames);
      expect(received).to.be.at.least(bytes);
      expect(alerts).to.deep.equal({});
    });
  }

  it("does so, too, where some of it was lost", () => {
    let frames = download(100);
    for (let lost = 0; lost < 7; lost++) frames = frames.drop(42);
    // The bytes behind the hole are told at the end, as many as the window of the SYN lets through.
    const { received, alerts } = heardOf(frames);
    expect(received).to.be.above(42 * usual);
    expect(alerts).to.deep.equal({});
  });

  for (const lost of [1000, 70_000, 200_000]) {
    it(`is followed when it acknowledges more, where the third packet and ${lost} bytes were lost`, () => {
      const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).handshake().send("client", "GET");
      talk.send("server", "x".repeat(lost)).ack("client");
      const behind = talk.frames.length;
      for (let sent = 0; sent < 10; sent++) talk.send("server", "answer").ack("client");
      const frames = new Capture([...talk.frames.slice(0, 2), ...talk.frames.slice(behind)]);
      expect(heardOf(frames)).to.deep.equal({ received: lost + 60, alerts: {} });
    });
  }

  it("is bounded, and an alert tells of what was too much, where connections are not picked up", () => {
    const alerts = { "tcp-queue-limit": 100 - Math.floor(65536 / usual) };
    expect(heardOf(download(100), { midstream: false })).to.deep.equal({ received: 0, alerts });
  });

  it("is bounded by the limits of what may wait", () => {
    expect(heardOf(download(5), { midstream: false, maxQueuedSegments: 3 }).alerts).to.include({
      "tcp-queue-limit": 2,
    });
    const maxQueuedBytes = 3 * usual;
    expect(heardOf(download(5), { midstream: false, maxQueuedBytes }).alerts).to.include({ "tcp-queue-limit": 2 });
  });
});
