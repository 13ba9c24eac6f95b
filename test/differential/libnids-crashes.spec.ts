/**
 * Traffic that ends the real library, in a process of its own; what the engine does with it is in
 * packages/nids/test/libnids-crashes.spec.ts. Where a later libnids survives, this test fails, and the note
 * there is history.
 */
import { capture, frame, tcpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corpusFolder, describeNeeding } from "../left-out.js";
import { askOracle, buildOracle } from "./random/libnids-oracle.js";

describeNeeding(["../shared", "gcc", "libnids-dev"], "what crashes libnids", function () {
  this.timeout(60_000);

  it("one SYN of the source 0.0.255.254", async () => {
    const folder = mkdtempSync(join(tmpdir(), "libnids-crashes-"));
    try {
      const file = join(folder, "syn.pcap");
      const syn = frame(tcpPacket("0.0.255.254:1000", "10.0.0.2:80", { flags: "S", seq: 1 }));
      writeFileSync(file, capture([syn]).pcap());
      const { end } = await askOracle(buildOracle(join(corpusFolder, "../libnids/oracle"), folder), [file]);
      expect(end).to.be.oneOf(["SIGSEGV", "SIGBUS", "SIGABRT"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
