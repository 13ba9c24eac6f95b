/** What a server sends before its client is heard of, because the capture is late, or has one direction only. */
import type { NidsParams } from "@tsnids/nids";
import type { Capture } from "@tsnids/testkit";
import { conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids } from "./following.js";

const segmentBytes = 1460;

/** SYN, SYN,ACK, and so many segments of the server: of the client nothing more was captured. */
function download(segments: number): Capture {
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
  ] as const) {
    it(`establishes the connection where it is more than a first flight, with ${what} seen`, () => {
      expect(heardOf(frames)).to.deep.equal({ received: 100 * segmentBytes, alerts: {} });
    });
  }

  it("is bounded, and an alert tells of what was too much, where connections are not picked up", () => {
    // One that would have fitted into a window, and those beyond it.
    const alerts = { "tcp-queue-limit": 1, "tcp-bad-handshake": 99 - Math.floor(65536 / segmentBytes) };
    expect(heardOf(download(100), { midstream: false })).to.deep.equal({ received: 0, alerts });
  });

  it("is bounded by the limits of what may wait", () => {
    expect(heardOf(download(5), { midstream: false, maxQueuedSegments: 3 }).alerts).to.include({
      "tcp-queue-limit": 2,
    });
    const maxQueuedBytes = 3 * segmentBytes;
    expect(heardOf(download(5), { midstream: false, maxQueuedBytes }).alerts).to.include({ "tcp-queue-limit": 2 });
  });
});
