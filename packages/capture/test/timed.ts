// Captures for the tests of sources that go by time: of frames captured at given seconds.

import { LinkType, PcapngWriter, PcapWriter } from "@tsnids/pcap";

const writer = new PcapWriter({ linkType: LinkType.ETHERNET });

/** The records of frames captured at these seconds. */
export function records(...seconds: readonly number[]): Buffer {
  return Buffer.concat(seconds.map((second) => writer.record(new Uint8Array(60).fill(second), 60, second, 0)));
}

/** A capture with them. */
export function pcap(...seconds: readonly number[]): Buffer {
  return Buffer.concat([writer.header(), records(...seconds)]);
}

export function pcapng(...seconds: readonly number[]): Buffer {
  const blocks = new PcapngWriter({ application: "a name that is long enough to fill the first bytes of the file" });
  const head = [blocks.section(), blocks.interface({ linkType: LinkType.ETHERNET })];
  return Buffer.concat([...head, ...seconds.map((second) => blocks.packet(0, new Uint8Array(60), 60, second, 0))]);
}
