// What can go wrong: the caller's mistakes, which are thrown, and packets that cannot be decoded to the end, which
// are told by `packet.problem` and thrown only by `receiveRaw`. Devices and files have errors of their own
// (CaptureError, FilterError).

/** The caller's mistake, or that of the surroundings. Texts may change, codes do not. */
export type SniffErrorCode =
  /** An argument or option is not what it should be; the message names it. */
  | "invalid-argument"
  /** No device was named, and there is none that is up and not the loopback device. */
  | "no-device"
  /** The file of `dump` cannot be written; `cause` says why. */
  | "dump-failed"
  /** Frames of two link types cannot be dumped to one pcap file; pcapng can hold them. */
  | "mixed-link-types"
  /** A Sniffer was asked again before it had answered. */
  | "busy";

/** A mistake of the caller; `code` says which. */
export class SniffError extends Error {
  override readonly name = "SniffError";
  /** Which mistake it is. */
  readonly code: SniffErrorCode;

  constructor(code: SniffErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Why a packet cannot be decoded to the end. */
export type PacketErrorCode =
  /** No host would accept it: a header says something that cannot be. */
  | "invalid-packet"
  /** It is valid as far as one can see, but what comes next is not decoded here, or was not captured. */
  | "unsupported-packet";

/** A packet cannot be decoded to the end. What comes before the place was. */
export abstract class PacketError extends Error {
  /** Whether the packet is invalid or not supported. */
  abstract readonly code: PacketErrorCode;
  /** The protocol that is not as it should be, or not decoded, as a layer calls it: "TCP". */
  readonly protocol: string;

  constructor(protocol: string, what: string) {
    super(`${protocol}: ${what}`);
    this.protocol = protocol;
  }
}

/** No host would accept it: a header says something that cannot be. */
export class InvalidPacketError extends PacketError {
  override readonly name = "InvalidPacketError";
  readonly code = "invalid-packet";
}

/** It is valid as far as one can see, but what comes next is not decoded here, or was not captured. */
export class UnsupportedPacketError extends PacketError {
  override readonly name = "UnsupportedPacketError";
  readonly code = "unsupported-packet";
}
