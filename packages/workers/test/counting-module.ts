/** A module for workers: follows everything, and gives back what it heard. */
import { TcpState } from "@tsnids/nids";
import type { Nids } from "@tsnids/nids";

/** What was heard of the streams. */
export interface Heard {
  readonly bytes: number;
  /** Per stream what was told of it, in order. */
  readonly streams: readonly (readonly [stream: string, told: string])[];
  readonly datagrams: number;
}

export default function setup(nids: Nids): () => Heard {
  let bytes = 0;
  let datagrams = 0;
  const streams: [string, string][] = [];
  nids.registerTcp((stream, attachment) => {
    if (stream.state === TcpState.JUST_ESTABLISHED) {
      stream.client.collect++;
      stream.server.collect++;
      streams.push((attachment.param = [`${stream.toString()} ${stream.scope}`, ""]) as [string, string]);
    }
    bytes += stream.client.countNew + stream.server.countNew;
    (attachment.param as [string, string])[1] += ` ${stream.state} ${stream.client.count} ${stream.server.count}`;
  });
  nids.registerUdp(() => {
    datagrams++;
  });
  return () => ({ bytes, streams, datagrams });
}
