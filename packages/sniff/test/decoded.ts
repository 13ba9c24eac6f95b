// Frames of the test kit as decoded packets, and as what `open` gives.

import { FilteredSource } from "@tsnids/filter";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { PacketDecoder } from "@tsnids/sniff";
import type { OpenSource, Packet } from "@tsnids/sniff";
import { capture } from "@tsnids/testkit";
import type { Frame } from "@tsnids/testkit";

const decoder = new PacketDecoder();

/** The packet of a frame. */
export function decode({ bytes, time, linkType, originalLength }: Frame): Packet {
  return decoder.decode(bytes, time, linkType, originalLength);
}

/** The fields of one layer by name, as the tree shows them. */
export function fieldsOf(packet: Packet, protocol: string): Readonly<Record<string, string | number>> {
  const layer = packet.layers.find((each) => each.protocol === protocol);
  return Object.fromEntries(layer?.fields() ?? []);
}

/** Names of the layers, outermost first. */
export function protocols(packet: Packet): string[] {
  return packet.layers.map(({ protocol }) => protocol);
}

/** Frames as a source of one batch that ends, or afterwards waits for ever. */
export function sourceOf(frames: Iterable<Frame>, waits = false): FrameSource {
  return {
    async *batches(): AsyncGenerator<FrameBatch, void, undefined> {
      yield capture([...frames]).batch();
      if (waits) await new Promise(() => undefined);
    },
  };
}

/** What `open` was called with. */
export interface Opening {
  readonly device: string | undefined;
  readonly filter: string | undefined;
}

/** An `open` that gives these frames, and notes what it was asked for. */
export function opening(frames: Iterable<Frame>, { waits = false } = {}): OpenSource & { readonly asked: Opening[] } {
  const asked: Opening[] = [];
  const open: OpenSource = (device, { filter }) => {
    asked.push({ device, filter });
    const source = sourceOf(frames, waits);
    return filter === undefined ? source : new FilteredSource(source, filter, { keepsFragments: false });
  };
  return Object.assign(open, { asked });
}
