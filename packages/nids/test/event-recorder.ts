/**
 * Plays frames through an engine and writes down what it says, in the lines of testkit's event log. Everything the
 * callback contract promises of every notification is checked on the way: a broken promise throws inside the callback,
 * which the engine reports as a CallbackError.
 */
import type { Alert, HalfStream, Nids, TcpStream, UdpDatagram } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import type { ScenarioConnection, Side } from "@tsnids/testkit";
import { alertLine, dataLine, datagramLine, directionText, endLine, gapLine, urgentLine } from "@tsnids/testkit";

/** Which connection of a page two endpoints are, and which of its sides the first of them is. */
interface Named {
  readonly number: number;
  readonly side: Side;
}

const endWords = { CLOSE: "close", RESET: "reset", TIMED_OUT: "timeout", EXITING: "exiting" } as const;

/** The event log of one engine. */
export class EventRecorder {
  readonly lines: string[] = [];
  readonly #connections: readonly ScenarioConnection[];

  constructor(nids: Nids, connections: readonly ScenarioConnection[]) {
    this.#connections = connections;
    nids.on("alert", (alert: Alert) => this.lines.push(alertLine(alert.code)));
    nids.registerUdp((datagram) => this.#datagram(datagram));
    nids.registerTcp((stream) => this.#stream(stream));
  }

  #named(address: string, port: number): Named {
    for (const { number, clientAddress, clientPort } of this.#connections) {
      if (address === clientAddress && port === clientPort) return { number, side: "client" };
    }
    return { number: 0, side: "server" };
  }

  /** The connection, and the side of the page that the engine takes for the client. */
  #client(stream: TcpStream): Named {
    const asClient = this.#named(stream.clientAddress, stream.clientPort);
    if (asClient.number !== 0) return asClient;
    const { number } = this.#named(stream.serverAddress, stream.serverPort);
    return { number, side: "server" };
  }

  #stream(stream: TcpStream): void {
    const { number, side } = this.#client(stream);
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        stream.client.collect++;
        stream.server.collect++;
        stream.client.collectUrgent++;
        stream.server.collectUrgent++;
        this.lines.push(`open ${directionText(side, number)} ${stream.origin}`);
        break;
      case TcpState.DATA: {
        const other = side === "client" ? "server" : "client";
        const spoken = [this.#half(stream.server, side, number), this.#half(stream.client, other, number)];
        if (spoken.filter(Boolean).length !== 1) throw new Error("a DATA notification must be about exactly one thing");
        break;
      }
      default:
        this.lines.push(endLine(endWords[stream.state], this.#reason(stream), number));
    }
  }

  /** Only TIMED_OUT has more than one reason. */
  #reason(stream: TcpStream): string | undefined {
    return stream.state === TcpState.TIMED_OUT ? stream.endReason : undefined;
  }

  /** Writes what is new in a half; false when nothing is. */
  #half(half: HalfStream, from: Side, number: number): boolean {
    const { count, countNew, offset, data, gapLength, gapReason, countNewUrgent, urgentData } = half;
    if (offset + data.length !== count - gapLength) throw new Error("data must lie between offset and count");
    if (countNew > data.length) throw new Error("fresh bytes must be part of data");
    if (gapLength > 0 !== (gapReason !== undefined)) throw new Error("a gap must have a reason, and only a gap");
    const said = [countNew > 0, gapLength > 0, countNewUrgent > 0].filter(Boolean).length;
    if (said > 1) throw new Error("data, gap and urgent byte exclude each other");
    if (countNew > 0) this.lines.push(dataLine(from, count - countNew, data.subarray(data.length - countNew), number));
    if (gapReason !== undefined) this.lines.push(gapLine(from, count - gapLength, gapLength, gapReason, number));
    if (countNewUrgent > 0) this.lines.push(urgentLine(from, count, Uint8Array.of(urgentData), number));
    return said === 1;
  }

  #datagram(datagram: UdpDatagram): void {
    const { number, side } = this.#named(datagram.sourceAddress, datagram.sourcePort);
    const other = this.#named(datagram.destinationAddress, datagram.destinationPort);
    this.lines.push(datagramLine(side, datagram.data, number === 0 ? other.number : number));
  }
}
