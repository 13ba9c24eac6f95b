/** Small conversations and callbacks that nearly every spec of the callback contract begins with. */
import type { Attachment, NidsParams, TcpStream } from "@tsnids/nids";
import { Nids, TcpState } from "@tsnids/nids";
import type { Conversation } from "@tsnids/testkit";
import { conversation } from "@tsnids/testkit";

/** An engine with small tables; checksums are verified from the first packet on. */
export function smallNids(params: Partial<NidsParams> = {}): Nids {
  return new Nids({
    maxStreams: 256,
    maxReassemblyBytes: 1 << 20,
    maxFragmentBytes: 1 << 18,
    checksums: "verify",
    ...params,
  });
}

/** A conversation between two hosts, with its handshake. */
export function established(clientPort = 40000): Conversation {
  return conversation({ client: `10.0.0.1:${clientPort}`, server: "10.0.0.2:80" }).handshake();
}

/** Both sides finish. */
export function closed(talk: Conversation): Conversation {
  return talk.fin("client").fin("server").ack("client");
}

/** Calls `each` in every state and collects both directions from the beginning. */
export function following(
  each: (stream: TcpStream, attachment: Attachment) => void,
): (stream: TcpStream, attachment: Attachment) => void {
  return (stream, attachment) => {
    if (stream.state === TcpState.JUST_ESTABLISHED) {
      stream.client.collect++;
      stream.server.collect++;
    }
    each(stream, attachment);
  };
}

/** Bytes as text, one character each. */
export function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
