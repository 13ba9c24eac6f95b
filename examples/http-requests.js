/**
 * Prints the request line of every HTTP/1 request in a capture.
 *
 *     node examples/http-requests.js [FILE]
 *
 * A request may arrive in any number of pieces. `discard(n)` says how many bytes this callback is done with; the rest stays
 * at the front of the data and is there again, with the new bytes behind it, at the next call.
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";

const file = process.argv[2] ?? "pcaps/web.pcap";
const longestLine = 8192;
// Visible characters only (RFC 9112 §3): others could be commands to the terminal.
const requestLine = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) [!-~]+ HTTP\/1\.[01]$/;
const decoder = new TextDecoder("latin1");
const nids = new Nids();

nids.registerTcp((stream) => {
  if (stream.state === TcpState.JUST_ESTABLISHED) {
    stream.server.collect++;
  } else if (stream.state === TcpState.DATA) {
    const { data } = stream.server;
    const end = data.lastIndexOf(0x0a) + 1;
    for (const line of decoder.decode(data.subarray(0, end)).split("\r\n")) {
      if (requestLine.test(line)) console.log(`${stream.clientAddress} -> ${stream.serverAddress}  ${line}`);
    }
    // What has no line end yet waits for the rest of it, unless it is too long to be a request line.
    stream.discard(data.length - end < longestLine ? end : data.length);
  }
});

await nids.run(new FileSource(file));
