// Records the TCP streams that contain a text, in either direction; text-search.ts finds it.

import { StreamRecorder } from "@tsnids/capture";
import type { Recorder } from "@tsnids/capture";
import { Nids, TcpState } from "@tsnids/nids";
import type { Attachment, NidsParams, TcpStream } from "@tsnids/nids";
import type { FrameSource } from "@tsnids/pcap";
import { TextSearch } from "./text-search.js";

/** What is remembered of a stream as long as the text was not found. */
interface Searches {
  readonly client: TextSearch;
  readonly server: TextSearch;
}

/** A recording of the streams that contain a text. */
export class TextRecording {
  /** Streams in which the text was found. */
  streams = 0;
  readonly #nids: Nids;
  readonly #recorder: StreamRecorder;
  readonly #text: Buffer;

  /** `text` is looked for as UTF-8. Throws NidsError for parameters that are not as they should be. */
  constructor(recorder: Recorder, text: string, params: Partial<NidsParams>) {
    this.#text = Buffer.from(text, "utf8");
    this.#nids = new Nids(params);
    this.#recorder = new StreamRecorder(this.#nids, recorder);
    this.#nids.registerTcp((stream, attachment) => this.#look(stream, attachment));
  }

  /** Frames of these streams that came before the text and were not kept. */
  get missingFrames(): number {
    return this.#recorder.missingFrames;
  }

  /**
   * Puts the frames of a source through the engine. Rejects with what the source throws, and CallbackError
   * around a RecordError.
   */
  run(source: FrameSource): Promise<void> {
    return this.#nids.run(source);
  }

  #look(stream: TcpStream, attachment: Attachment): void {
    const { client, server, state } = stream;
    if (state === TcpState.JUST_ESTABLISHED) {
      // Still collected after the text was found, so that the end of the stream is seen: there its recording ends.
      for (const half of [client, server]) half.collect = half.collectUrgent = 1;
      attachment.param = { client: new TextSearch(this.#text), server: new TextSearch(this.#text) } satisfies Searches;
      return;
    }
    const searches = attachment.param as Searches | undefined;
    if (state !== TcpState.DATA || searches === undefined) return;
    if (!searches.client.take(client) && !searches.server.take(server)) return;
    attachment.param = undefined;
    this.streams++;
    this.#recorder.choose(stream);
  }
}
