/**
 * The lines of tcp callbacks: up to four listeners that do the same, each under its number.
 */
import { TcpState } from "@tsnids/nids";
import { discardPolicy } from "./discard.js";
import { FlowRecords, sortKey, tupleFields } from "./flow-record.js";

/** @typedef {import("@tsnids/nids").TcpStream} TcpStream */
/** @typedef {import("@tsnids/nids").HalfStream} HalfStream */
/** @typedef {import("./command-line.js").Direction} Direction */

export class TcpEvents {
  #flows = new FlowRecords();
  /** The notification in hand, while it goes from listener to listener. */
  #round = {
    half: /** @type {HalfStream | undefined} */ (undefined),
    offset: 0,
    count: 0,
    urgent: 0,
    listener: 0,
  };
  #lines;
  #current;
  /** @type {() => import("@tsnids/nids").PacketTime} */
  #now = () => ({ seconds: 0, nanoseconds: 0 });
  #options;
  #discard;

  /**
   * @param {import("./lines.js").LineWriter} lines
   * @param {import("./current-packet.js").CurrentPacket} current
   * @param {import("./command-line.js").Options} options
   */
  constructor(lines, current, options) {
    this.#lines = lines;
    this.#current = current;
    this.#options = options;
    this.#discard = discardPolicy(options.discard);
  }

  /**
   * Registers the listeners.
   *
   * @param {import("@tsnids/nids").Nids} nids
   */
  follow(nids) {
    this.#now = () => nids.time;
    for (let listener = 0; listener < this.#options.listeners; listener++) {
      nids.registerTcp((stream) => this.#called(stream, listener));
    }
  }

  /** Streams announced so far. */
  get flows() {
    return this.#flows.all.length;
  }

  /** Reports the streams whose end was never told. */
  finish() {
    for (const record of this.#flows.all.toReversed()) if (record.live) this.#orphan(record, "never closed");
  }

  /**
   * @param {TcpStream} stream
   * @param {number} listener
   */
  #called(stream, listener) {
    switch (stream.state) {
      case TcpState.JUST_ESTABLISHED:
        return this.#established(stream, listener);
      case TcpState.DATA:
        return this.#data(stream, listener);
      default:
        return this.#ended(stream, listener);
    }
  }

  /**
   * @param {TcpStream} stream
   * @param {number} listener
   */
  #established(stream, listener) {
    const { port, collect, collectUrgent } = this.#options;
    // The last one registered is asked first.
    const flow = this.#isLast(listener)
      ? this.#flows.begin(stream, (record) => this.#orphan(record, "tuple reused"))
      : this.#flows.of(stream);
    if (port >= 0 && stream.serverPort !== port) {
      if (flow !== undefined) flow.live = false;
      return;
    }
    if (collect.has("c2s")) stream.server.collect++;
    if (collect.has("s2c")) stream.client.collect++;
    if (collectUrgent.has("c2s")) stream.server.collectUrgent++;
    if (collectUrgent.has("s2c")) stream.client.collectUrgent++;
    this.#lines.write("tcp", this.#head(stream, listener));
    if (collect.size + collectUrgent.size === 0 && flow !== undefined) flow.live = false;
  }

  /**
   * @param {TcpStream} stream
   * @param {number} listener
   */
  #data(stream, listener) {
    const { client, server } = stream;
    const half = [server, client].find((each) => each.countNewUrgent + each.countNew + each.gapLength > 0);
    if (half === undefined) {
      this.#lines.write("tcp", { ...this.#head(stream, listener), dir: null });
      return;
    }
    const direction = half === server ? "c2s" : "s2c";
    const head = { ...this.#head(stream, listener), dir: direction };
    const isFirst = this.#enterRound(half, listener);
    const record = this.#flows.of(stream)?.directions[direction];
    const { count, offset } = half;
    if (half.gapLength > 0) {
      this.#lines.write("tcp", { ...head, count, offset, gap: half.gapLength, reason: half.gapReason });
    } else if (half.countNewUrgent > 0) {
      const urg = half.urgentData.toString(16).padStart(2, "0");
      this.#lines.write("tcp", { ...head, count_new_urg: half.countNewUrgent, urg, count, offset });
      if (isFirst) record?.addUrgent(half.urgentData);
    } else {
      const told = this.#take(stream, half);
      record?.add(half);
      const unsubscribes = count >= this.#options.unsubscribeAfter;
      if (unsubscribes) half.collect--;
      this.#lines.write("tcp", { ...head, ...told, ...(unsubscribes ? { unsub: true } : {}) });
    }
  }

  /**
   * Looks at fresh bytes and says how many are given up.
   *
   * @param {TcpStream} stream
   * @param {HalfStream} half
   */
  #take(stream, half) {
    const { count, offset, countNew, data } = half;
    const buffered = count - offset;
    const { read } = stream;
    const discard = this.#discard?.(data, countNew);
    if (discard !== undefined) stream.discard(discard);
    return {
      count,
      offset,
      count_new: countNew,
      buffered,
      read,
      ...this.#lines.bytes("new_", data.subarray(buffered - countNew)),
      ...(discard === undefined ? {} : { discard }),
    };
  }

  /**
   * Notes which notification this is; true where this listener is the first to be called for it.
   *
   * @param {HalfStream} half
   * @param {number} listener
   */
  #enterRound(half, listener) {
    const round = this.#round;
    const { offset, count, countNewUrgent: urgent } = half;
    const same = round.half === half && round.offset === offset && round.count === count && round.urgent === urgent;
    const goesOn = same && listener > round.listener;
    this.#round = { half, offset, count, urgent, listener };
    return !goesOn;
  }

  /**
   * @param {TcpStream} stream
   * @param {number} listener
   */
  #ended(stream, listener) {
    const exiting = stream.state === TcpState.EXITING;
    if (exiting) this.#current.end();
    // Timeouts are looked for at the beginning of a frame.
    else if (stream.state === TcpState.TIMED_OUT) this.#current.moveTo(this.#now());
    const flow = this.#flows.of(stream);
    const totals =
      flow === undefined
        ? {}
        : {
            c2s: { ...flow.directions.c2s.fields, ...this.#kept(stream.server) },
            s2c: { ...flow.directions.s2c.fields, ...this.#kept(stream.client) },
          };
    const key = exiting && this.#options.sortExiting ? `${sortKey(stream)}#${listener}` : undefined;
    this.#lines.write("tcp", { ...this.#head(stream, listener), ...totals }, key);
    // The first one registered is told first.
    if (flow !== undefined && this.#isLast(listener)) flow.live = false;
  }

  /** @param {HalfStream} half */
  #kept({ count, offset, data }) {
    const retained = count - offset;
    return { count, offset, retained, ...(retained > 0 ? this.#lines.bytes("retained_", data) : {}) };
  }

  /**
   * @param {import("./flow-record.js").FlowRecord} record
   * @param {"tuple reused" | "never closed"} why
   */
  #orphan(record, why) {
    const { c2s, s2c } = record.directions;
    const sorted = why === "never closed" && this.#options.sortExiting;
    this.#lines.write(
      "meta",
      { ...this.#current.head("orphan"), flow: record.id, ...record.tuple, why, c2s: c2s.fields, s2c: s2c.fields },
      sorted ? record.key : undefined,
    );
    record.live = false;
  }

  /**
   * @param {TcpStream} stream
   * @param {number} listener
   */
  #head(stream, listener) {
    return {
      ...this.#current.head("tcp"),
      state: stream.state === TcpState.JUST_ESTABLISHED ? "JUST_EST" : stream.state,
      flow: this.#flows.of(stream)?.id ?? 0,
      ...(this.#options.listeners > 1 ? { l: listener } : {}),
      ...tupleFields(stream),
      ...(this.#options.verbose ? halfFields(stream) : {}),
    };
  }

  /** @param {number} listener */
  #isLast(listener) {
    return listener === this.#options.listeners - 1;
  }
}

/** libnids' numbers for how far a half has come; those for FINs are its own. */
const stateNumbers = { ESTABLISHED: 1, CLOSING: 11, FIN_SENT: 120, FIN_CONFIRMED: 121, ENDED: 0 };

/**
 * The public fields of both halves. What waits is counted without what libnids adds for its buffers (D7).
 *
 * @param {TcpStream} stream
 */
function halfFields({ client, server }) {
  return {
    ...{ cstate: stateNumbers[client.state], sstate: stateNumbers[server.state] },
    ...{ cwin: client.window, swin: server.window, cws: client.windowScale, sws: server.windowScale },
    ...{ cts: Number(client.timestamps), sts: Number(server.timestamps) },
    ...{ cqueue: client.queuedBytes, squeue: server.queuedBytes },
    ...{ cack: client.acknowledgment, sack: server.acknowledgment },
  };
}
