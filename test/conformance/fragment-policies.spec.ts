/** The overlapping fragments of the corpus (expected/derived): what each policy makes of them, as others test it. */
import { expect } from "chai";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FragmentPolicy } from "@tsnids/nids";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { followDatagrams } from "./follow-datagrams.js";

/** What `expected/derived` says of a capture; null: no datagram. Of UDP, `sha256` is that of the payload. */
interface Expectation {
  readonly pcap: string;
  readonly policies: Readonly<Record<string, { readonly sha256: string; readonly udp_payload_text?: string } | null>>;
}

/** Names in the corpus that are others here. */
const policyNames: Readonly<Record<string, FragmentPolicy>> = { any: "linux", "last/rfc791": "last" };

describeNeeding(["../shared"], "fragments of the corpus under each policy", () => {
  const folder = join(corpusFolder, "expected/derived");
  const files = readdirSync(folder).filter((name) => name.includes("frag"));
  const expectations = files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Expectation);

  it("are there", () => {
    expect(expectations).to.have.lengthOf.above(10);
  });

  for (const { pcap, policies } of expectations) {
    for (const [name, expected] of Object.entries(policies)) {
      it(`${name}: ${pcap}`, async () => {
        const fragmentPolicy = policyNames[name] ?? (name as FragmentPolicy);
        const path = join(corpusFolder, "pcaps", pcap);
        const { udp, fragmented } = await followDatagrams(path, { fragmentPolicy, ipv6FragmentPolicy: fragmentPolicy });
        const found = pcap.includes("udp") ? udp : fragmented;
        expect(found.map(({ sha256 }) => sha256)).to.deep.equal(expected === null ? [] : [expected.sha256]);
      });
    }
  }
});
