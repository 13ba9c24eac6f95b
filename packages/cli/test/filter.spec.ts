// A filter on the command line: where it may stand, what it does, and what a wrong one looks like.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LinkType, PcapngWriter } from "@tsnids/pcap";
import { capture, frame, udpPacket } from "@tsnids/testkit";
import type { Frame } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, jsonLines, temporaryFolder, tsnids } from "./command.js";

const web = join(captures, "web.pcap");

/** Frames in a pcapng file, one interface for each. */
function pcapng(frames: readonly Frame[]): Uint8Array {
  const writer = new PcapngWriter();
  const section = writer.section();
  const blocks = frames.map(({ linkType }) => writer.interface({ linkType }));
  const packets = frames.map(({ bytes }, index) => writer.packet(index, bytes, bytes.length, 1_000_000_000 + index, 0));
  return Buffer.concat([section, ...blocks, ...packets]);
}

/** Frames that came through, and connections. */
function counts(...args: string[]): readonly [frames: unknown, streams: unknown] {
  const result = tsnids(["run", "--json", "-q", ...args]);
  expect(result.stderr).to.equal("");
  const { statistics } = jsonLines(result).at(-1) as { statistics: Record<string, unknown> };
  return [statistics["frames"], statistics["streams"]];
}

describe("tsnids run with a filter", () => {
  const folder = temporaryFolder();

  it("takes it behind the files, in one word or several, or as an option", () => {
    const [all] = counts(web);
    const [some, streams] = counts(web, "tcp port 80 and not host 10.9.0.2");
    expect(all).to.equal(430);
    expect(some).to.equal(0);
    expect(streams).to.equal(0);
    const [packets] = counts(web, "tcp port 80");
    expect(packets).to.be.within(1, 429);
    expect(counts(web, "tcp", "port", "80")).to.deep.equal(counts(web, "tcp port 80"));
    expect(counts("--filter", "tcp port 80", web)).to.deep.equal(counts(web, "tcp port 80"));
    expect(counts(web, web, "arp")).to.deep.equal([4, 0]);
  });

  it("says how many packets it left out", () => {
    const { lines } = tsnids(["run", "-q", web, "tcp port 80 and src host 10.9.0.1"]);
    const [kept = 0, leftOut] = ["packets", "filter"].map((subject) =>
      Number(/^\w+ +(\d+)/.exec(lines.find((line) => line.startsWith(subject)) ?? "")?.[1]),
    );
    expect([kept > 0, leftOut]).to.deep.equal([true, 430 - kept]);
    expect(tsnids(["run", "-q", web]).stdout).not.to.contain("filter");
    expect(jsonLines(tsnids(["run", "-q", "--json", web, "arp"])).at(-1)).to.include({ packets: 2, filtered: 428 });
    expect(tsnids(["run", "-q", web, "udp"]).lines[1]).to.match(/^filter +430 packets left out$/);
  });

  it("keeps the later fragments of what it keeps", () => {
    const datagram = capture([frame(udpPacket("10.0.0.1:4000", "10.0.0.2:53", { data: "x".repeat(100) }))]);
    const path = folder.write("fragments.pcap", datagram.fragment(0, [16, 32], 7).pcap());
    expect(counts(path, "udp port 53")[0]).to.equal(3);
    expect(counts(path, "udp port 54")[0]).to.equal(0);
  });

  it("reads on behind a frame of a link type that it cannot look into, and names that once", () => {
    const packet = udpPacket("10.0.0.1:4000", "10.0.0.2:53", { data: "x" });
    const usb = { ...frame(packet), linkType: LinkType.USB_LINUX_MMAPPED };
    const path = folder.write("usb.pcapng", pcapng([frame(packet), usb, frame(packet), usb, frame(packet)]));
    const message = "filter: filters cannot look into frames of link type USB_LINUX_MMAPPED; they are left out";
    const { stderr, lines, status } = tsnids(["run", "-q", path, "udp port 53"]);
    expect([stderr, status]).to.deep.equal([`tsnids: warning: ${message}\n`, 0]);
    expect(lines[0]).to.match(/^packets +3:/);
    expect(lines[1]).to.match(/^filter +2 packets left out, 2 of them of link types that it cannot be asked about$/);
    expect(jsonLines(tsnids(["run", "--json", path, "udp port 53"]))).to.satisfy(([first, last]: object[]) => {
      expect(first).to.deep.equal({ type: "warning", code: "unsupported-link-type", message });
      expect(last).to.include({ packets: 3, filtered: 2, unfilterable: 2 });
      return true;
    });
    const written = folder.path("written.pcapng");
    expect(tsnids(["record", "-w", written, path, "udp port 53"]).stderr).to.equal(
      `tsnids: warning: ${message}\ntsnids: 3 frames in ${written}\n`,
    );
    expect(tsnids(["sniff", path, "udp port 53"])).to.include({ stderr: `tsnids: warning: ${message}\n`, status: 0 });
  });

  it("takes an existing file for a file, and a folder for a word", () => {
    const name = folder.path("tcp");
    writeFileSync(name, "no capture");
    const { stderr, status } = tsnids(["run", web, name]);
    expect([stderr.includes(`${name}: `), status]).to.deep.equal([true, 2]);
    const pattern = folder.path("part-[12]");
    for (const part of ["part-1", "part-2"]) folder.write(part, readFileSync(web));
    expect(counts(web, pattern, "tcp port 80")).to.deep.equal(counts(web, web, web, "tcp port 80"));
    expect(counts(web, "!(tcp)")).to.deep.equal(counts(web, "not tcp"));
    mkdirSync(folder.path("directory"));
    expect(tsnids(["run", web, folder.path("directory")]).stderr).to.match(/is a directory/);
  });

  it("may be longer than the name of a file, and is not what a link to itself is", () => {
    const long = Array.from({ length: 30 }, (_, index) => `tcp port ${1000 + index}`).join(" or ");
    expect(tsnids(["run", "-q", web, long])).to.include({ stderr: "", status: 0 });
    const nested = `${"ip[".repeat(20_000)}0${"]".repeat(20_000)} = 1`; // As a pattern of files it would be too much.
    const { stderr, status } = tsnids(["run", "-q", web, nested]);
    expect([stderr.split("\n").length, status]).to.deep.equal([4, 2]);
    expect(stderr).to.match(/^tsnids: filter: /);
    const loop = folder.path("loop");
    symlinkSync(loop, loop);
    expect(tsnids(["run", "-q", web, loop])).to.include({
      stderr: `tsnids: ${loop}: cannot be read (ELOOP)\n`,
      status: 2,
    });
  });
});

describe("a wrong filter", () => {
  it("is shown with the place, and nothing is read", () => {
    for (const args of [
      [web, "tcp port foo"],
      ["--filter", "tcp port foo", web],
      [web, "tcp", "port", "foo"],
    ]) {
      const { stdout, stderr, status } = tsnids(["streams", ...args]);
      expect(stderr.split("\n")).to.deep.equal([
        'tsnids: filter: the port "foo" is not known; expected a number',
        "  tcp port foo",
        "           ^^^",
        "",
      ]);
      expect([stdout, status]).to.deep.equal(["", 2]);
    }
  });

  it("is not what a mistyped file name is called", () => {
    expect(tsnids(["run", web, "web2.pcap"]).stderr).to.match(/^tsnids: web2\.pcap: no such file/);
    expect(tsnids(["run", web, "web2", web]).stderr).to.match(/^tsnids: web2: no such file \(a filter comes after/);
    expect(tsnids(["run", web, "web2"]).stderr).to.match(
      /^tsnids: web2: no such file, and no filter expression: .*\n$/,
    );
    expect(tsnids(["run", "tcp port 80"]).stderr).to.match(/^tsnids: tcp port 80: no such file/);
  });

  it("names the link type that does not have what it asks for", () => {
    const { stderr, status } = tsnids(["run", join(captures, "sll.pcap"), "vlan 5"]);
    expect([stderr.split("\n"), status]).to.deep.equal([
      [
        "tsnids: warning: filter: Linux cooked v1 frames have no VLAN tags; they are left out",
        "tsnids: filter: Linux cooked v1 frames have no VLAN tags",
        "  vlan 5",
        "  ^^^^^^",
        "",
      ],
      2,
    ]);
  });
});
