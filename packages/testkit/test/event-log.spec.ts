/** The lines of the event log and the quoting of bytes. */
import {
  alertLine,
  dataLine,
  datagramLine,
  endLine,
  gapLine,
  normalLine,
  octets,
  openLine,
  quoteBytes,
  TestkitError,
  unquoteBytes,
  urgentLine,
} from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";

describe("quoteBytes", () => {
  it("shows printable ASCII and hides the rest", () => {
    expect(quoteBytes(octets('a"b\\c ~\r\n\x00\x7f\xff'))).to.equal('"a\\"b\\\\c ~\\x0d\\x0a\\x00\\x7f\\xff"');
  });

  it("is undone by unquoteBytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(unquoteBytes(quoteBytes(bytes))).to.deep.equal(bytes);
      }),
    );
  });
});

describe("unquoteBytes", () => {
  it("knows escapes and repetition", () => {
    expect(unquoteBytes('"\\n\\r\\t\\0\\"\\\\\\x41"')).to.deep.equal(octets('\n\r\t\0"\\A'));
    expect(unquoteBytes('"ab"*3')).to.deep.equal(octets("ababab"));
    expect(unquoteBytes('""*99999999')).to.deep.equal(octets(""));
  });

  for (const wrong of ["abc", '"abc', '"\\q"', '"\\x4"', '"a"*2000000']) {
    it(`refuses ${wrong}`, () => {
      expect(() => unquoteBytes(wrong))
        .to.throw(TestkitError)
        .with.property("code", "bad-data");
    });
  }
});

describe("event lines", () => {
  it("are written in their normal form", () => {
    const bytes = octets('a  "b"');
    const lines = [
      openLine("handshake"),
      openLine("midstream", 2),
      dataLine("server", 7, bytes),
      urgentLine("client", 3, bytes, 12),
      gapLine("client", 10, 5, "capture-loss"),
      datagramLine("server", bytes),
      endLine("close"),
      endLine("timeout", "idle"),
      endLine("timeout", "idle", 3),
      alertLine("tcp-checksum"),
    ];
    expect(lines).to.deep.equal([
      "open C>S handshake",
      "open C2>S2 midstream",
      'data S>C 7 "a  \\"b\\""',
      'urgent C12>S12 3 "a  \\"b\\""',
      "gap C>S 10 +5 capture-loss",
      'datagram S>C "a  \\"b\\""',
      "close",
      "timeout idle",
      "timeout C3 idle",
      "alert tcp-checksum",
    ]);
    expect(lines.map(normalLine)).to.deep.equal(lines);
  });

  it("are compared with blanks and repetitions normalised, strings untouched", () => {
    expect(normalLine('  data     C>S 0   "a  b"*2 ')).to.equal('data C>S 0 "a  ba  b"');
    expect(normalLine('data C>S 0 "\\n"')).to.equal('data C>S 0 "\\x0a"');
    expect(() => normalLine('data C>S 0 "a'))
      .to.throw(TestkitError)
      .with.property("code", "bad-data");
  });
});
