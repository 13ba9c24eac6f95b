/**
 * A frame: an IP packet behind a link header, captured at a time. Frames are values; the transforms return new ones.
 */
import { LinkType } from "@tsnids/pcap";
import type { AddressPair } from "./checksum.js";
import { TestkitError } from "./errors.js";
import { fragmentAt, fragmentPieces, type FragmentPiece } from "./fragment.js";
import type { LinkFields, VlanTag } from "./link-fields.js";
import { linkHeader } from "./link-header.js";
import { concat } from "./octets.js";
import { defaultStart, time, type Time, type TimeLike } from "./time.js";

/** One captured frame. */
export interface Frame {
  /** When it was captured. */
  readonly time: Time;
  /** LINKTYPE number. */
  readonly linkType: number;
  /** The bytes captured. */
  readonly bytes: Uint8Array;
  /** Bytes on the wire; more than `bytes.length` when the snap length cut it. */
  readonly originalLength: number;
  /** Where the IP header begins in `bytes`. */
  readonly networkOffset: number;
  /** What the link header was made from; none for a header of one's own. */
  readonly linkFields?: LinkFields;
}

/** How a packet travels and is captured. */
export interface FrameOptions {
  /** LINKTYPE number, default Ethernet. */
  readonly link?: number;
  /** VLAN tags, outermost first. Default none. */
  readonly vlan?: readonly VlanTag[];
  /** MPLS labels, outermost first, behind the tags. Default none. */
  readonly mpls?: readonly number[];
  /** PPPoE session, behind the tags. Default none. */
  readonly pppoe?: number;
  /** Ethernet with a length, LLC and SNAP instead of a type. */
  readonly llc?: boolean;
  /** Puts the packet into another one, such as {@link tunnelPacket}. Default: leaves it as it is. */
  readonly wrap?: (packet: Uint8Array) => Uint8Array;
  /** Default 2001-09-09 01:46:40 UTC. */
  readonly time?: TimeLike;
  /** Shortest frame in bytes: shorter ones get zeros behind the packet, as Ethernet does up to 60. Default 0. */
  readonly padTo?: number;
}

function addressesOf(packet: Uint8Array): AddressPair {
  const isIpv6 = (packet[0] ?? 0) >>> 4 === 6;
  const [start, length] = isIpv6 ? [8, 16] : [12, 4];
  return {
    source: packet.subarray(start, start + length),
    destination: packet.subarray(start + length, start + 2 * length),
  };
}

/**
 * Puts an IP packet behind a link header. Throws TestkitError `bad-link` for a link type it cannot write, and
 * `bad-field` for what cannot be in a header.
 */
export function frame(given: Uint8Array, options: FrameOptions = {}): Frame {
  const linkType = options.link ?? LinkType.ETHERNET;
  const { vlan = [], mpls = [], pppoe, llc = false, wrap } = options;
  for (const [name, list] of Object.entries({ vlan, mpls })) {
    if (!Array.isArray(list)) throw new TestkitError("bad-field", `${name}: a list is wanted, such as [5]`);
  }
  const packet = wrap === undefined ? given : wrap(given);
  const linkFields = { ...addressesOf(packet), vlan, mpls, pppoe, llc, packetLength: packet.length };
  const header = linkHeader(linkType, linkFields);
  const padding = Math.max(0, (options.padTo ?? 0) - header.length - packet.length);
  const bytes = concat(header, packet, new Uint8Array(padding));
  return {
    time: time(options.time ?? defaultStart),
    linkType,
    bytes,
    originalLength: bytes.length,
    networkOffset: header.length,
    linkFields,
  };
}

/** The frame as a capture with this snap length, in bytes, would have it. Throws TestkitError `bad-field` when negative. */
export function cutFrame(given: Frame, snapLength: number): Frame {
  if (!Number.isInteger(snapLength) || snapLength < 0) {
    throw new TestkitError("bad-field", `snapLength: ${snapLength} is not a number of bytes`);
  }
  return { ...given, bytes: given.bytes.slice(0, snapLength) };
}

/**
 * The frame's packet in fragments, each in a frame of its own with the same link header and time; lengths in the header
 * (802.3, PPPoE, NFLOG) are those of the fragment, where it is as {@link frame} made it. `cuts` are payload offsets, or
 * pieces for overlaps and holes. Padding behind the packet is not repeated.
 * Throws TestkitError `bad-fragment`; see {@link fragmentAt} and {@link fragmentPieces}.
 */
export function fragmentFrame(
  given: Frame,
  cuts: readonly number[] | readonly FragmentPiece[],
  identification?: number,
): Frame[] {
  const { linkType, linkFields } = given;
  const header = given.bytes.subarray(0, given.networkOffset);
  const packet = given.bytes.subarray(given.networkOffset);
  const made = linkFields && linkHeader(linkType, linkFields);
  const isMade = made?.length === header.length && made.every((byte, at) => byte === header[at]);
  const offsets = cuts.filter((cut) => typeof cut === "number");
  const pieces = cuts.filter((cut) => typeof cut !== "number");
  const fragments =
    pieces.length > 0 ? fragmentPieces(packet, pieces, identification) : fragmentAt(packet, offsets, identification);
  return fragments.map((fragment) => {
    const own =
      linkFields !== undefined && isMade
        ? linkHeader(linkType, { ...linkFields, packetLength: fragment.length })
        : header;
    const bytes = concat(own, fragment);
    return { ...given, bytes, originalLength: bytes.length };
  });
}
