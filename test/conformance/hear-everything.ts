/**
 * An engine in which everything that can be asked for is: both directions and urgent bytes of every stream, some of it
 * discarded, every datagram, message, packet, fragment and alert, and of each all that it shows. What is read is summed
 * up, so that reading has a purpose.
 */
import { Nids, type HalfStream, type IpPacket, type NidsParams, type TcpStream } from "@tsnids/nids";

/** Streams that are given up by their listener after so many notifications. */
const patience = 50;

/** An engine with a listener of every kind, and a count of what they heard. */
export class EverythingHeard {
  readonly nids: Nids;
  /** Bytes and texts read, as a number that grows. */
  total = 0;

  constructor(params: Partial<NidsParams> = {}) {
    const nids = new Nids({ poisonAfterCallback: true, scanPorts: 5, ...params });
    this.nids = nids;
    nids.registerTcp((stream) => this.#stream(stream));
    nids.registerUdp((datagram) => {
      this.#add(datagram.data, datagram.sourceAddress, datagram.destinationAddress);
      this.#packet(datagram.ip);
    });
    nids.registerIcmp((message) => {
      this.#add(message.body, message.sourceAddress, message.destinationAddress, message.quoted?.stream?.toString());
      this.#packet(message.ip);
    });
    nids.registerIp((packet) => this.#packet(packet));
    nids.registerIpFragment((packet) => this.#packet(packet));
    nids.on("alert", (alert) => this.#add(alert.packet, JSON.stringify({ ...alert, packet: undefined })));
  }

  #stream(stream: TcpStream): void {
    const { client, server } = stream;
    for (const half of [client, server]) this.#half(half);
    this.#add(stream.toString(), JSON.stringify([stream.startTime, stream.lastTime, stream.encapsulation]));
    if (stream.state === "JUST_ESTABLISHED") {
      stream.user = 0;
      for (const half of [client, server]) {
        half.collect++;
        half.collectUrgent++;
      }
    } else if (stream.state === "DATA") {
      const heard = (stream.user as number) + 1;
      stream.user = heard;
      // Now nothing, now one byte, now all stays for the next time.
      if (heard % 3 > 0) stream.discard(heard % 3 === 1 ? 0 : Math.min(1, stream.read));
      if (heard === patience) for (const half of [client, server]) half.collect = 0;
    }
  }

  #half(half: HalfStream): void {
    this.#add(half.data, half.gapReason, half.state);
    this.total += half.count + half.countNew + half.offset + half.gapLength + half.countNewUrgent + half.urgentData;
    this.total += half.window + half.windowScale + half.acknowledgment + half.queuedBytes + half.urgentCount;
  }

  #packet(packet: IpPacket): void {
    this.#add(packet.bytes, packet.header, packet.payload, packet.source, packet.destination);
    this.#add(JSON.stringify(packet.encapsulation));
  }

  #add(...read: readonly (Uint8Array | string | undefined)[]): void {
    for (const each of read) this.total += each?.length ?? 0;
  }
}
