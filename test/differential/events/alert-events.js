/**
 * The lines of alerts. Those libnids does not have are left out: a program that knows its ten codes never hears of them.
 */
import { alertCatalogue } from "@tsnids/nids";

/** libnids' texts, by code. */
const texts = [
  "Murphy - you never should see this message !",
  "Oversized IP packet",
  "Invalid IP fragment list: fragment over size",
  "Overlapping IP fragments",
  "Invalid IP header",
  "Source routed IP frame",
  "Max number of TCP streams reached",
  "Invalid TCP header",
  "Too much data in TCP receive queue",
  "Invalid TCP flags",
];
const invalidIpHeader = 4;
const firstTcpCode = 6;

/**
 * @param {import("@tsnids/nids").Nids} nids
 * @param {import("./lines.js").LineWriter} lines
 * @param {import("./current-packet.js").CurrentPacket} current
 */
export function followAlerts(nids, lines, current) {
  nids.on("alert", ({ code: name }) => {
    const code = alertCatalogue[name].libnids;
    if (code === undefined) return;
    const isTcp = code >= firstTcpCode;
    lines.write("alert", {
      ...current.head("alert"),
      class: isTcp ? "TCP" : "IP",
      class_code: isTcp ? 2 : 1,
      code,
      msg: texts[code],
      ...about(current, code, isTcp),
    });
  });
}

/**
 * What the alert's packet says of itself.
 *
 * @param {import("./current-packet.js").CurrentPacket} current
 * @param {number} code
 * @param {boolean} isTcp
 */
function about({ header, captured }, code, isTcp) {
  if (header === undefined || (code === invalidIpHeader && captured < 20)) return {};
  const { source, destination, totalLength, headerLength, view } = header;
  const base = { src: source, dst: destination, tot_len: totalLength };
  if (!isTcp || totalLength < headerLength + 4) return base;
  return { ...base, sport: view.getUint16(headerLength), dport: view.getUint16(headerLength + 2) };
}
