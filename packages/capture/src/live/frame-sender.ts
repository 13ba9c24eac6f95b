// Frames from this machine onto a device. What is sent on a device leaves the machine, so a frame for the machine
// itself, which is one end of the stream or a router on its way, would be lost. Such a frame goes out on the loopback
// device, where Linux takes it as received:
//
//   to any address        ──► device ──► wire
//   to the device's own   ──► loopback ──► the system's own IP stack
//
// There it comes from an address that lies behind another device, which the strict reverse path filter forbids (RFC
// 3704 §2.2; rp_filter = 1 in Linux's ip-sysctl) and the loose one does not.

import { readFileSync } from "node:fs";
import { LinkType } from "@tsnids/pcap";
import { CaptureError } from "../capture-error.js";
import { CapHandle } from "./cap-handle.js";
import { devicesFolder } from "./device-state.js";

const loopback = "lo";

/** A filter that no frame fulfils: a sender wants no frames. */
const nothing = "less 0";

/** Bytes of the ring of a device that is only sent on. */
const smallRing = 1 << 16;

/**
 * Link types of devices captured on in cooked mode, such as `any`: libpcap makes the header, and sends nothing with it.
 */
const cooked: readonly number[] = [LinkType.LINUX_SLL, LinkType.LINUX_SLL2];

/** Bytes of an Ethernet address, the receiver's first, then the sender's. */
const addressBytes = 6;

/** A device that is sent on. */
export class FrameSender {
  readonly #wire: CapHandle;
  /** The device's own address, where it has one. */
  readonly #own: Buffer | undefined;
  #self: CapHandle | undefined;

  /** Throws CaptureError as CapHandle does, and `not-injectable`. */
  constructor(device: string) {
    this.#wire = openToSend(device);
    if (cooked.includes(this.#wire.linkType)) {
      const what = 'nothing can be sent on it, it can only be captured on; open one device by its name, such as "eth0"';
      throw new CaptureError("not-injectable", device, what);
    }
    this.#own = this.#wire.linkType === LinkType.ETHERNET ? addressOf(device) : undefined;
  }

  /** Sends a frame, link header included. Throws CaptureError `send-failed`, or why the loopback device cannot be opened. */
  send(frame: Uint8Array): void {
    if (this.#own?.equals(frame.subarray(0, addressBytes)) !== true) {
      this.#wire.send(frame);
      return;
    }
    this.#self ??= openToSend(loopback);
    this.#self.send(frame.slice().fill(0, 0, 2 * addressBytes)); // the addresses of the loopback device
  }
}

function openToSend(device: string): CapHandle {
  return new CapHandle(device, nothing, smallRing, () => undefined);
}

/** The Ethernet address of a device; undefined where the system does not say, and for the loopback device, which has none. */
function addressOf(device: string): Buffer | undefined {
  try {
    const text = readFileSync(`${devicesFolder}/${device}/address`, "latin1");
    const address = Buffer.from(text.trim().replaceAll(":", ""), "hex");
    return address.length === addressBytes && address.some((byte) => byte !== 0) ? address : undefined;
  } catch {
    return undefined;
  }
}
