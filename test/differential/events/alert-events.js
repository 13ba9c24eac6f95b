/**
 * The lines of alerts. Those libnids does not have are left out: a program that knows its ten codes never hears of them.
 */
import { alertCatalogue } from "@tsnids/nids";
import { IpHeader } from "./current-packet.js";

/** @typedef {import("@tsnids/nids").Alert} Alert */
/** @typedef {import("./lines.js").Fields} Fields */

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
/** Code 0 has one meaning only. */
const scan = 0;
const firstTcpCode = 6;

/**
 * @param {import("@tsnids/nids").Nids} nids
 * @param {import("./lines.js").LineWriter} lines
 * @param {import("./current-packet.js").CurrentPacket} current
 */
export function followAlerts(nids, lines, current) {
  nids.on("alert", (alert) => {
    const code = alertCatalogue[alert.code].libnids;
    if (code === undefined) return;
    const about = code === scan ? aboutScan(alert) : aboutPacket(alert, code);
    lines.write("alert", { ...current.head("alert"), ...about });
  });
}

/**
 * @param {Alert} alert
 * @returns {Fields}
 */
function aboutScan({ source, targets = [] }) {
  return {
    ...{ class: "SCAN", class_code: 4, code: scan, src: source, n: targets.length, iph_null: true },
    targets: targets.map(({ address, port, flags }) => ({ addr: address, port, flags })),
  };
}

/**
 * What the alert's packet says of itself.
 *
 * @param {Alert} alert
 * @param {number} code
 * @returns {Fields}
 */
function aboutPacket({ packet, sourcePort, destinationPort }, code) {
  const isTcp = code >= firstTcpCode;
  const head = { class: isTcp ? "TCP" : "IP", class_code: isTcp ? 2 : 1, code, msg: texts[code] };
  if (packet === undefined || packet.length < 20) return head;
  const { source, destination, totalLength } = new IpHeader(packet);
  const base = { ...head, src: source, dst: destination, tot_len: totalLength };
  return isTcp && sourcePort !== undefined ? { ...base, sport: sourcePort, dport: destinationPort } : base;
}
