// The moves of a conversation, so that a kind of capture can be told in a few words: open, data, acknowledge, close.
// A move may also be queued and written later, among other connections' packets or out of order.
//
//     client                         server
//       | SYN, mss, wscale ------------> |
//       | <------------ SYN/ACK, options |   open
//       | ACK -------------------------> |
//       | data, PSH/ACK ---------------> |
//       | <------------------------- ACK |
//       | <---------------------- FIN/ACK|
//       | FIN/ACK ---------------------> |   close
//       | <------------------------- ACK |

import { C2S, Flow, S2C } from "./flow.js";
import { FrameWriter, TcpFlag } from "./frame-writer.js";
import { PayloadPool } from "./payload-pool.js";
import { PcapStream } from "./pcap-stream.js";
import { Random } from "./random.js";
import { Truth } from "./truth.js";

const { ACK, FIN, PSH, SYN } = TcpFlag;

/**
 * A packet to be written later.
 * @typedef {object} Move
 * @property {Flow} flow
 * @property {number} direction
 * @property {number} position stream position of the first payload byte
 * @property {number} length payload bytes
 * @property {number} acknowledged stream position of the other direction the ACK field names
 * @property {number} flags
 * @property {Fragment} [fragment] present if the move is a piece of a fragmented datagram
 *
 * @typedef {object} Fragment
 * @property {{identification: number, tcp: Uint8Array}} datagram
 * @property {number} start
 * @property {number} end
 */

/** A capture being written. */
export class Traffic {
  #pool;
  #pcap;
  #truth;
  #flows = 0;

  /**
   * @param {string} path capture to create or overwrite
   * @param {number} seed
   */
  constructor(path, seed) {
    this.random = new Random(seed);
    this.#pool = new PayloadPool(this.random);
    this.#pcap = new PcapStream(path, this.random);
    this.#truth = new Truth(this.#pool);
    this.frames = new FrameWriter(this.#pcap, this.#pool);
  }

  /** @returns {number} packets written so far */
  get packets() {
    return this.#pcap.packets;
  }

  /** @returns {Flow} the next connection, nothing of it written yet */
  newFlow() {
    return new Flow(this.#flows++, this.random, this.#pool);
  }

  /** Writes the handshake. @param {Flow} flow */
  open(flow) {
    this.frames.segment(flow, C2S, -1, 0, 0, SYN);
    this.frames.segment(flow, S2C, -1, 0, 0, SYN | ACK);
    this.frames.segment(flow, C2S, 0, 0, 0, ACK);
  }

  /**
   * Writes the next bytes of a direction as one segment, acknowledging all the other side sent.
   * @param {Flow} flow
   * @param {number} direction
   * @param {number} length
   */
  data(flow, direction, length) {
    const position = flow.take(direction, length);
    this.frames.segment(flow, direction, position, length, flow.sent(1 - direction), PSH | ACK);
  }

  /**
   * Writes a segment without data that acknowledges all the other side sent.
   * @param {Flow} flow
   * @param {number} direction direction of the ACK itself
   */
  acknowledge(flow, direction) {
    this.frames.segment(flow, direction, flow.sent(direction), 0, flow.sent(1 - direction), ACK);
  }

  /**
   * Writes the close of both directions; everything must have been written before.
   * @param {Flow} flow
   * @param {number} [first] direction that closes first
   */
  close(flow, first = S2C) {
    const second = 1 - first;
    this.frames.segment(flow, first, flow.sent(first), 0, flow.sent(second), FIN | ACK);
    this.closeOther(flow, first);
  }

  /**
   * Writes what follows a FIN already written: the other FIN and the last ACK. A FIN takes one sequence number.
   * @param {Flow} flow
   * @param {number} first direction whose FIN was written
   */
  closeOther(flow, first) {
    const second = 1 - first;
    this.frames.segment(flow, second, flow.sent(second), 0, flow.sent(first) + 1, FIN | ACK);
    this.frames.segment(flow, first, flow.sent(first) + 1, 0, flow.sent(second) + 1, ACK);
    this.#truth.add(flow);
  }

  /** Writes a queued move. @param {Move} move */
  write(move) {
    const { flow, direction, fragment } = move;
    if (fragment === undefined) {
      this.frames.segment(flow, direction, move.position, move.length, move.acknowledged, move.flags);
    } else {
      this.frames.fragment(flow, direction, fragment.datagram, fragment.start, fragment.end);
    }
  }

  /**
   * Finishes the capture and writes its truth.
   * @param {string} path
   * @param {{generator: number, kind: string, seed: number, asked: number}} facts
   */
  finish(path, facts) {
    this.#pcap.close();
    this.#truth.write(path, { ...facts, packets: this.packets, captureBytes: this.#pcap.written });
  }
}
