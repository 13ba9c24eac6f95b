/**
 * The lines of ip fragment, ip and udp callbacks.
 */
import { libnidsDefaults } from "./libnids-choices.js";
import { IpHeader } from "./current-packet.js";

/**
 * Registers the callbacks below TCP.
 *
 * @param {import("@tsnids/nids").Nids} nids
 * @param {import("./lines.js").LineWriter} lines
 * @param {import("./current-packet.js").CurrentPacket} current
 * @param {{ deviceAddon: number, options: import("./command-line.js").Options }} setup
 */
export function followPackets(nids, lines, current, { deviceAddon, options }) {
  const bufferSize = options.params.get("sk_buff_size") ?? libnidsDefaults.sk_buff_size;
  const countsFrames = options.mode !== "handler";

  nids.registerIpFragment((packet) => {
    const { bytes, family } = packet;
    current.family = family;
    if (family !== 4) return;
    if (countsFrames) {
      current.number++;
      current.begin(packet.seconds, packet.nanoseconds);
    }
    current.captured = bytes.length;
    current.header = bytes.length < 20 ? undefined : new IpHeader(bytes);
    lines.write("ip_frag", { ...current.head("ip_frag"), cb_len: bytes.length, ...current.header?.fields });
  });

  nids.registerIp((packet) => {
    const header = new IpHeader(packet.bytes);
    current.header = header;
    if (!lines.wants("ip")) return;
    // libnids hands out what the packet costs as a Linux socket buffer, not its length.
    const addon = packet.reassembled ? 0 : deviceAddon;
    const cost = roundUp16(header.totalLength + 16 + addon) + bufferSize;
    lines.write("ip", {
      ...current.head("ip"),
      ...header.fields,
      cb_len: cost,
      ...lines.bytes("payload_", packet.payload),
      ...(options.verbose ? lines.bytes("hdr_", packet.header) : {}),
    });
  });

  nids.registerUdp((datagram) => {
    lines.write("udp", {
      ...current.head("udp"),
      src: datagram.sourceAddress,
      sport: datagram.sourcePort,
      dst: datagram.destinationAddress,
      dport: datagram.destinationPort,
      len: datagram.data.length,
      ip_len: current.header?.totalLength ?? 0,
      ...lines.bytes("", datagram.data),
    });
  });
}

/** @param {number} length */
function roundUp16(length) {
  return (length + 15) & ~15;
}
