// What the engine needs to put packets on the wire. It has no device of its own: whoever runs it brings one.

/** Sends frames on the interface packets were captured on. */
export interface Injector {
  /** Sends one frame, link header included. `interfaceIndex` is the interface the stream was seen on. The bytes are the injector's to keep. */
  inject(frame: Uint8Array, interfaceIndex: number): void;
}
