// Names of frame types, as data: those of IEEE 802.11 (IEEE 802.11-2020 §9.2.4.1.3, the bits as they lie in the first byte
// of the frame control field), its directions, and those of IEEE 802.2.

/** A type of 802.11 frames. */
export interface FrameType {
  readonly names: readonly string[];
  readonly value: number;
  readonly subtypes: ReadonlyMap<string, number>;
}

export const frameTypes: readonly FrameType[] = [
  {
    names: ["mgt", "management"],
    value: 0x00,
    subtypes: new Map(
      Object.entries({
        ...{ assocreq: 0x00, "assoc-req": 0x00, assocresp: 0x10, "assoc-resp": 0x10 },
        ...{ reassocreq: 0x20, "reassoc-req": 0x20, reassocresp: 0x30, "reassoc-resp": 0x30 },
        ...{ probereq: 0x40, "probe-req": 0x40, proberesp: 0x50, "probe-resp": 0x50, beacon: 0x80, atim: 0x90 },
        ...{ disassoc: 0xa0, disassociation: 0xa0, auth: 0xb0, authentication: 0xb0, deauth: 0xc0 },
        ...{ deauthentication: 0xc0 },
      }),
    ),
  },
  {
    names: ["ctl", "control"],
    value: 0x04,
    subtypes: new Map(
      Object.entries({
        ...{ "ps-poll": 0xa0, rts: 0xb0, cts: 0xc0, ack: 0xd0, "cf-end": 0xe0, "cf-end-ack": 0xf0 },
      }),
    ),
  },
  {
    names: ["data"],
    value: 0x08,
    subtypes: new Map(
      Object.entries({
        ...{ data: 0x00, "data-cf-ack": 0x10, "data-cf-poll": 0x20, "data-cf-ack-poll": 0x30, null: 0x40 },
        ...{ "cf-ack": 0x50, "cf-poll": 0x60, "cf-ack-poll": 0x70, "qos-data": 0x80, "qos-data-cf-ack": 0x90 },
        ...{ "qos-data-cf-poll": 0xa0, "qos-data-cf-ack-poll": 0xb0, qos: 0xc0, "qos-cf-poll": 0xe0 },
        ...{ "qos-cf-ack-poll": 0xf0 },
      }),
    ),
  },
];

/** Which way an 802.11 frame goes: the two bits of the second byte of the frame control field. */
export const directionNames: ReadonlyMap<string, number> = new Map([
  ["nods", 0],
  ["tods", 1],
  ["fromds", 2],
  ["dstods", 3],
]);

/** Frame types of IEEE 802.2: bits of the control field, and what they must be. */
export const llcTypes: ReadonlyMap<string, readonly [mask: number, value: number]> = new Map<
  string,
  readonly [number, number]
>([
  ["i", [0x01, 0x00]],
  ["s", [0x03, 0x01]],
  ["u", [0x03, 0x03]],
  ...underMask(0x0f, { rr: 0x01, rnr: 0x05, rej: 0x09 }),
  ...underMask(0xef, { ui: 0x03, ua: 0x63, disc: 0x43, sabme: 0x6f, test: 0xe3, xid: 0xaf, frmr: 0x87 }),
]);

function underMask(mask: number, types: Readonly<Record<string, number>>): [string, readonly [number, number]][] {
  return Object.entries(types).map(([type, value]) => [type, [mask, value]]);
}
