// Frames that filters are tried on, and the trial.

import { compileFilter } from "@tsnids/filter";
import type { FrameOptions, Frame } from "@tsnids/testkit";
import { concat, frame, icmpPacket, octets, tcpPacket, udpPacket } from "@tsnids/testkit";

/** A TCP segment 10.0.0.1:40000 -> 10.0.0.2:80 with PSH and ACK. */
export function web(options: FrameOptions = {}): Frame {
  return frame(
    tcpPacket("10.0.0.1:40000", "10.0.0.2:80", { seq: 1, flags: "PA", data: "GET / HTTP/1.0\r\n\r\n" }),
    options,
  );
}

/** The same over IPv6, 2001:db8::1 -> 2001:db8::2. */
export function web6(options: FrameOptions = {}): Frame {
  return frame(tcpPacket("[2001:db8::1]:40000", "[2001:db8::2]:80", { seq: 1, flags: "PA", data: "GET /" }), options);
}

/** A DNS query 10.0.0.1:4000 -> 192.168.1.9:53. */
export function query(options: FrameOptions = {}): Frame {
  return frame(udpPacket("10.0.0.1:4000", "192.168.1.9:53", { data: "query" }), options);
}

/** An echo request 10.0.0.1 -> 10.0.0.2. */
export function ping(options: FrameOptions = {}): Frame {
  return frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, data: "ping" }), options);
}

/** An Ethernet frame of any type. */
export function etherFrame(type: number, payload: Uint8Array): Frame {
  const header = octets([2, 0, 10, 0, 0, 2, 2, 0, 10, 0, 0, 1, type >> 8, type & 0xff]);
  const bytes = concat(header, payload);
  return { ...web(), bytes, originalLength: bytes.length };
}

/** Whether a frame fulfils an expression. */
export function accepts(expression: string, { bytes, linkType, originalLength }: Frame): boolean {
  // Somewhere in a larger block, as in a batch: what lies around the frame must not matter.
  const block = concat(new Uint8Array(7).fill(0xff), bytes, new Uint8Array(64).fill(0xff));
  return compileFilter(expression, { linkType })(block, 7, bytes.length, originalLength);
}
