/**
 * Kills every TCP stream in which a client sends a pattern.
 *
 *     node examples/kill-on-pattern.js [FILE] [PATTERN]
 *
 * To kill is to send resets to both ends, as frames given to an injector. The injector of this program only records
 * them, so it can be tried on a file; LiveInjector of @tsnids/capture sends them on a network interface. On a file
 * nobody dies of them, so what follows of the stream is answered with resets, too.
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";

const [file = "pcaps/web.pcap", pattern = "GET /"] = process.argv.slice(2);
const decoder = new TextDecoder("latin1");

/** @type {Uint8Array[]} */
const frames = [];
const nids = new Nids({ injector: { inject: (frame) => void frames.push(frame.slice()) } });

nids.registerTcp((stream) => {
  if (stream.state === TcpState.JUST_ESTABLISHED) {
    stream.server.collect++;
  } else if (stream.state === TcpState.DATA) {
    const { data } = stream.server;
    if (decoder.decode(data).includes(pattern)) {
      stream.kill();
      console.log(
        `killed ${stream.clientAddress}|${stream.clientPort} -> ${stream.serverAddress}|${stream.serverPort}`,
      );
      stream.server.collect--;
    } else {
      // A pattern may be cut by the end of the data: keep as many bytes as could be its beginning.
      stream.discard(Math.max(0, data.length - pattern.length + 1));
    }
  }
});

await nids.run(new FileSource(file));
console.log(`${frames.length} frames to inject`);
