/**
 * One capture through an engine with default parameters, in this process, with the code behind `tsnids streams --json`:
 * two hundred commands would take a minute to start.
 */
import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { endpointKey } from "../../packages/cli/dist/lines/endpoint-key.js";
import type { StreamDirection } from "../../packages/cli/dist/streams/stream-direction.js";
import { StreamWatch } from "../../packages/cli/dist/streams/stream-watch.js";
import type { Direction } from "./consensus.js";

/** What became of a capture. */
export interface Followed {
  /** The directions that carried data. */
  readonly directions: readonly Direction[];
  /** What stopped the reading; undefined where it came to the end. */
  readonly error: unknown;
}

/** Follows the streams of the capture at `path`. What is thrown on the way is given back. */
export async function followCapture(path: string): Promise<Followed> {
  const directions: Direction[] = [];
  const list = (direction: StreamDirection): void => {
    if (direction.bytes > 0) directions.push(asDirection(direction));
  };
  let error: unknown;
  try {
    const nids = new Nids();
    new StreamWatch(
      nids,
      (c2s, s2c) => {
        list(c2s);
        list(s2c);
      },
      () => undefined,
    );
    await nids.run(new FileSource(path));
  } catch (thrown) {
    error = thrown;
  }
  return { directions, error };
}

function asDirection(direction: StreamDirection): Direction {
  const { name, dir, bytes, gaps } = direction;
  return {
    client: endpointKey(name.clientAddress, name.clientPort),
    server: endpointKey(name.serverAddress, name.serverPort),
    nth: name.nth,
    dir,
    bytes,
    sha256: direction.digest(),
    gaps,
  };
}
