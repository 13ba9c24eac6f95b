/** The reading of tshark's output, on text of its form: what streams.spec.ts compares with must itself be right. */
import { expect } from "chai";
import { createHash } from "node:crypto";
import { parseEndpoints, parseFollow } from "./tshark-follow.js";

const rule = "=".repeat(67);
const hex = (text: string): string => Buffer.from(text).toString("hex");
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("tshark's listing of segments", () => {
  it("takes the sender of the SYN as the client", () => {
    expect(parseEndpoints("0\t10.0.0.1\t\t1000\t10.0.0.2\t\t80\t0x0002\n")).to.deep.equal([
      { client: "10.0.0.1|1000", server: "10.0.0.2|80" },
    ]);
  });

  it("corrects itself when the SYN comes after other segments, or only the SYN+ACK was captured", () => {
    const fromServer = "0\t\t2001:db8::2\t80\t\t2001:db8::1\t1000\t";
    const roles = [{ client: "2001:db8::1|1000", server: "2001:db8::2|80" }];
    expect(parseEndpoints(`${fromServer}0x0012\n`)).to.deep.equal(roles);
    expect(parseEndpoints(`${fromServer}0x0010\n0\t\t2001:db8::1\t1000\t\t2001:db8::2\t80\t0x0002\n`)).to.deep.equal(
      roles,
    );
  });

  it("takes the first sender as the client of a stream without a SYN", () => {
    expect(parseEndpoints("0\t10.0.0.2\t\t80\t10.0.0.1\t\t1000\t0x0018\n")).to.deep.equal([
      { client: "10.0.0.2|80", server: "10.0.0.1|1000" },
    ]);
  });
});

describe("tshark's follow output", () => {
  const pair = { client: "2001:db8::1|1000", server: "2001:db8::2|80" };
  const follow = (stream: number, ...lines: string[]): string =>
    ["", rule, "Follow: tcp,raw", `Filter: tcp.stream eq ${stream}`, ...lines, rule, ""].join("\n");
  const clientFirst = ["Node 0: [2001:db8::1]:1000", "Node 1: [2001:db8::2]:80"];
  const serverFirst = ["Node 0: [2001:db8::2]:80", "Node 1: [2001:db8::1]:1000"];

  it("joins the pieces of each direction", () => {
    const output = follow(0, ...clientFirst, hex("GET"), `\t${hex("200")}`, hex(" /"));
    expect(parseFollow(output, [pair])).to.deep.equal([
      { ...pair, nth: 0, dir: "c2s", bytes: 5, sha256: sha256("GET /"), gaps: [] },
      { ...pair, nth: 0, dir: "s2c", bytes: 3, sha256: sha256("200"), gaps: [] },
    ]);
  });

  it("knows the client when the server's segment came first", () => {
    expect(parseFollow(follow(0, ...serverFirst, hex("hello")), [pair])).to.deep.equal([
      { ...pair, nth: 0, dir: "s2c", bytes: 5, sha256: sha256("hello"), gaps: [] },
    ]);
  });

  it("reads a gap as bytes missing, not as bytes", () => {
    const output = follow(0, ...clientFirst, hex("ab"), hex("[17520 bytes missing in capture file]\0"), hex("cd"));
    expect(parseFollow(output, [pair])).to.deep.equal([
      { ...pair, nth: 0, dir: "c2s", bytes: 4, sha256: sha256("abcd"), gaps: [[2, 17520]] },
    ]);
  });

  it("numbers streams of the same pair, in blocks of any order", () => {
    const output = follow(1, ...clientFirst, hex("two")) + follow(0, ...clientFirst, hex("one"));
    const numbered = parseFollow(output, [pair, pair]).map(({ nth, sha256: hash }) => [nth, hash]);
    expect(numbered).to.deep.equal([
      [0, sha256("one")],
      [1, sha256("two")],
    ]);
  });

  it("refuses output that lacks a stream", () => {
    expect(() => parseFollow(follow(0, ...clientFirst), [pair, pair])).to.throw("did not follow stream 1");
  });
});
