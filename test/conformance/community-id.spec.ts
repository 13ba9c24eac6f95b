/** Community IDs: the specification's own vectors, and those that tshark gives the flows of the corpus. */
import { communityId, type FlowTuple } from "@tsnids/output";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { readCaptures } from "./consensus.js";
import { DatagramOracle, type NamedFlow } from "./datagram-consensus.js";

/** A row of community-id-vectors.json; where `base64` is false, `expected` is in hexadecimal. */
interface Vector {
  readonly proto: number;
  readonly saddr: string;
  readonly daddr: string;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly seed: number;
  readonly base64: boolean;
  readonly expected: string;
}

describeNeeding(["../shared"], "Community IDs of the corpus", function () {
  this.timeout(60_000);

  it("of all vectors are right", () => {
    const vectors = JSON.parse(readFileSync(join(corpusFolder, "community-id-vectors.json"), "utf8")) as Vector[];
    expect(vectors).to.have.lengthOf.above(100);
    expect(vectors.map(computed)).to.deep.equal(vectors.map(({ expected }) => expected));
  });

  it("of all flows outside tunnels are those of tshark", () => {
    // Inside tunnels, tshark's identifier is that of the flow within.
    const captures = readCaptures(corpusFolder).filter(({ encapsulation }) => ["-", "vlan"].includes(encapsulation));
    const flows = captures.flatMap(({ file }) => new DatagramOracle(corpusFolder, file).namedFlows());
    const named = flows.filter(({ communityId: id }) => id !== "");
    expect(named).to.have.lengthOf.above(1000);
    expect(named.map((flow) => communityId(tupleOf(flow)))).to.deep.equal(named.map((flow) => flow.communityId));
  });
});

function computed({ proto, saddr, daddr, sport, dport, seed, base64 }: Vector): string {
  const ports = sport === null || dport === null ? {} : { sourcePort: sport, destinationPort: dport };
  const id = communityId({ protocol: proto, source: saddr, destination: daddr, ...ports }, seed);
  return base64 ? id : `1:${Buffer.from(id.slice(2), "base64").toString("hex")}`;
}

function tupleOf({ protocol, client, server }: NamedFlow): FlowTuple {
  const [source = "", sourcePort] = client.split("|");
  const [destination = "", destinationPort] = server.split("|");
  return {
    protocol,
    source,
    destination,
    sourcePort: Number(sourcePort),
    destinationPort: Number(destinationPort),
  };
}
