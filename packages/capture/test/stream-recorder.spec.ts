// Packets of chosen streams: from the handshake on, in both directions, and of no other stream.

import { Recorder, RecordError, StreamRecorder } from "@tsnids/capture";
import type { StreamRecorderOptions } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";
import type { TcpStream } from "@tsnids/nids";
import { LinkType, MemorySource } from "@tsnids/pcap";
import {
  Capture,
  capture,
  concat,
  conversation,
  frame,
  fragmentFrame,
  ipPacket,
  octets,
  tunnelPacket,
} from "@tsnids/testkit";
import type { Conversation, Frame } from "@tsnids/testkit";
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

  it("records a stream that is told to record itself, by the recorder made last", async () => {
    const nids = new Nids();
    const files = ["first", "last"].map((name) => new Recorder(directory.path(`${name}.pcapng`)));
    for (const file of files) new StreamRecorder(nids, file);
    nids.registerTcp((stream) => {
      if (stream.clientPort === 1002) stream.record();
    });
    await nids.run(new MemorySource(capture([one, other]).pcap()));
    expect(files.map(({ frames }) => frames)).to.deep.equal([0, other.frames.length]);
    for (const file of files) file.finish();
  });

  it("is what a stream asks for that is told to record itself", async () => {
    const nids = new Nids();
    nids.registerTcp((stream) => stream.record());
    let error: unknown;
    try {
      await nids.run(new MemorySource(one.pcap()));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).to.have.nested.property("cause.code", "no-recorder");
  });

  it("does not go on with a new connection between the same endpoints", async () => {
    const again = talk("10.0.0.1:1002", "GET /good", 60);
    const { frames } = await record(capture([other, again]), hasData("evil"));
    expect(frames).to.deep.equal(framesOf(other));
  });

  it("knows streams behind an authentication header", async () => {
    for (const [client, server, header] of [
      ["10.0.0.1:1005", "10.0.0.2:80", 20],
      ["[2001:db8::1]:1005", "[2001:db8::2]:80", 40],
    ] as const) {
      const plain = conversation({ client, server, start: 1000 })
        .handshake()
        .send("client", "GET /evil")
        .reset("client");
      const frames = plain.frames.map(({ bytes, time }): Frame => {
        const packet = bytes.subarray(14);
        const length = header === 20 ? 4 : 16;
        const [source, destination] = [header - 2 * length, header - length].map((at) => packet.slice(at, at + length));
        const authentication = Uint8Array.of(6, 4, ...new Uint8Array(22));
        return frame(ipPacket(source!, destination!, 51, concat(authentication, packet.subarray(header))), { time });
      });
      const { frames: recorded } = await record(capture([one, capture(frames)]), hasData("evil"));
      expect(recorded, client).to.deep.equal(framesOf(frames));
    }
  });

  it("records a frame once in which several packets came, of one chosen stream or of two", async () => {
    const third = talk("10.0.0.1:1003", "GET /evil", 1);
    const linkType = LinkType.IEEE802_11;
    const addresses = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    /** An 802.11 frame with an A-MSDU of these packets. */
    const aggregated = (...parts: readonly Frame[]): Frame => {
      const subframes = parts.map(({ bytes }) => {
        const content = concat(octets([0xaa, 0xaa, 3, 0, 0, 0, 8, 0]), bytes.subarray(14));
        const padding = new Uint8Array(-(14 + content.length) & 3);
        return concat(octets(addresses), octets([content.length >> 8, content.length & 255]), content, padding);
      });
      const header = octets([0x88, 1, 0, 0, ...addresses, ...addresses.slice(0, 6), 0, 0, 0x80, 0]);
      const bytes = concat(header, ...subframes);
      return { ...parts[0]!, linkType, bytes, originalLength: bytes.length };
    };
    const [left, right] = [other.frames, third.frames];
    const both = left.map((each, index) => aggregated(each, right[index]!));
    const inOne = [...left.slice(0, 3).map((each) => aggregated(each)), aggregated(...left.slice(3, 5))];
    for (const frames of [both, inOne, [aggregated(...left.slice(0, 4))]]) {
      const { frames: recorded } = await record(new Capture(frames), hasData("evil"));
      expect(recorded).to.deep.equal(framesOf(frames));
      const chosenAtOnce = await record(new Capture(frames), ({ state }) => state === TcpState.JUST_ESTABLISHED);
      expect(chosenAtOnce.frames).to.deep.equal(framesOf(frames));
    }
  });

  it("records a frame again that comes again, also one by one at the same time", () => {
    const path = directory.path("again.pcapng");
    const file = new Recorder(path);
    const nids = new Nids();
    const recorder = new StreamRecorder(nids, file);
    nids.registerTcp((stream) => recorder.choose(stream));
    const frames = other.frames.flatMap((each) => [each, each]);
    for (const each of frames) nids.processFrame(each.bytes, { seconds: 1000, nanoseconds: 0 });
    nids.exit();
    file.finish();
    expect(file.frames).to.equal(frames.length);
  });

  it("keeps as much of a stream as it may, and counts what is missing", async () => {
    const long = talk("10.0.0.1:1003", `${"x".repeat(10_000)}evil`);
    const { frames, recorder } = await record(capture([long]), hasData("evil"), { prologueBytes: 4096 });
    expect(recorder.missingFrames).to.be.greaterThan(0);
    expect(frames.length).to.equal(long.frames.length - recorder.missingFrames);
    expect(frames.slice(0, 3)).to.deep.equal(framesOf(long).slice(0, 3));
  });

  it("refuses options that cannot work, by their name", () => {
    const recorder = new Recorder(directory.path("unused.pcapng"));
    for (const option of ["prologueBytes", "maximumPrologueBytes", "maximumFragmentBytes"]) {
      for (const value of [Number.NaN, "64k", -1]) {
        expect(() => new StreamRecorder(new Nids(), recorder, { [option]: value }))
          .to.throw(RecordError, `StreamRecorder: ${option} must be a whole number from 0 on, not ${value}`)
          .with.property("code", "invalid-option");
      }
    }
    recorder.abandon();
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

  describe("and datagrams in fragments", () => {
    /**
     * Frames in two fragments each, the later one first where the index is odd; each with an identification of its own.
     * A TCP header cut in two is for IPv4 only (RFC 7112).
     */
    const fragmented = (frames: readonly Frame[], first = 1, cut = 16): Frame[] =>
      frames.flatMap((each, index) => {
        if (each.bytes.length < 14 + 40 + 20 + 8 && cut > 16) return [each];
        const both = fragmentFrame(each, [cut], first + index);
        return index % 2 === 0 ? both : both.reverse();
      });
    const inTunnel = ({ bytes, networkOffset, time }: Frame, id: number): Frame =>
      frame(
        tunnelPacket("4in4", bytes.subarray(networkOffset), {
          source: "192.0.2.1",
          destination: "192.0.2.2",
          ip: { ipv4: { identification: id } },
        }),
        { time },
      );

    for (const [what, client, server, cut] of [
      ["IPv4", "10.0.0.1:1005", "10.0.0.2:80", 16],
      ["IPv6", "[2001:db8::1]:1005", "[2001:db8::2]:80", 24],
    ] as const) {
      it(`records all fragments of the stream and no others, before and after it is chosen: ${what}`, async () => {
        const evil = conversation({ client, server, start: 1000 })
          .handshake()
          .send("client", "GET /evil")
          .send("server", "x".repeat(1000))
          .fin("client")
          .fin("server")
          .ack("client");
        const frames = fragmented(evil.frames, 1, cut);
        expect(frames.length).to.be.greaterThan(evil.frames.length + 1);
        const { frames: recorded, recorder } = await record(
          new Capture([...frames, ...fragmented(one.frames, 1000)]),
          hasData("evil"),
        );
        expect(recorded).to.deep.equal(framesOf(frames));
        expect([recorder.missingFrames, recorder.forgottenDatagrams]).to.deep.equal([0, 0]);
      });
    }

    it("records the fragments of a tunnel's datagrams, and those within them", async () => {
      const inner = fragmented(other.frames);
      const frames = fragmented(
        inner.map((each, index) => inTunnel(each, index + 1)),
        500,
      );
      const { frames: recorded } = await record(new Capture(frames), hasData("evil"));
      expect(recorded).to.deep.equal(framesOf(frames));
    });

    it("gives up the oldest datagrams that are not complete, and counts them", async () => {
      const halves = Array.from({ length: 40 }, (_, index) => fragmentFrame(one.frames[3]!, [16], 100 + index)[0]!);
      const [first, ...rest] = fragmented(other.frames);
      const { frames, recorder } = await record(new Capture([first!, ...halves, ...rest]), hasData("evil"), {
        maximumFragmentBytes: 2000,
      });
      expect(recorder.forgottenDatagrams).to.be.greaterThan(25);
      expect(frames).to.deep.equal(framesOf(rest));
    });

    it("keeps no datagrams, not even their names, where it may keep no bytes", async () => {
      const halves = Array.from({ length: 40 }, (_, index) => fragmentFrame(one.frames[3]!, [16], 100 + index)[0]!);
      const { recorder } = await record(new Capture(halves), hasData("evil"), { maximumFragmentBytes: 0 });
      expect(recorder.forgottenDatagrams).to.equal(halves.length);
    });

    it("takes a fragment that comes long after for one of another datagram", async () => {
      const [half] = fragmentFrame({ ...one.frames[3]!, time: { seconds: 900, nanoseconds: 0 } }, [16], 1);
      const frames = fragmented(one.frames);
      const { frames: recorded } = await record(new Capture([half!, ...frames]), hasData("good"));
      expect(recorded).to.deep.equal(framesOf(frames));
    });
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
