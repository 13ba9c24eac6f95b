/** Several threads come to the same totals as one engine on every capture of the public corpus. */
import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import type { FrameSource } from "@tsnids/pcap";
import { NidsWorkers } from "@tsnids/workers";
import { expect } from "chai";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { readCaptures } from "./consensus.js";
import listen from "./workers-module.js";

/** What processes a capture. */
interface Processor {
  run(source: FrameSource): Promise<void>;
}

/** What a run ended with: nothing, or the error of a damaged capture. */
async function endOf(processor: Processor, path: string): Promise<string> {
  try {
    await processor.run(new FileSource(path));
    return "";
  } catch (error) {
    return String(error);
  }
}

describeNeeding(["../shared"], "workers on the public corpus", function () {
  this.timeout(300_000);

  it("count and raise what one engine does", async () => {
    const worker = new URL("./workers-module.js", import.meta.url);
    // With `auto`, captures as small as these are on trial from beginning to end, and nothing would be sorted.
    const params = { checksums: "verify" } as const;
    for (const { file } of readCaptures(corpusFolder)) {
      const path = join(corpusFolder, "pcaps", file);
      const one = new Nids(params);
      listen(one);
      const many = new NidsWorkers({ workers: 2, worker, params });
      expect(await endOf(many, path), file).to.equal(await endOf(one, path));
      expect(many.statistics(), file).to.deep.equal(one.statistics());
      expect(many.alertCounts(), file).to.deep.equal(one.alertCounts());
    }
  });
});
