// What the generator asks of a link layer, and where the headers of a frame begin.
//
//     ┌────────┬──────┬─────────────────────┬──────────────────────────
//     │ header │ type │ payload             │ network: IP, ARP, …
//     └────────┴──────┴─────────────────────┴──────────────────────────
//     the type may be in the payload (LLC); between payload and network lies LLC with SNAP, or labels of MPLS
//
// Encapsulations change the layout for all primitives to the right of them: that is how "vlan and ip" finds its IP header,
// and why "ip or vlan and ip" is something else than "vlan and ip or ip".

import type { Condition, Place, RadioHeader, Step } from "../program/condition.js";
import { after, Register } from "../program/condition.js";

/** Which address of a frame is compared. */
export type FrameAddress = "src" | "dst" | "addr1" | "addr2" | "addr3" | "addr4" | "ra" | "ta";

/** One way frames can begin. What a link does not have is left out; asking for it is an error of the expression. */
export interface LinkLayer {
  /** The name for messages. */
  readonly name: string;
  /** Where things begin in a frame that has nothing but this link's header. */
  readonly start: {
    readonly type: number;
    readonly payload: number;
    /** From the payload to the network header, with SNAP and without. */
    readonly network?: number;
    readonly networkWithoutSnap?: number;
  };
  /** Frames that carry a protocol, given as EtherType or SAP; undefined where what they carry cannot be found. */
  readonly carries?: (layout: Layout, protocol: number) => Condition;
  /** Frames with this MAC address; undefined where the link has no such address. */
  readonly hasAddress?: (layout: Layout, which: FrameAddress, address: readonly number[]) => Condition | undefined;
  readonly isMulticast?: (layout: Layout) => Condition;
  readonly isOutbound?: (layout: Layout) => Condition;
  /** Where it is not all that is not outbound. */
  readonly isInbound?: (layout: Layout) => Condition;
  /** Where the index of the interface is, in 32 bits. */
  readonly interfaceIndex?: number;
  /** Frames of IEEE 802.2. */
  readonly isLlc?: (layout: Layout) => Condition;
  /** The type of frames with MPLS labels. */
  readonly mplsType?: number;
  readonly hasVlans?: true;
  /** Bytes between the network header and an ISO protocol's number. */
  readonly isoOffset?: number;
  /** 802.11: the frame control field can be asked for, and how far the headers reach must be found out first. */
  readonly isWlan?: true;
  /** A header of the radio before the frame. */
  readonly radio?: RadioHeader;
}

/** Where the headers are, at one place in an expression. */
export class Layout {
  link: LinkLayer;
  type: Place;
  /** From the payload to the network header, with SNAP and without. */
  network: number;
  networkWithoutSnap: number;
  /** Labels of MPLS passed so far. */
  labels = 0;
  /** What must hold for there to be a link header, where it is not certain. */
  hasHeader: Condition | undefined;
  /** The first register nobody has. */
  freeRegister: number = Register.firstFree;
  #header: Place = { register: Register.ZERO, offset: 0 };
  #payload: Place;
  readonly #searched: number[] = [];
  readonly #frameRegister: number;
  readonly #payloadRegister: number;
  #usesFrame = false;
  #usesPayload = false;

  constructor(link: LinkLayer) {
    const { type, payload, network = 0, networkWithoutSnap = 0 } = link.start;
    this.link = link;
    this.network = network;
    this.networkWithoutSnap = networkWithoutSnap;
    this.#frameRegister = link.radio === undefined ? Register.ZERO : this.takeRegister();
    this.#payloadRegister = link.isWlan === undefined ? Register.ZERO : this.takeRegister();
    this.#header = { register: this.#frameRegister, offset: 0 };
    this.#payload = { register: this.#payloadRegister, offset: payload };
    this.type = { register: this.#payloadRegister, offset: type };
  }

  /** Where the link header begins. */
  get header(): Place {
    this.#usesFrame = true;
    return this.#header;
  }

  /** Where what the link carries begins. */
  get payload(): Place {
    this.#usesPayload = true;
    return this.#payload;
  }

  /** Where the network header begins. */
  get packet(): Place {
    return after(this.payload, this.network);
  }

  /** A register for something that is found out in each frame. */
  takeRegister(): number {
    return this.freeRegister++;
  }

  /** A register for the place of something that may not be there; it is nowhere until it is found. */
  takeSearchedRegister(): number {
    const register = this.takeRegister();
    this.#searched.push(register);
    return register;
  }

  /** A tag of `bytes` was passed, with another type at its end. */
  passTag(bytes: number): void {
    this.type = after(this.type, bytes);
    this.#payload = after(this.payload, bytes);
  }

  /** A label of MPLS was passed. */
  passLabel(bytes: number): void {
    this.labels++;
    this.network += bytes;
  }

  /** From now on it is about a frame within the frame. */
  enter(link: LinkLayer, header: Place, type: Place, payload: Place): void {
    const { network = 0, networkWithoutSnap = 0 } = link.start;
    this.link = link;
    this.type = type;
    this.network = network;
    this.networkWithoutSnap = networkWithoutSnap;
    this.#header = header;
    this.#payload = payload;
  }

  /** What must be found out before anything else, for the places that were asked for. */
  prologue(link: LinkLayer): readonly Step[] {
    const steps: Step[] = this.#searched.map((register) => ({ kind: "nowhere", register }));
    const usesPayload = this.#usesPayload && link.isWlan !== undefined;
    if (link.radio !== undefined && (this.#usesFrame || usesPayload)) {
      steps.push({ kind: "radio-header", radio: link.radio, to: this.#frameRegister });
    }
    if (usesPayload) {
      const radiotap = link.radio === "radiotap";
      steps.push({ kind: "wlan-header", frame: this.#frameRegister, to: this.#payloadRegister, radiotap });
    }
    return steps;
  }
}
