// A packet as text: the tree and the hexdump.

import { PacketDecoder, Timestamp } from "@tsnids/sniff";
import { cutFrame, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { decode } from "./decoded.js";

describe("a packet as text", () => {
  const datagram = frame(udpPacket("10.0.0.1:53", "10.0.0.2:4000", { data: "to\x1b[2Jme" }), { padTo: 60 });

  it("is a tree of protocols and fields, which cannot command a terminal", () => {
    expect(decode(datagram).toString().split("\n")).to.deep.equal([
      "2001-09-09T01:46:40.000000000Z  60 bytes",
      "├─ Ethernet",
      "│  ├─ destination: 02:00:0a:00:00:02",
      "│  ├─ source: 02:00:0a:00:00:01",
      "│  └─ type: 0x0800 (IPv4)",
      "├─ IPv4",
      "│  ├─ version: 4",
      "│  ├─ header length: 20",
      "│  ├─ traffic class: 0x00",
      "│  ├─ total length: 36",
      "│  ├─ identification: 0x0000",
      "│  ├─ flags: 0x0: reserved 0, DF 0, MF 0",
      "│  ├─ fragment offset: 0",
      "│  ├─ ttl: 64",
      "│  ├─ protocol: 17 (UDP)",
      "│  ├─ checksum: 0x66c7",
      "│  ├─ source: 10.0.0.1",
      "│  └─ destination: 10.0.0.2",
      "├─ UDP",
      "│  ├─ source port: 53",
      "│  ├─ destination port: 4000",
      "│  ├─ length: 16",
      "│  └─ checksum: 0xac7c",
      "├─ payload",
      "│  ├─ length: 8",
      "│  └─ data: to.[2Jme",
      "└─ trailer",
      "   └─ length: 10",
    ]);
  });

  it("says what was not captured", () => {
    const lines = decode(cutFrame(datagram, 44)).toString().split("\n");
    expect(lines[0]).to.equal("2001-09-09T01:46:40.000000000Z  44 of 60 bytes");
    expect(lines.slice(-4)).to.deep.equal(["└─ payload", "   ├─ length: 2", "   ├─ data: to", "   └─ not captured: 6"]);
  });

  it("has a hexdump of every byte", () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const dump = new PacketDecoder().decode(all.subarray(1), { seconds: 0, nanoseconds: 0 }).hexdump().split("\n");
    expect(dump).to.have.lengthOf(16);
    expect(dump[0]).to.equal("00000000: 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10    ................");
    expect(dump[4]).to.equal("00000040: 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50    ABCDEFGHIJKLMNOP");
    expect(dump[15]).to.match(/^000000f0: f1 f2 f3 f4 f5 f6 f7 f8 f9 fa fb fc fd fe ff /);
  });
});

describe("a timestamp", () => {
  it("keeps nanoseconds as text, and cuts them off as a date", () => {
    const moment = new Timestamp(1_000_000_000, 123_456_789);
    expect(moment.toString()).to.equal("2001-09-09T01:46:40.123456789Z");
    expect(moment.date.toISOString()).to.equal("2001-09-09T01:46:40.123Z");
    expect(moment.since({ seconds: 999_999_999, nanoseconds: 123_456_789 })).to.equal(1);
  });
});
