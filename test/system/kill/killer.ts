/**
 * A program that reads a capture on standard input and kills connections, for tests of kill() on real hosts. It prints a line of
 * JSON for each kill. What it injects goes out on descriptor 3: four bytes of length, then the frame.
 *
 *     tcpdump -i br0 -U -w - | node killer.js '{"port":8080,"bytes":500000,"options":{}}' 3> FRAMES
 */
import { FileSource } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";
import type { KillOptions, TcpStream } from "@tsnids/nids";
import { writeSync } from "node:fs";

/** What it is told. */
export interface KillTask {
  readonly port: number;
  /** Kills when the client has received so much; undefined: when nothing was said for a while after the handshake. */
  readonly bytes?: number;
  readonly options: KillOptions;
}

/** What it prints. */
export interface KillLine {
  readonly outcome: string;
  readonly frames: number;
  readonly encapsulation: readonly string[];
}

/** Milliseconds after which a connection is idle. */
const pause = 200;

const { port, bytes, options } = JSON.parse(process.argv[2] ?? "") as KillTask;

const nids = new Nids({
  checksums: "ignore", // veth leaves them to whoever takes the packet off the machine
  injector: {
    inject: (frame) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, frame.length);
      writeSync(3, Buffer.concat([length, frame]));
    },
  },
});
nids.registerTcp((stream) => {
  if (stream.state === TcpState.JUST_ESTABLISHED) {
    if (stream.serverPort !== port) return;
    stream.client.collect++;
    if (bytes === undefined) setTimeout(() => kill(stream), pause);
  } else if (stream.state === TcpState.DATA && bytes !== undefined && stream.client.count >= bytes) {
    if (stream.user === undefined) kill(stream);
    stream.user = true;
  }
});
await nids.run(new FileSource("-"));

function kill(stream: TcpStream): void {
  const { outcome, frames } = stream.kill(options);
  const line: KillLine = {
    outcome,
    frames: frames.length,
    encapsulation: stream.encapsulation.map(({ kind }) => kind),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
