// Formats by their first bytes, and what is said of captures that cannot be read.

import { expect } from "chai";
import {
  CaptureFormatError,
  captureFormats,
  detectFormat,
  longestMagic,
  openDecoder,
  PcapDecoder,
  PcapngDecoder,
} from "@tsnids/pcap";
import { pcapFile, variantName, variants } from "./sample.js";

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe("detectFormat", () => {
  for (const variant of variants) {
    it(`knows pcap, ${variantName(variant)}, and opens a decoder for it`, () => {
      const file = pcapFile(variant, []);
      expect(detectFormat(file)?.name).to.equal("pcap");
      expect(detectFormat(file.subarray(0, longestMagic))?.name).to.equal("pcap");
      expect(openDecoder(file)).to.be.instanceOf(PcapDecoder);
    });
  }

  it("knows pcapng, and opens a decoder for it", () => {
    expect(openDecoder(Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0))).to.be.instanceOf(PcapngDecoder);
  });

  it("gives each capture a decoder of its own", () => {
    const file = pcapFile(variants[0]!, []);
    expect(openDecoder(file)).not.to.equal(openDecoder(file));
  });

  it("tells all formats of the table apart", () => {
    for (const format of captureFormats) {
      for (const magic of format.magics) {
        expect(detectFormat(Uint8Array.from(magic))).to.equal(format);
        expect(detectFormat(Uint8Array.from(magic.slice(0, -1)))).to.equal(undefined);
      }
    }
  });

  it("does not know what it cannot know", () => {
    expect(detectFormat(new Uint8Array(0))).to.equal(undefined);
    expect(detectFormat(ascii("GET / HTTP/1.1"))).to.equal(undefined);
  });
});

describe("openDecoder", () => {
  const read = "formats read: pcap, modified pcap (Kuznetsov), pcap of Navtel, lcap of Ixia, pcapng";
  const refusals: readonly (readonly [string, Uint8Array, string, string])[] = [
    ["nothing", new Uint8Array(0), "empty", "at byte 0: there is nothing, not even a file header"],
    [
      "gzip",
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      "unsupported-format",
      "at byte 0: this is compressed with gzip, and has to be decompressed first",
    ],
    [
      "what lz4 -l writes",
      Uint8Array.of(0x02, 0x21, 0x4c, 0x18, 0x22, 0x10),
      "unsupported-format",
      "at byte 0: this is compressed with lz4 in its legacy format (lz4 -l), and has to be decompressed first",
    ],
    [
      "a picture",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a),
      "unknown-format",
      'at byte 0: this is a file of unknown format that begins with 89 50 4e 47 (".PNG"); ' + read,
    ],
    [
      "a quotation",
      ascii('"x"\n'),
      "unknown-format",
      'at byte 0: this is a file of unknown format that begins with 22 78 22 0a (".x.."); ' + read,
    ],
    [
      "a beginning too short to tell",
      Uint8Array.of(0xd4, 0xc3, 0xb2),
      "cut-header",
      "at byte 0: the capture ends after 3 bytes, inside its file header",
    ],
  ];
  for (const [what, head, code, message] of refusals) {
    it(`says of ${what} what it is`, () => {
      expect(() => openDecoder(head))
        .to.throw(CaptureFormatError)
        .that.includes({ code, message, offset: 0 });
    });
  }
});
