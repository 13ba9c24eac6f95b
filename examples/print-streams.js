/**
 * Prints every TCP stream of a capture: who talked to whom, how many bytes each way, and how it ended.
 *
 *     node examples/print-streams.js [FILE]
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";

const file = process.argv[2] ?? "pcaps/web.pcap";
const nids = new Nids();

nids.registerTcp((stream) => {
  switch (stream.state) {
    case TcpState.JUST_ESTABLISHED:
      // Ask for the bytes of both directions; without this, only the state changes are reported.
      stream.client.collect++;
      stream.server.collect++;
      break;
    case TcpState.DATA:
      // The new bytes are in stream.client.data or stream.server.data. Here their number is enough.
      break;
    default: {
      // CLOSE, RESET, TIMED_OUT or EXITING: the stream is over. What the server received is what the client sent.
      const client = `${stream.clientAddress}|${stream.clientPort}`;
      const server = `${stream.serverAddress}|${stream.serverPort}`;
      console.log(`${client} -> ${server}  ${stream.server.count} up, ${stream.client.count} down  ${stream.state}`);
    }
  }
});

await nids.run(new FileSource(file));
