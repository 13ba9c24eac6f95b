// Follows all streams of an engine in both directions, numbers those between the same endpoints, and tells of each
// stream when it ends.

import { TcpState } from "@tsnids/nids";
import type { Nids, TcpStream } from "@tsnids/nids";
import { endpointKey } from "../lines/endpoint-key.js";
import { PairNumbers } from "./pair-numbers.js";
import { StreamDirection } from "./stream-direction.js";
import type { BytesTarget, DirectionName, StreamName } from "./stream-direction.js";

/** Where the bytes of a direction go; undefined where nobody wants them. */
export type TargetOf = (name: StreamName, dir: DirectionName) => BytesTarget | undefined;

/** Told of both directions of a stream that has ended, whether they carried data or not. */
export type StreamEnded = (c2s: StreamDirection, s2c: StreamDirection) => void;

/** The two directions of an open stream. */
interface OpenStream {
  readonly c2s: StreamDirection;
  readonly s2c: StreamDirection;
}

/** Watches an engine from now on. */
export class StreamWatch {
  /** Streams that have ended. */
  streams = 0;
  /** Of streams of a client and a server in the same VLAN or tunnel; every stream counts, also one without data. */
  readonly #numbers: PairNumbers = new PairNumbers();

  constructor(nids: Nids, onEnd: StreamEnded, targetOf: TargetOf) {
    nids.registerTcp((stream, attachment) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) {
        for (const half of [stream.client, stream.server]) {
          half.collect++;
          half.collectUrgent++;
        }
        const name = this.#nameOf(stream);
        attachment.param = {
          c2s: new StreamDirection(name, "c2s", targetOf(name, "c2s")),
          s2c: new StreamDirection(name, "s2c", targetOf(name, "s2c")),
        } satisfies OpenStream;
        return;
      }
      const { c2s, s2c } = attachment.param as OpenStream;
      if (stream.state === TcpState.DATA) {
        c2s.take(stream.server);
        s2c.take(stream.client);
      } else {
        this.streams++;
        onEnd(c2s, s2c);
      }
    });
  }

  #nameOf({ clientAddress, clientPort, serverAddress, serverPort, scope, encapsulation }: TcpStream): StreamName {
    const pair = `${endpointKey(clientAddress, clientPort)} ${endpointKey(serverAddress, serverPort)} ${scope}`;
    const nth = this.#numbers.next(pair);
    return { clientAddress, clientPort, serverAddress, serverPort, scope, encapsulation, nth };
  }
}
