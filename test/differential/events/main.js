/**
 * From a command line to event lines: reads the capture, sets the engine up as libnids is, feeds it, writes what it
 * calls back.
 *
 *     command line ─► engine parameters ─► Nids ◄── frames of the capture
 *                                           └► listeners ─► LineWriter ─► stdout
 */
import { Nids, NidsError } from "@tsnids/nids";
import { followAlerts } from "./alert-events.js";
import { dataLink, InitError, linkOffsets, openCapture, singleFrames } from "./capture.js";
import { readCommandLine, usage, UsageError } from "./command-line.js";
import { CurrentPacket } from "./current-packet.js";
import { engineParams, libnidsDefaults } from "./libnids-choices.js";
import { LineWriter } from "./lines.js";
import { followPackets } from "./packet-events.js";
import { TcpEvents } from "./tcp-events.js";

const endOfFile = -2;
const readError = -1;

/**
 * Runs the program; returns its exit code.
 *
 * @param {readonly string[]} words
 */
export async function main(words) {
  try {
    process.stdout.write(await eventText(words));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n${usage}`);
      return 1;
    }
    if (error instanceof NidsError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (error instanceof InitError) {
      process.stdout.write(`${JSON.stringify({ ev: "init_error", stage: error.stage, err: error.message })}\n`);
      return 2;
    }
    throw error;
  }
}

/**
 * What the program prints for a command line: for those that run it many times in one process. Throws
 * UsageError and InitError.
 *
 * @param {readonly string[]} words
 */
export async function eventText(words) {
  const options = readCommandLine(words);
  return options === undefined ? usage : eventLines(options);
}

/**
 * All event lines of a capture.
 *
 * @param {import("./command-line.js").Options} options
 */
async function eventLines(options) {
  const { capture, source } = openCapture(options);
  const current = new CurrentPacket();
  const nids = new Nids(engineParams(options, current));
  const lines = new LineWriter(options);
  const tcp = new TcpEvents(lines, current, options);

  const linkType = dataLink(capture);
  const givenAddon = options.params.get("dev_addon") ?? -1;
  const deviceAddon = givenAddon !== -1 ? givenAddon : linkType === 1 ? 16 : 0;
  lines.write("meta", {
    ...current.head("start"),
    nids: "1.26", // whose contract this is
    linktype: options.mode === "handler" ? linkType : -1,
    linkoffset: linkOffsets.get(linkType) ?? 0,
    dev_addon: deviceAddon,
    n_tcp_streams: options.params.get("n_tcp_streams") ?? libnidsDefaults.n_tcp_streams,
  });

  followPackets(nids, lines, current, { deviceAddon, options });
  followAlerts(nids, lines, current);
  tcp.follow(nids);
  await pump(nids, source, current, options);

  current.end();
  tcp.finish();
  lines.settle();
  const [cut] = capture.warnings;
  lines.write("meta", {
    ...current.head("end"),
    rc: returnCode(options.mode, cut !== undefined),
    flows: tcp.flows,
    errbuf: `loop: ${cut?.message ?? ""}`,
  });
  return lines.text;
}

/**
 * What reading returned at last.
 *
 * @param {import("./command-line.js").Options["mode"]} mode
 * @param {boolean} cut
 */
function returnCode(mode, cut) {
  if (mode === "handler") return cut ? readError : endOfFile;
  return mode === "dispatch" && cut ? readError : 0;
}

/**
 * Feeds the capture: frame by frame, as a program does that has frames of its own, or in one of the ways the engine does
 * it by itself.
 *
 * @param {Nids} nids
 * @param {import("@tsnids/pcap").FrameSource} source
 * @param {CurrentPacket} current
 * @param {import("./command-line.js").Options} options
 */
async function pump(nids, source, current, options) {
  switch (options.mode) {
    case "run":
      return nids.run(source);
    case "next":
      while (await nids.next(source));
      break;
    case "dispatch":
      while ((await nids.dispatch(source, options.dispatchCount > 0 ? options.dispatchCount : undefined)) > 0);
      break;
    case "handler":
      for await (const frame of singleFrames(source)) {
        current.number++;
        current.begin(frame.seconds[0] ?? 0, frame.nanoseconds[0] ?? 0);
        nids.process(frame);
      }
  }
  current.end();
  nids.exit();
}
