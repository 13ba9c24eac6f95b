// Packets of chosen streams: from the handshake on, in both directions, and of no other stream.

import { Recorder, StreamRecorder } from "@tsnids/capture";
import type { StreamRecorderOptions } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";
import type { TcpStream } from "@tsnids/nids";
import { MemorySource } from "@tsnids/pcap";
import { capture, conversation } from "@tsnids/testkit";
import type { Capture, Conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { temporaryDirectory } from "./sample.js";

function talk(client: string, text: string, start = 0): Conversation {
  return conversation({ client, server: "10.0.0.2:80", start: 1000 + start })
    .handshake()
    .send("client", text)
    .send("server", "answer")
    .ack("client")
    .fin("client")
    .fin("server")
    .ack("client");
}

describe("StreamRecorder", () => {
  const directory = temporaryDirectory();
  let count = 0;

  /** Records the streams that are chosen when `chooses` says so; gives the frames recorded, as hexadecimal text. */
  async function record(
    input: Capture,
    chooses: (stream: TcpStream) => boolean,
    options: StreamRecorderOptions = {},
  ): Promise<{ readonly frames: readonly string[]; readonly recorder: StreamRecorder }> {
    const path = directory.path(`out${count++}.pcapng`);
    const file = new Recorder(path);
    const nids = new Nids();
    const recorder = new StreamRecorder(nids, file, options);
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
      if (chooses(stream)) recorder.choose(stream);
    });
    await nids.run(new MemorySource(input.pcap()));
    file.finish();
    const frames: string[] = [];
    for (const { bytes, offset, capturedLength, length } of new MemorySource(
      new Uint8Array(readFileSync(path)),
    ).batches()) {
      for (let at = 0; at < length; at++)
        frames.push(hex(bytes.subarray(offset[at], offset[at]! + capturedLength[at]!)));
    }
    return { frames, recorder };
  }

  const framesOf = (input: Iterable<{ readonly bytes: Uint8Array }>): string[] =>
    [...input].map(({ bytes }) => hex(bytes));
  const hasData =
    (text: string) =>
    ({ state, server }: TcpStream): boolean =>
      state === TcpState.DATA && Buffer.from(server.data).toString().includes(text);

  const one = talk("10.0.0.1:1001", "GET /good");
  const other = talk("10.0.0.1:1002", "GET /evil");

  it("records the stream chosen at its first data from its handshake to its last packet", async () => {
    const { frames } = await record(capture([one, other]), hasData("evil"));
    expect(frames).to.deep.equal(framesOf(other));
  });

  it("records the stream chosen when it is established", async () => {
    const { frames } = await record(capture([one, other]), ({ clientPort }) => clientPort === 1001);
    expect(frames).to.deep.equal(framesOf(one));
  });

  it("records frames once when the stream is chosen again and again, and all of several streams in order", async () => {
    const both = capture([one, other]);
    const { frames } = await record(both, () => true);
    expect(frames.toSorted()).to.deep.equal(framesOf(both).toSorted());
  });

  it("does not go on with a new connection between the same endpoints", async () => {
    const again = talk("10.0.0.1:1002", "GET /good", 60);
    const { frames } = await record(capture([other, again]), hasData("evil"));
    expect(frames).to.deep.equal(framesOf(other));
  });

  it("keeps as much of a stream as it may, and counts what is missing", async () => {
    const long = talk("10.0.0.1:1003", `${"x".repeat(10_000)}evil`);
    const { frames, recorder } = await record(capture([long]), hasData("evil"), { prologueBytes: 4096 });
    expect(recorder.missingFrames).to.be.greaterThan(0);
    expect(frames.length).to.equal(long.frames.length - recorder.missingFrames);
    expect(frames.slice(0, 3)).to.deep.equal(framesOf(long).slice(0, 3));
  });

  it("gives up the prologues of those not seen for longest when there are too many", async () => {
    const many = Array.from({ length: 50 }, (_, index) => talk(`10.0.0.1:${2000 + index}`, "GET /good", index));
    const { frames, recorder } = await record(
      capture([...many, talk("10.0.0.1:1002", "GET /evil", 60)]),
      hasData("evil"),
      {
        maximumPrologueBytes: 8192,
      },
    );
    expect(recorder.forgottenPrologues).to.be.greaterThan(30);
    expect(frames).to.have.length(9);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
