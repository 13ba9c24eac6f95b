// What is told of a connection when it has ended, and how it is gathered. Both directions are collected, but only the
// number of their bytes is kept. Urgent bytes count like all others (RFC 6093 §6), though the engine hands them out
// apart.

import { TcpState } from "@tsnids/nids";
import type {
  Encapsulation,
  EndReason,
  HalfStream,
  Nids,
  PacketTime,
  StreamOrigin,
  TcpStream,
  TerminalState,
} from "@tsnids/nids";

/** One direction of a connection. */
export interface DirectionTotals {
  /** Bytes delivered. */
  readonly bytes: number;
  /** Places where bytes are missing, and how many bytes that is. */
  readonly gaps: number;
  readonly missing: number;
}

/** A connection that has ended. */
export interface Connection {
  /** Number of the connection in the replay, in order of beginning, from 1. */
  readonly id: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly state: TerminalState;
  readonly reason: EndReason;
  readonly origin: StreamOrigin;
  readonly encapsulation: readonly Encapsulation[];
  /** Time of the first packet. */
  readonly start: PacketTime;
  /** Time of the FIN or RST that ended it, or of the last data where nothing did. */
  readonly end: PacketTime;
  readonly c2s: DirectionTotals;
  readonly s2c: DirectionTotals;
}

/** What is remembered of an open connection: bytes the engine does not count, and when there was data last. */
class OpenConnection {
  readonly c2s: DirectionNotes = new DirectionNotes();
  readonly s2c: DirectionNotes = new DirectionNotes();
  seconds = 0;
  nanoseconds = 0;
}

/** What there was in one direction besides bytes in order. */
class DirectionNotes {
  urgent = 0;
  gaps = 0;
  missing = 0;

  /** Takes what a DATA notification has for this direction. */
  take({ countNewUrgent, gapLength }: HalfStream): void {
    this.urgent += countNewUrgent;
    this.missing += gapLength;
    if (gapLength > 0) this.gaps++;
  }

  /** The sum. `count` is the engine's, which includes missing bytes and leaves out urgent ones. */
  totals(count: number): DirectionTotals {
    const { urgent, gaps, missing } = this;
    return { bytes: count - missing + urgent, gaps, missing };
  }
}

/** Watches all connections of an engine and tells of each when it ends. */
export class ConnectionWatch {
  readonly #nids: Nids;
  readonly #onEnd: (connection: Connection) => void;

  constructor(nids: Nids, onEnd: (connection: Connection) => void) {
    this.#nids = nids;
    this.#onEnd = onEnd;
    nids.registerTcp((stream, attachment) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) {
        for (const half of [stream.client, stream.server]) {
          half.collect++;
          half.collectUrgent++;
        }
        attachment.param = this.#noteTime(new OpenConnection());
      } else if (stream.state === TcpState.DATA) {
        const open = this.#noteTime(attachment.param as OpenConnection);
        if (stream.server.countNew > 0 || stream.client.countNew > 0) return;
        open.c2s.take(stream.server);
        open.s2c.take(stream.client);
      } else {
        this.#ended(stream, stream.state, attachment.param as OpenConnection);
      }
    });
  }

  #noteTime(open: OpenConnection): OpenConnection {
    const { seconds, nanoseconds } = this.#nids.time;
    open.seconds = seconds;
    open.nanoseconds = nanoseconds;
    return open;
  }

  #ended(stream: TcpStream, state: TerminalState, open: OpenConnection): void {
    const { id, clientAddress, clientPort, serverAddress, serverPort, origin, encapsulation, startTime } = stream;
    const reason = stream.endReason ?? "exit";
    // Where no packet ended it, the packet in hand belongs to another connection.
    if (reason === "fin" || reason === "rst") this.#noteTime(open);
    this.#onEnd({
      ...{ id, clientAddress, clientPort, serverAddress, serverPort, state, reason, origin, encapsulation },
      start: startTime,
      end: { seconds: open.seconds, nanoseconds: open.nanoseconds },
      c2s: open.c2s.totals(stream.server.count),
      s2c: open.s2c.totals(stream.client.count),
    });
  }
}
