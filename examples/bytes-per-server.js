// What every server has sent, counted on all cores: a module for `run(source, { worker })` of @tsnids/workers, and for
//
//     tsnids run --worker examples/bytes-per-server.js FILE
//
// Each worker counts the streams it is given; what it returns at the end is its result.

import { TcpState } from "@tsnids/nids";

/** @type {import("@tsnids/workers").WorkerSetup} */
export default function setup(nids, { report }) {
  /** @type {Record<string, number>} */
  const bytes = {};
  nids.registerTcp((stream) => {
    const server = `${stream.serverAddress}:${stream.serverPort}`;
    if (stream.state === TcpState.JUST_ESTABLISHED) {
      stream.server.collect++;
    } else if (stream.state === TcpState.DATA) {
      bytes[server] = (bytes[server] ?? 0) + stream.server.countNew;
    } else if (stream.state === TcpState.RESET) {
      report(`${stream} was reset`);
    }
  });
  return () => bytes;
}
