// Payloads as they pass, and without the second copy that a loopback device shows.

import { LinkType } from "@tsnids/pcap";
import { tcpData } from "@tsnids/sniff";
import type { TcpDataOptions } from "@tsnids/sniff";
import { conversation, frame, tcpPacket } from "@tsnids/testkit";
import type { Frame, FrameOptions } from "@tsnids/testkit";
import { expect } from "chai";
import { opening } from "./decoded.js";

async function texts(frames: Iterable<Frame>, options: TcpDataOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { timestamp, data } of tcpData({ ...options, open: opening(frames) })) {
    found.push(`${timestamp.nanoseconds} ${new TextDecoder().decode(data)}`);
  }
  return found;
}

describe("tcpData", () => {
  it("yields the payloads of packets that fulfil the filter, whatever the link type", async () => {
    for (const link of [LinkType.ETHERNET, LinkType.NULL, LinkType.LINUX_SLL, LinkType.RAW]) {
      const talk = conversation({ client: "127.0.0.1:40000", server: "127.0.0.1:9988", link })
        .handshake()
        .send("client", "question")
        .segment("server", { flags: "A", data: "unpushed" })
        .send("server", "answer");
      const filter = "tcp src port 9988 and tcp[tcpflags] & tcp-push != 0";
      expect(await texts(talk, { filter })).to.deep.equal(["5000000 answer"]);
      expect(await texts(talk)).to.have.lengthOf(3);
    }
  });

  it("ends when the loop is left", async () => {
    const talk = conversation({ client: "10.0.0.1:1", server: "10.0.0.2:2" }).handshake().send("client", "one");
    for await (const { data } of tcpData({ open: opening(talk, { waits: true }) })) {
      expect(data.length).to.equal(3);
      break;
    }
  });
});

describe("duplicates of a loopback device", () => {
  const loopback = "127.0.0.1";

  function segment(time: string, options: FrameOptions = {}, address = loopback): Frame {
    const packet = tcpPacket(`${address}:1`, `${address}:2`, { seq: 1, flags: "PA", data: "x" });
    return frame(packet, { ...options, time });
  }

  const withoutLoopbackDuplicates = true;

  it("are left out when that is asked", async () => {
    const twice = [segment("1.000"), segment("1.000001"), segment("1.000002"), segment("1.000003")];
    expect(await texts(twice)).to.have.lengthOf(4);
    expect(await texts(twice, { withoutLoopbackDuplicates })).to.deep.equal(["0 x", "2000 x"]);
  });

  it("are known on cooked captures and by the link type, too", async () => {
    for (const link of [LinkType.LINUX_SLL, LinkType.NULL]) {
      const twice = [segment("1.000", { link }), segment("1.000001", { link })];
      expect(await texts(twice, { withoutLoopbackDuplicates })).to.deep.equal(["0 x"]);
    }
  });

  it("are neither retransmissions nor what another device shows twice", async () => {
    const later = [segment("1.000"), segment("1.200")];
    expect(await texts(later, { withoutLoopbackDuplicates })).to.have.lengthOf(2);
    const elsewhere = [segment("1.000", {}, "10.0.0.1"), segment("1.000001", {}, "10.0.0.1")];
    expect(await texts(elsewhere, { withoutLoopbackDuplicates })).to.have.lengthOf(2);
  });
});
