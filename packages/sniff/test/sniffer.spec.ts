// One endpoint: its packets, and its streams with all their bytes.

import { InvalidPacketError, maximumWaitingStreams, Sniffer, UnsupportedPacketError } from "@tsnids/sniff";
import type { SnifferOptions } from "@tsnids/sniff";
import {
  capture,
  conversation,
  fragmentFrame,
  frame,
  ipPacket,
  octets,
  tcpPacket,
  udpPacket,
  windowScale,
} from "@tsnids/testkit";
import type { Conversation, Frame } from "@tsnids/testkit";
import { expect } from "chai";
import { opening } from "./decoded.js";
import { rejection } from "./rejection.js";

const between = { client: "10.0.0.1:40000", server: "10.0.0.2:80" };

function sniffer(frames: Iterable<Frame>, options: SnifferOptions = {}, waits = false): Sniffer {
  return new Sniffer({ ...options, open: opening(frames, { waits }) });
}

function finish(talk: Conversation): Conversation {
  return talk.fin("client").ack("server").fin("server").ack("client");
}

async function streamTexts(frames: Iterable<Frame>, options: SnifferOptions = {}): Promise<string[]> {
  const stream = await sniffer(frames, options).receiveStream();
  return [stream?.clientToServer, stream?.serverToClient].map((bytes) => new TextDecoder().decode(bytes));
}

describe("Sniffer.receiveRaw", () => {
  it("gives headers and data of the packets from and to the endpoint, then undefined", async () => {
    const others = conversation({ client: "10.0.0.1:41000", server: "10.0.0.2:81" }).handshake();
    const crossed = conversation({ client: "10.0.0.2:42000", server: "10.0.0.1:80" }).handshake();
    const talk = conversation(between).handshake().send("client", "GET /");
    const some = sniffer(capture([others, crossed, talk]), { address: "10.0.0.2", port: 80 });
    for (let segment = 0; segment < 3; segment++) expect((await some.receiveRaw())?.data.length).to.equal(0);
    const raw = await some.receiveRaw();
    expect(raw?.headers.map(({ protocol }) => protocol)).to.deep.equal(["Ethernet", "IPv4", "TCP"]);
    expect(new TextDecoder().decode(raw?.data)).to.equal("GET /");
    expect(raw?.timestamp.toString()).to.equal("2001-09-09T01:46:40.003000000Z");
    expect(await some.receiveRaw()).to.equal(undefined);
  });

  it("throws for what is invalid or not supported, and goes on behind it", async () => {
    const [start, ...rest] = conversation(between).segment("client", { flags: "S", dataOffset: 4 }).ack("client");
    const sctp = frame(ipPacket("10.0.0.1", "10.0.0.2", 132, octets([1, 2, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0])));
    const some = sniffer([start!, sctp, ...rest], { port: 80 });
    expect(await rejection(some.receiveRaw()))
      .to.be.instanceOf(InvalidPacketError)
      .and.include({ code: "invalid-packet" });
    expect(await rejection(some.receiveRaw()))
      .to.be.instanceOf(UnsupportedPacketError)
      .and.include({ protocol: "SCTP" });
    expect((await some.receiveRaw())?.packet.tcp?.flags).to.equal(0x10);
  });

  it("takes IPv6 endpoints, and all packets where none is named", async () => {
    const datagram = frame(udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "six" }));
    expect((await sniffer([datagram], { address: "2001:db8::2" }).receiveRaw())?.data).to.have.lengthOf(3);
    expect(await sniffer([datagram], { address: "2001:db8::3" }).receiveRaw()).to.equal(undefined);
    expect((await sniffer([datagram]).receiveRaw())?.data).to.have.lengthOf(3);
    const [, later] = fragmentFrame(frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x".repeat(40) })), [16], 7);
    expect(await rejection(sniffer([later!]).receiveRaw())).to.be.instanceOf(UnsupportedPacketError);
  });

  it("gives the first fragments that have the port of the endpoint, and no later ones", async () => {
    for (const [source, destination] of [
      ["10.0.0.1:1", "10.0.0.2"],
      ["[2001:db8::1]:1", "[2001:db8::2]"],
    ] as const) {
      const frames = [81, 80].flatMap((port) => {
        const segment = tcpPacket(source, `${destination}:${port}`, { seq: 1, flags: "A", data: "x".repeat(40) });
        return fragmentFrame(frame(segment), [24, 40], port);
      });
      const some = sniffer(frames, { port: 80 });
      expect((await some.receiveRaw())?.packet.tcp?.destinationPort).to.equal(80);
      expect(await some.receiveRaw()).to.equal(undefined);
    }
  });
});

describe("Sniffer.receiveStream", () => {
  it("gives both ends and the bytes each sent, of the stream that finishes first", async () => {
    const slow = conversation({ client: "10.0.0.1:41000", server: "10.0.0.2:80" }).handshake().send("client", "slow");
    const quick = finish(conversation(between).handshake().send("client", "GET /").ack("server").send("server", "200"));
    const some = sniffer(capture([slow, quick]), { address: "10.0.0.2", port: 80 });
    expect(await some.receiveStream()).to.deep.equal({
      client: { address: "10.0.0.1", port: 40000 },
      server: { address: "10.0.0.2", port: 80 },
      clientToServer: octets("GET /"),
      serverToClient: octets("200"),
      missing: 0,
      truncated: false,
      endReason: "fin",
    });
    expect(await some.receiveStream()).to.equal(undefined);
  });

  it("lets later data win among segments that wait for a hole to fill", async () => {
    const talk = conversation(between)
      .handshake()
      .segment("client", { seq: 2, data: "cdef" })
      .segment("client", { seq: -2, data: "EFGH" })
      .segment("client", { seq: -8, data: "ab" });
    expect(await streamTexts(finish(talk))).to.deep.equal(["abcdEFGH", ""]);
  });

  it("lets later data win over bytes that were there already", async () => {
    const talk = conversation(between).handshake().send("client", "abcdef").ack("server");
    talk.segment("client", { seq: -4, data: "CD" }).segment("client", { seq: -1, data: "FGH" });
    expect(await streamTexts(finish(talk))).to.deep.equal(["abCDeFGH", ""]);
  });

  it("finds the place of data in a SYN that comes again", async () => {
    const talk = conversation(between).segment("client", { flags: "S", data: "ab" }).segment("server", { flags: "SA" });
    talk.ack("client").segment("client", { flags: "S", data: "AB", stray: true });
    expect(await streamTexts(finish(talk))).to.deep.equal(["AB", ""]);
  });

  it("lets no broken copy win", async () => {
    const talk = conversation(between).handshake();
    for (let sound = 0; sound < 40; sound++) talk.send("client", "x").ack("server");
    talk.segment("client", { seq: -2, data: "YY", checksum: 1 });
    expect(await streamTexts(finish(talk))).to.deep.equal(["x".repeat(40), ""]);
  });

  it("keeps the same endpoints in two VLANs apart, late copies too", async () => {
    const talks = [5, 6].map((id) => {
      const talk = conversation({ ...between, vlan: [{ id }] })
        .handshake()
        .send("client", `vlan${id}`)
        .ack("server");
      return finish(talk.segment("client", { seq: -1, data: id === 5 ? "V" : "6" }));
    });
    const some = sniffer(capture(talks));
    for (const text of ["vlanV", "vlan6"]) {
      expect(await some.receiveStream()).to.deep.include({ clientToServer: octets(text), missing: 0 });
    }
  });

  it("lets no SYN that the engine passes over move the bytes", async () => {
    const strays = [{ flags: "SA" }, { flags: "SR" }, { flags: "S", checksum: 1 }] as const;
    for (const stray of strays) {
      const talk = conversation(between).handshake();
      for (let sound = 0; sound < 40; sound++) talk.send("client", "x").ack("server");
      const absoluteSeq = talk.nextSeq("client") - 4;
      talk
        .segment("client", { ...stray, absoluteSeq, stray: true })
        .send("client", "yy")
        .ack("server");
      expect(await streamTexts(finish(talk)), stray.flags).to.deep.equal([`${"x".repeat(40)}yy`, ""]);
    }
  });

  it("knows the place of bytes behind 4 GiB", async () => {
    const options = [windowScale(14)];
    const talk = conversation(between).segment("client", { flags: "S", options });
    talk.segment("server", { flags: "SA", options, window: 65535 }).ack("client").send("client", "first").ack("server");
    const holes = [...new Array<number>(4).fill(10 ** 9), 2 ** 32 - 4 * 10 ** 9 - 9];
    for (const seq of holes) {
      talk.segment("client", { seq, data: "x" }).segment("server", { window: 65535 }).wait(10);
    }
    const stream = await sniffer(finish(talk), { maxStreamBytes: 5 }).receiveStream();
    expect(stream).to.deep.include({ clientToServer: octets("first"), missing: 2 ** 32 - 9, truncated: true });
  });

  it("keeps sequence numbers that wrap around, and urgent bytes in their place", async () => {
    const talk = conversation({ ...between, clientIsn: 0xfffffffd })
      .handshake()
      .send("client", "abcdef")
      .ack("server");
    talk.segment("client", { seq: -3, data: "DEF" });
    talk.segment("client", { flags: "PAU", urgentPointer: 2, data: "gh" }).send("client", "ij");
    talk.segment("client", { seq: -1, data: "J" });
    expect(await streamTexts(finish(talk))).to.deep.equal(["abcDEFghiJ", ""]);
  });

  it("has zeros for what was never captured, and says how much", async () => {
    const talk = conversation(between).handshake().send("client", "ab").ack("server");
    talk.segment("client", { seq: 3, data: "cd" }).ack("server");
    const stream = await sniffer(finish(talk)).receiveStream();
    expect(stream).to.deep.include({ clientToServer: octets("ab\0\0\0cd"), missing: 3 });
  });

  it("keeps maxStreamBytes of a direction", async () => {
    const talk = conversation(between).handshake().send("client", "0123456789").ack("server");
    talk.segment("client", { seq: -6, data: "XXXX" });
    const stream = await sniffer(finish(talk), { maxStreamBytes: 5 }).receiveStream();
    expect(stream).to.deep.include({ clientToServer: octets("0123X"), truncated: true });
  });

  it("puts segments in fragments together, also where the endpoint has a port", async () => {
    const [question, answer] = ["q".repeat(100), "a".repeat(100)];
    for (const [client, address, server] of [
      ["10.0.0.1:40000", "10.0.0.2", "10.0.0.2:80"],
      ["[2001:db8::1]:40000", "2001:db8::2", "[2001:db8::2]:80"],
    ] as const) {
      const talk = conversation({ client, server }).handshake().send("client", question).send("server", answer);
      const frames = [...finish(talk)].flatMap((each, index) =>
        each.bytes.length > 100 ? fragmentFrame(each, [24, 48], index) : [each],
      );
      for (const options of [{ address }, { port: 80 }, { address, port: 80 }]) {
        expect(await sniffer(frames, options).receiveStream(), JSON.stringify(options)).to.deep.include({
          clientToServer: octets(question),
          serverToClient: octets(answer),
          missing: 0,
        });
      }
    }
  });

  it("tells how a stream ended, and gives none that goes on", async () => {
    const reset = conversation(between).handshake().send("server", "x").reset("server");
    expect(await sniffer(reset).receiveStream()).to.include({ endReason: "rst" });
    expect(await sniffer(conversation(between).handshake().send("client", "x")).receiveStream()).to.equal(undefined);
    const midstream = finish(conversation(between).send("client", "x").ack("server"));
    expect(await sniffer(midstream).receiveStream()).to.equal(undefined);
    const withHole = conversation(between).handshake().segment("client", { seq: 2, data: "x" }).fin("client");
    expect(await sniffer(withHole.ack("server").fin("server")).receiveStream()).to.include({ endReason: "exit" });
    const broken = conversation(between).handshake();
    for (let sound = 0; sound < 40; sound++) broken.send("client", "x").ack("server");
    broken.segment("client", { seq: 2, data: "y", flags: "FA", checksum: 1, stray: true }).fin("server");
    expect(await sniffer(broken).receiveStream()).to.equal(undefined);
  });
});

describe("a Sniffer", () => {
  it("keeps the streams that finish while packets are received", async () => {
    const talks = [1, 2].map((port) =>
      finish(
        conversation({ client: `10.0.0.1:${port}`, server: "10.0.0.2:80" })
          .handshake()
          .send("client", `${port}`),
      ),
    );
    const some = sniffer(talks.flatMap(({ frames }) => [...frames]));
    expect((await some.receiveStream())?.client.port).to.equal(1);
    while ((await some.receiveRaw()) !== undefined);
    expect((await some.receiveStream())?.client.port).to.equal(2);
    expect(await some.receiveStream()).to.equal(undefined);
  });

  it("forgets the oldest of the finished streams that wait, beyond so many, and counts them", async () => {
    const forgotten = 2;
    const talks = Array.from({ length: 1 + maximumWaitingStreams + forgotten }, (_, port) =>
      finish(conversation({ client: `10.0.0.1:${1 + port}`, server: "10.0.0.2:80" }).handshake()),
    );
    const some = sniffer(talks.flatMap(({ frames }) => [...frames]));
    expect((await some.receiveStream())?.client.port).to.equal(1);
    expect(some.forgottenStreams).to.equal(0);
    while ((await some.receiveRaw()) !== undefined);
    expect(some.forgottenStreams).to.equal(forgotten);
    expect((await some.receiveStream())?.client.port).to.equal(2 + forgotten);
  });

  it("is closed while it waits", async () => {
    const some = sniffer([], {}, true);
    const waiting = some.receiveRaw();
    expect(await rejection(some.receiveStream())).to.include({ code: "busy" });
    await some.close();
    expect(await waiting).to.equal(undefined);
    expect(await some.receiveStream()).to.equal(undefined);
  });

  it("refuses endpoints and limits that are none", () => {
    const wrong = [{ address: "host" }, { address: 5 as never }, { port: 65536 }, { port: 1.5 }, { maxStreamBytes: 0 }];
    for (const options of [...wrong, { adress: "10.0.0.1" } as object]) {
      expect(() => new Sniffer(options), JSON.stringify(options))
        .to.throw()
        .with.property("code", "invalid-argument");
    }
    expect(() => new Sniffer()).not.to.throw();
  });
});
