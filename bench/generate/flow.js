// One TCP connection as its generator sees it: who talks to whom, and how far each side has come. Everything is counted
// in stream positions (0 is the first byte after the SYN); sequence numbers are made from them when a frame is written.

/** Direction: 0 from client to server, 1 from server to client. */
export const C2S = 0;
/** See {@link C2S}. */
export const S2C = 1;

const CLIENT_NETWORK = 0x0a10_0000; // 10.16.0.0/16
const SERVER_NETWORK = 0xc0a8_0a00; // 192.168.10.0/24
const SERVERS = 32;
const SERVER_PORTS = [80, 443, 8080, 22, 25, 5432, 6379, 3306];
const FIRST_EPHEMERAL_PORT = 49_152; // RFC 6335 section 6: 2^14 ports
const INDEX_MASK = 0x3fff_ffff; // 16 bits of host, 14 of port

/** A connection. */
export class Flow {
  /**
   * @param {number} index which flow of the capture, below 2^30; distinct flows get distinct endpoints
   * @param {import("./random.js").Random} random
   * @param {import("./payload-pool.js").PayloadPool} pool
   */
  constructor(index, random, pool) {
    const scattered = scatter(index);
    this.clientAddress = CLIENT_NETWORK | (scattered & 0xffff);
    this.clientPort = FIRST_EPHEMERAL_PORT + (scattered >>> 16);
    this.serverAddress = (SERVER_NETWORK + 1 + random.below(SERVERS)) | 0;
    this.serverPort = SERVER_PORTS[random.below(SERVER_PORTS.length)];
    this.clientIsn = random.uint32() | 0;
    this.serverIsn = random.uint32() | 0;
    this.clientStart = pool.pickStart(random);
    this.serverStart = pool.pickStart(random);
    this.clientSent = 0;
    this.serverSent = 0;
  }

  /**
   * @param {number} direction
   * @returns {number} stream bytes that direction has been given so far
   */
  sent(direction) {
    return direction === C2S ? this.clientSent : this.serverSent;
  }

  /**
   * Gives a direction its next bytes.
   * @param {number} direction
   * @param {number} length
   * @returns {number} stream position of the first of them
   */
  take(direction, length) {
    const position = this.sent(direction);
    if (direction === C2S) this.clientSent = position + length;
    else this.serverSent = position + length;
    return position;
  }
}

/**
 * A one-to-one mapping of 30-bit numbers that leaves no pattern a weak hash could profit from.
 * @param {number} index
 * @returns {number}
 */
function scatter(index) {
  let mixed = Math.imul(index, 0x2c1b_3c6d) & INDEX_MASK;
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x297a_2d39) & INDEX_MASK;
  return mixed ^ (mixed >>> 15);
}
