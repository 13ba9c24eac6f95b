/** Conversations that go different ways: in VLANs, below labels, through tunnels; and what streams become of them. */
import type { NidsParams, TcpStream } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import type { Frame, FrameOptions, TunnelOptions } from "@tsnids/testkit";
import { capture, conversation, tunnelPacket } from "@tsnids/testkit";
import { following, smallNids, text } from "./following.js";

/** How a packet travels. */
export type Way = Omit<FrameOptions, "time">;

export const endpoints = { client: "10.0.0.1:40000", server: "10.0.0.2:80" };
export const ends = { source: "192.0.2.1", destination: "192.0.2.2" };

/** Through a tunnel between `ends`, or others. */
export function tunnel(kind: string, options: Partial<TunnelOptions> = {}): Way {
  return { wrap: (packet) => tunnelPacket(kind, packet, { ...ends, ...options }) };
}

/** What each stream delivered, to its server and to its client. */
export function streamsOf(frames: Iterable<Frame>, params: Partial<NidsParams> = {}): string[] {
  const nids = smallNids(params);
  const bytes = new Map<TcpStream, string>();
  nids.registerTcp(
    following((stream) => {
      const fresh = stream.state === TcpState.DATA ? text(stream.server.data) + text(stream.client.data) : "";
      bytes.set(stream, (bytes.get(stream) ?? "") + fresh);
    }),
  );
  nids.process(capture([frames]).batch());
  nids.exit();
  return [...bytes.values()];
}

/** Two conversations between the same endpoints at the same time, packet by packet in turns, each its own way. */
export function sideBySide(one: Way, other: Way): Frame[] {
  const talk = (way: Way, data: string): readonly Frame[] =>
    conversation({ ...endpoints, ...way })
      .handshake()
      .send("client", data)
      .ack("server").frames;
  const [first, second] = [talk(one, "one"), talk(other, "two")];
  return first.flatMap((each, at) => [each, second[at] as Frame]);
}

/** A conversation whose two sides take different ways. */
export function thereAndBack(there: Way, back: Way, between = endpoints): Frame[] {
  const sent = (way: Way): readonly Frame[] =>
    conversation({ ...between, ...way })
      .handshake()
      .send("client", "there")
      .send("server", "back")
      .ack("client").frames;
  const backwards = sent(back);
  return sent(there).map((each, at) => ([1, 4].includes(at) ? (backwards[at] as Frame) : each));
}
