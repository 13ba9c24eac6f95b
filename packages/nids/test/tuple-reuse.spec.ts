/** A new connection between the endpoints of one that is still established: D11, and the parameter tupleReuseMs. */
import { conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids } from "./following.js";

/** What is heard when a second connection begins so many seconds after the first one's last packet. */
function heard(seconds: number, tupleReuseMs: number): string[] {
  const nids = smallNids({ tupleReuseMs });
  const lines: string[] = [];
  nids.registerTcp(following((stream) => void lines.push(`${stream.id} ${stream.state} ${stream.endReason ?? ""}`)));
  const ends = { client: "10.0.0.1:1", server: "10.0.0.2:2", step: "0" } as const;
  nids.process(
    conversation({ ...ends, start: "1000" })
      .handshake()
      .send("client", "old")
      .batch(),
  );
  const start = String(1000 + seconds);
  nids.process(
    conversation({ ...ends, start, clientIsn: 77_777 })
      .handshake()
      .batch(),
  );
  return lines;
}

describe("a new connection between the endpoints of an old one", () => {
  const begun = ["1 JUST_ESTABLISHED ", "1 DATA "];
  const replaced = [...begun, "1 TIMED_OUT reused", "2 JUST_ESTABLISHED "];

  it("replaces it at once", () => {
    expect(heard(0, 0)).to.deep.equal(replaced);
  });

  it("is passed over until tupleReuseMs after the last packet", () => {
    expect(heard(0, 10_000)).to.deep.equal(begun);
    expect(heard(10, 10_000)).to.deep.equal(begun);
    expect(heard(11, 10_000)).to.deep.equal(replaced);
  });
});
