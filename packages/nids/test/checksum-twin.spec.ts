/**
 * The SIMD checksum kernel and its TypeScript twin give the same answers. An engine takes the twin where there is no
 * WebAssembly; so one runs in a thread that has none, over the same frames, which are of every length and alignment.
 */
import { capture, tcpPacket, udpPacket, frame, type Frame } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { Worker } from "node:worker_threads";
import type { Verdicts } from "./checksum-verdicts.js";
import { verdictsOf } from "./checksum-verdicts.js";

/** A packet with these bytes, one of which is changed afterwards by `flip` (0: none). */
function flipped(kind: number, data: Uint8Array, position: number, flip: number): Frame {
  const ends = kind < 2 ? ["10.0.0.1:1", "10.0.0.2:2"] : ["[2001:db8::1]:1", "[2001:db8::2]:2"];
  const [from = "", to = ""] = ends;
  const packet = kind % 2 === 0 ? udpPacket(from, to, { data }) : tcpPacket(from, to, { seq: 1, data });
  const whole = frame(packet);
  const at = 14 + (position % packet.length);
  const bytes = whole.bytes.slice();
  bytes[at] = (bytes[at] ?? 0) ^ flip;
  return { ...whole, bytes };
}

const frames = fc.sample(
  fc
    .tuple(
      fc.nat(3),
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 3000, size: "max" }),
        fc.constant(new Uint8Array(999).fill(0xff)),
      ),
      fc.nat(100_000),
      fc.constantFrom(0, 0, 1, 0x80, 0xff),
    )
    .map((parts) => flipped(...parts)),
  { numRuns: 3000, seed: 1071 },
);

function verdictsOfTwin(): Promise<Verdicts> {
  const batch = capture([frames]).batch();
  const { bytes, length, offset, capturedLength } = batch;
  const worker = new Worker(new URL("./checksum-twin-worker.js", import.meta.url), {
    workerData: { bytes, length, offset, capturedLength },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

describe("the checksum kernel and its twin", () => {
  it("agree about every packet", async () => {
    const kernel = verdictsOf(capture([frames]).batch());
    const twin = await verdictsOfTwin();
    expect(kernel.hasWebAssembly).to.equal(true);
    expect(twin.hasWebAssembly).to.equal(false);
    expect(twin.verdicts).to.deep.equal(kernel.verdicts);
    expect(new Set(kernel.verdicts).size, "both right and wrong ones were there").to.be.greaterThan(2);
  });
});
