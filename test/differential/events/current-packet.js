/**
 * The packet the engine is at: its number, its time, and its IP header as far as callbacks have shown it. TCP and alert
 * lines name them, so they are noted by the callbacks that come first.
 */

/** @typedef {import("./lines.js").Fields} Fields */

/** The bytes of an IPv4 packet that event lines talk about. */
export class IpHeader {
  /** @param {Uint8Array} bytes from the first byte of the IP header on; at least 20 */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get headerLength() {
    return (this.view.getUint8(0) & 0xf) * 4;
  }

  get totalLength() {
    return this.view.getUint16(2);
  }

  get source() {
    return this.bytes.subarray(12, 16).join(".");
  }

  get destination() {
    return this.bytes.subarray(16, 20).join(".");
  }

  /** What ip and ip_frag events say about a header. */
  get fields() {
    const fragment = this.view.getUint16(6);
    return {
      src: this.source,
      dst: this.destination,
      proto: this.view.getUint8(9),
      tot_len: this.totalLength,
      ihl: this.headerLength,
      id: this.view.getUint16(4),
      off: (fragment & 0x1fff) * 8,
      df: (fragment >> 14) & 1,
      mf: (fragment >> 13) & 1,
    };
  }
}

export class CurrentPacket {
  number = 0;
  /** 4 or 6, of its IP packet. */
  family = 4;
  /** Captured bytes from the IP header on. */
  captured = 0;
  /** @type {IpHeader | undefined} */
  header = undefined;
  #time = "";

  /**
   * A frame begins.
   *
   * @param {number} seconds
   * @param {number} nanoseconds
   */
  begin(seconds, nanoseconds) {
    this.moveTo({ seconds, nanoseconds });
    this.header = undefined;
    this.captured = 0;
  }

  /**
   * A frame begins whose packet no callback has shown yet, or never will.
   *
   * @param {import("@tsnids/nids").PacketTime} time
   */
  moveTo({ seconds, nanoseconds }) {
    this.#time = `${seconds}.${String(Math.floor(nanoseconds / 1000)).padStart(6, "0")}`;
  }

  /** There is no packet: what happens now happens at the end. */
  end() {
    this.#time = "";
  }

  /**
   * The first fields of every event.
   *
   * @param {string} event
   * @returns {Fields}
   */
  head(event) {
    return { ev: event, pkt: this.number, ...(this.#time === "" ? {} : { ts: this.#time }) };
  }
}
