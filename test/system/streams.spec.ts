/**
 * `tsnids streams` against tshark's reassembly, on every capture of pcaps/: for each stream direction the same endpoints,
 * bytes, hash and gaps.
 */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";
import { followStreams, type StreamDirection } from "./tshark-follow.js";

/** Where tshark tells less than there is to tell: gaps are not compared. */
const gapsUntold: Readonly<Record<string, string>> = {
  "snaplen.pcap": "tshark joins what was captured and does not say that the snap length cut bytes off in between",
};

const folder = join(repository, "pcaps");

describeNeeding(["tshark"], "tsnids streams equals tshark's reassembly", function () {
  this.timeout(60_000);

  const captures = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));

  for (const name of captures) {
    it(name, () => {
      const withGaps = gapsUntold[name] === undefined;
      const followed = followStreams(join(folder, name));
      expect(describeAll(tsnidsStreams(name), withGaps)).to.deep.equal(describeAll(followed, withGaps));
    });
  }

  it("is compared on captures with data, over IPv4 and IPv6", () => {
    const streams = captures.flatMap((name) => followStreams(join(folder, name)));
    expect(streams.filter(({ client }) => !client.includes(":"))).to.have.lengthOf.above(10);
    expect(streams.filter(({ client }) => client.includes(":"))).to.have.lengthOf.above(1);
  });
});

function tsnidsStreams(name: string): StreamDirection[] {
  const command = [join(repository, "packages/cli/bin/tsnids.js"), "streams", join(folder, name), "--json"];
  return execFileSync(process.execPath, command, { encoding: "utf8", stdio: "pipe", maxBuffer: 64 * 1024 * 1024 })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StreamDirection);
}

/** One line per direction, sorted: the two programs need not list streams in the same order. */
function describeAll(streams: readonly StreamDirection[], withGaps: boolean): string[] {
  return streams
    .map(
      ({ client, server, nth, dir, bytes, sha256, gaps }) =>
        `${client} ${server} #${nth} ${dir} ${bytes} bytes ${sha256}${withGaps ? ` gaps ${JSON.stringify(gaps)}` : ""}`,
    )
    .sort();
}
