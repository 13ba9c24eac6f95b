/**
 * Prints the beginning of what clients send to old login services, passwords included, as libnids' sample of
 * this name does.
 *
 *     node examples/sniff.js [FILE]
 *
 * discard(0) keeps all bytes until there are enough of them. Then the listener lets the stream go: it is not called
 * again, and where nobody else listens the connection is only counted.
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";

/** FTP, telnet, POP3, IMAP and rlogin. */
const ports = [21, 23, 110, 143, 513];
const enough = 100;
const decoder = new TextDecoder("latin1");
const nids = new Nids();

nids.registerTcp((stream) => {
  const { server, state } = stream;
  if (state === TcpState.JUST_ESTABLISHED) {
    if (ports.includes(stream.serverPort)) server.collect++;
  } else if (state !== TcpState.DATA) {
    // What is kept can be read a last time, also when the connection ends early.
    log(stream.toString(), server.data);
  } else if (server.data.length < enough && server.gapLength === 0) {
    stream.discard(0);
  } else {
    log(stream.toString(), server.data);
    server.collect--;
  }
});

/**
 * @param {string} tuple
 * @param {Uint8Array} data
 */
function log(tuple, data) {
  const lines = decoder.decode(data.subarray(0, enough)).split(/[\r\n]+/);
  const text = lines.filter((line) => line !== "").join(" | ");
  console.log(`${tuple}  ${text.replace(/[^ -~]/g, ".")}`); // Other characters could be commands to the terminal.
}

await nids.run(new FileSource(process.argv[2] ?? "pcaps/ftp.pcap"));
