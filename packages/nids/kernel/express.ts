// What the express lane asks about a frame (src/express-lane.ts has the same in TypeScript): is it plain Ethernet, IPv4 without options
// and fragments, TCP; is it right; and which flow does it belong to? One call for each frame, instead of one for the
// checksum and a long walk through bounds checks.
//
// The hash and the layout of index and flows are those of src/tcp/flow-table.ts; a test holds the two together.

import { ipv4 } from "./checksum";

const ethernetBytes: u32 = 14;
const ipv4Bytes: u32 = 20;
const shortestFrame: u32 = 54;
const TCP: u32 = 6;
/** EtherType 0x0800 and version 4 with a header of five words, as a little-endian machine reads them; any type of service. */
const plainIpv4: u32 = 0x00450008;
const flowBytes: u32 = 64;

/** The side of the flow that sent a frame, as slot * 2 + side; 0 where the frame is not the plain kind, not right, or unknown. */
export function look(frame: u32, captured: u32, verify: u32, index: u32, mask: u32, flows: u32, seed: u32): u32 {
  if (captured < shortestFrame || (load<u32>(frame, 12) & 0x00ffffff) != plainIpv4) return 0;
  const ip = frame + ethernetBytes;
  const totalLength = <u32>bswap(load<u16>(ip, 2));
  if (totalLength > captured - ethernetBytes || totalLength < 2 * ipv4Bytes) return 0;
  if ((load<u16>(ip, 6) & 0xff3f) != 0 || load<u8>(ip, 9) != TCP) return 0;
  if (verify != 0 && ipv4(ip, ipv4Bytes, totalLength) != 3) return 0;
  const source = bswap(load<u32>(ip, 12));
  const destination = bswap(load<u32>(ip, 16));
  if (source >>> 1 == destination >>> 1) return 0;
  const ports = bswap(load<u32>(ip, 20));
  // Endpoints are ordered without a branch, which would be guessed wrong half of the time: all ones where the source is lower.
  const swap = 0 - <u32>(source < destination);
  const difference = (source ^ destination) & swap;
  const low = destination ^ difference;
  const high = source ^ difference;
  const turned = rotl<u32>(ports, 16);
  const ordered = turned ^ ((ports ^ turned) & swap);
  let hash = ((low ^ seed) * 0x9e3779b1) ^ high;
  hash = ((hash ^ (hash >>> 15)) * 0x85ebca6b) ^ ordered;
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  hash ^= hash >>> 16;
  let bucket = hash & mask;
  while (true) {
    const entry = index + (bucket << 3);
    const slot = load<u32>(entry, 4);
    if (slot == 0) return 0;
    const flow = flows + slot * flowBytes;
    if (load<u32>(entry) == hash && load<u32>(flow) == low && load<u32>(flow, 4) == high) {
      if (load<u32>(flow, 8) == ordered && load<u32>(flow, 12) == 0) return (slot << 1) | (swap + 1);
    }
    bucket = (bucket + 1) & mask;
  }
}
