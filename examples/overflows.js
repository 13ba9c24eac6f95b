/**
 * Finds two overflows of old servers and resets the connection, as libnids' sample of this name does: a literal that is
 * too long in IMAP's AUTHENTICATE, and directories too deep in FTP. Each has a listener, with what it knows of a stream
 * in its `param`.
 *
 *     node examples/overflows.js [FILE] [LONGEST_LITERAL] [LONGEST_PATH]
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";

const [file = "pcaps/ftp.pcap", longestLiteral = "1024", longestPath = "768"] = process.argv.slice(2);
const longestLine = 8192;
const decoder = new TextDecoder("latin1");
let frames = 0;
const nids = new Nids({ injector: { inject: () => void frames++ } });

nids.registerTcp(
  listener(143, "IMAP literal too long", (line) => {
    const literal = /^\S+ AUTHENTICATE \{(\d+)/i.exec(line);
    return Number(literal?.[1] ?? 0) > Number(longestLiteral);
  }),
);

nids.registerTcp(
  listener(21, "FTP path too deep", (line, attachment) => {
    const way = /^X?CWD (.*)/i.exec(line)?.[1] ?? "";
    const path = way.startsWith("/") ? [] : /** @type {string[]} */ (attachment.param ?? []);
    for (const name of way.split("/")) {
      if (name === "..") path.pop();
      else if (name !== "") path.push(name);
    }
    attachment.param = path;
    return path.join("/").length > Number(longestPath);
  }),
);

/**
 * @param {number} port
 * @param {string} name
 * @param {(line: string, attachment: import("@tsnids/nids").Attachment) => boolean} isAttack
 * @returns {import("@tsnids/nids").TcpCallback}
 */
function listener(port, name, isAttack) {
  return (stream, attachment) => {
    if (stream.state === TcpState.JUST_ESTABLISHED && stream.serverPort === port) stream.server.collect++;
    if (stream.state !== TcpState.DATA) return;
    const { data } = stream.server;
    const end = data.lastIndexOf(0x0a) + 1;
    stream.discard(data.length - end < longestLine ? end : data.length);
    const lines = decoder.decode(data.subarray(0, end)).split(/\r?\n/);
    if (!lines.some((line) => isAttack(line, attachment))) return;
    console.log(`${name}: ${stream.toString()} is reset`);
    stream.kill({ strategy: "libnids" });
    stream.server.collect--;
  };
}

await nids.run(new FileSource(file));
console.log(`${frames} frames to inject`);
