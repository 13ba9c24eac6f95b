/** The packet clock: packets from the past count as now, whatever is timed. */
import type { NidsParams } from "@tsnids/nids";
import { conversation } from "@tsnids/testkit";
import type { Conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";

/** What the server's half is told of. */
function heardOf(talk: Conversation, params: Partial<NidsParams> = {}): string[] {
  const nids = smallNids(params);
  const heard: string[] = [];
  nids.registerTcp(
    following(({ state, server, endReason }) => {
      heard.push(`${state} ${endReason ?? (server.gapLength > 0 ? `gap ${server.gapLength}` : text(server.data))}`);
    }),
  );
  nids.process(talk.batch());
  return heard.slice(1);
}

describe("a packet from the past", () => {
  /** A hole in front of "def", acknowledged at this moment; "abc" fills it 0.3 s after the handshake. */
  function filled(acknowledged: string, late = "1000.3"): Conversation {
    return conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
      .at("1000")
      .handshake()
      .at("1000.1")
      .segment("client", { seq: 3, data: "def" })
      .at(acknowledged)
      .ack("server")
      .at("1000.2")
      .ack("server")
      .at(late)
      .send("client", "abc", { seq: -6 });
  }

  it("begins the grace of a hole now", () => {
    for (const moment of ["1000.15", "998.15", "2"]) {
      expect(heardOf(filled(moment)), moment).to.deep.equal(["DATA abc", "DATA def"]);
    }
    expect(heardOf(filled("998.15", "1002.1"))).to.deep.equal(["DATA gap 3", "DATA def"]);
  });

  it("does not keep a grace of none from being over", () => {
    expect(heardOf(filled("998.15"), { holeGraceMs: 0 })).to.deep.equal(["DATA gap 3", "DATA def"]);
  });

  it("begins the time that an end waits for missing bytes now", () => {
    const stuck = (moment: string): Conversation =>
      conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" })
        .at("1000")
        .handshake()
        .segment("client", { seq: 3, flags: "FA" })
        .at(moment)
        .segment("server", { flags: "FA", ack: -4 })
        .at("1001.5")
        .segment("client", { seq: -4 })
        .at("1003")
        .segment("client", { seq: -4, data: "abc" })
        .segment("server");
    for (const moment of ["1000.4", "985.4"]) {
      expect(heardOf(stuck(moment), { stuckCloseTimeoutMs: 10_000 })).to.deep.equal(["DATA abc", "CLOSE fin"]);
    }
  });
});
