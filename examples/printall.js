/**
 * Prints every TCP connection of a capture with all that is said in it, as libnids' sample of this name does.
 *
 *     node examples/printall.js [FILE]
 *
 * Two things libnids cannot say are told as well: bytes that are missing, and that a connection was running already.
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";

const nids = new Nids();
const decoder = new TextDecoder("latin1");

nids.registerTcp((stream) => {
  const tuple = stream.toString();
  switch (stream.state) {
    case TcpState.JUST_ESTABLISHED:
      stream.client.collect++;
      stream.server.collect++;
      stream.server.collectUrgent++;
      console.log(`${tuple} established${stream.midstream ? ", seen from the middle" : ""}`);
      break;
    case TcpState.DATA:
      print(tuple, "->", stream.server);
      print(tuple, "<-", stream.client);
      break;
    default:
      console.log(`${tuple} ${endings[stream.state]}`);
  }
});

/** How each way to end is called. */
const endings = {
  CLOSE: "closing",
  RESET: "reset",
  TIMED_OUT: "timed out",
  EXITING: "still open at the end of the capture",
};

/**
 * Prints what is new for one side; of the two, only one has something.
 *
 * @param {string} tuple
 * @param {string} arrow
 * @param {import("@tsnids/nids").HalfStream} half
 */
function print(tuple, arrow, half) {
  if (half.gapLength > 0) console.log(`${tuple} (${arrow}) ${half.gapLength} bytes missing`);
  if (half.countNewUrgent > 0)
    console.log(`${tuple} (urgent${arrow}) ${printable(String.fromCharCode(half.urgentData))}`);
  // Nothing is kept by discard(), so the data are what is new.
  if (half.countNew > 0) console.log(`${tuple} (${arrow})\n${printable(decoder.decode(half.data))}`);
}

/**
 * Dots for what could be commands to the terminal, as libnids' sample has them.
 *
 * @param {string} text
 */
function printable(text) {
  return text.replaceAll("\r\n", "\n").replace(/[^\t\n -~]/g, ".");
}

await nids.run(new FileSource(process.argv[2] ?? "pcaps/ftp.pcap"));
