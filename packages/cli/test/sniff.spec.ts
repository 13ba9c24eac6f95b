// tsnids sniff: packets of a file as trees, and what is wrong with its arguments. Devices are for the system suite.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, frame, ipPacket, octets, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { captures, temporaryFolder, tsnids } from "./command.js";

const web = join(captures, "web.pcap");

/** The first line of each packet. */
function headlines(...args: string[]): string[] {
  const { status, stderr, lines } = tsnids(["sniff", ...args]);
  expect([status, stderr]).to.deep.equal([0, ""]);
  return lines.filter((line) => /^\d{4}-\d\d-\d\dT/.test(line));
}

/** The line of a command that fails. */
function mistake(...args: string[]): string {
  const { status, stdout, stderr } = tsnids(["sniff", ...args]);
  expect([status, stdout]).to.deep.equal([2, ""]);
  expect(stderr).to.match(/^tsnids: .*\n$/);
  return stderr.slice("tsnids: ".length).trimEnd();
}

describe("tsnids sniff", () => {
  const folder = temporaryFolder();

  it("prints packets as trees, with an empty line between them", () => {
    const { status, lines } = tsnids(["sniff", "2", web, "tcp"]);
    expect(status).to.equal(0);
    expect(lines[0]).to.equal("2026-11-21T04:18:08.309002000Z  74 bytes");
    expect(lines).to.include("├─ IPv4").and.to.include("└─ TCP");
    expect(lines).to.include("   ├─ flags: 0x002: AE 0, CWR 0, ECE 0, URG 0, ACK 0, PSH 0, RST 0, SYN 1, FIN 0");
    expect(lines.filter((line) => line === "")).to.have.lengthOf(1);
  });

  it("takes a count, a file and a filter in one word or several", () => {
    expect(headlines(web)).to.have.lengthOf(430);
    expect(headlines("3", web)).to.have.lengthOf(3);
    expect(headlines(web, "arp")).to.have.lengthOf(2);
    expect(headlines("1", web, "tcp", "port", "80", "and", "tcp[tcpflags] & tcp-push != 0")).to.have.lengthOf(1);
  });

  it("takes the filter as an option, too", () => {
    const { stdout } = tsnids(["sniff", "1", "--filter", "tcp src port 80", web]);
    expect(stdout).to.equal(tsnids(["sniff", "1", web, "tcp src port 80"]).stdout);
    const twice = tsnids(["sniff", "--filter", "tcp", web, "udp"]);
    expect(twice.stderr).to.equal("tsnids: udp: is neither a number nor a file, and --filter has the filter\n");
  });

  it("dumps bytes with --hex", () => {
    const { lines } = tsnids(["sniff", "1", "--hex", web]);
    const dump = lines.filter((line) => /^[0-9a-f]{8}: /.test(line));
    expect(dump).to.have.lengthOf(3);
    expect(dump[0]).to.match(/^00000000: ff ff ff ff ff ff 02 00 00 09 00 02 08 06 00 01 /);
  });

  it("writes what it prints with --write", () => {
    const path = folder.path("written.pcap");
    expect(headlines("2", "--write", path, web, "arp")).to.have.lengthOf(2);
    expect(readFileSync(path).length).to.equal(24 + 2 * (16 + 42));
    expect(headlines(path)).to.have.lengthOf(2);
  });

  it("replaces a file only with --force, and never what is no file", () => {
    const path = folder.write("precious.pcap", new Uint8Array(5));
    expect(mistake("1", "--write", path, web)).to.equal(`${path}: exists already; --force replaces it`);
    expect(readFileSync(path)).to.have.lengthOf(5);
    expect(headlines("1", "--force", "--write", path, web)).to.have.lengthOf(1);
    expect(headlines(path)).to.have.lengthOf(1);
    expect(mistake("1", "--force", web)).to.equal("--force needs --write FILE");
    const onFolder = mistake("1", "--force", "--write", folder.path(""), web);
    expect(onFolder).to.match(/is there and no regular file; give another name$/);
    const tooLong = tsnids(["sniff", "1", "--write", folder.path(`${"x".repeat(300)}.pcap`), web]);
    expect(tooLong.stderr).to.match(/^tsnids: [^\n]*x\.pcap: cannot be written \(ENAMETOOLONG\)\n$/);
  });

  it("says at the packet what could not be decoded", () => {
    const frames = [
      frame(ipPacket("10.0.0.1", "10.0.0.2", 132, octets("abc"))),
      frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "" })),
    ];
    const { status, lines } = tsnids(["sniff", folder.write("sctp.pcap", capture(frames).pcap())]);
    expect(status).to.equal(0);
    expect(lines).to.include("└─ unsupported-packet: SCTP: packets with it are not decoded behind IPv4");
    expect(lines).to.include("└─ UDP");
  });

  it("reads standard input, and warns of a capture cut in a record", () => {
    const bytes = readFileSync(web);
    expect(tsnids(["sniff", "1", "-"], { input: bytes }).lines[0]).to.match(/42 bytes$/);
    const cut = tsnids(["sniff", "-"], { input: bytes.subarray(0, 100) });
    expect(cut.stderr).to.match(/^tsnids: warning: standard input: /);
    expect(cut.status).to.equal(0);
  });

  it("says in a line what is wrong with its arguments", () => {
    expect(mistake("0", web)).to.equal("the number of packets must be above 0");
    expect(mistake("2", "none.pcap")).to.equal("none.pcap: no such file");
    expect(tsnids(["sniff", "1", "missing"]).stderr).to.match(
      /^tsnids: missing: no such file, and no filter expression: /,
    );
    expect(mistake("1", folder.path(""))).to.match(/is a directory, not a capture file$/);
    expect(mistake("--backend", "tcpdump", web)).to.equal("--backend needs --interface DEVICE");
    expect(mistake("--timeout", "soon", web)).to.match(/^--timeout soon: must be seconds above 0/);
    expect(mistake("--interface", "eth0", web)).to.match(/give a file or --interface, not both$/);
    const dump = folder.path("none/x.pcap");
    expect(mistake("--write", dump, web)).to.equal(`${dump}: cannot be written: there is no such folder`);
    const filter = tsnids(["sniff", "1", web, "tcp port foo"]);
    expect([filter.status, filter.stderr.split("\n")[0]]).to.deep.equal([
      2,
      'tsnids: filter: the port "foo" is not known; expected a number',
    ]);
  });
});
