// IEEE 802.11 (§9.2), alone or behind the header of a radio. A frame has two to four addresses; which of them is source and
// which destination depends on its type, and on the two bits that say whether it goes to, or comes from, the distribution
// system:
//
//              to  from   addr1 @4      addr2 @10     addr3 @16     addr4 @24
//     data     0   0      destination   source        BSSID
//              0   1      destination   BSSID         source
//              1   0      BSSID         source        destination
//              1   1      receiver      transmitter   destination   source
//     management          destination   source        BSSID
//     control             has no source and destination

import { after, all, any, equals, equalsBytes, hasAny, not } from "../program/condition.js";
import type { Condition } from "../program/condition.js";
import { llcCarries } from "./llc.js";
import type { FrameAddress, Layout, LinkLayer } from "./link-layer.js";

const addressOffset = { addr1: 4, addr2: 10, addr3: 16, addr4: 24 } as const;

const TO = 0x01;
const FROM = 0x02;

/** The bits of the frame control field that are asked about. */
function frameControl({
  header,
}: Layout): Readonly<Record<"isControl" | "isData" | "goesTo" | "comesFrom", Condition>> {
  return {
    isControl: hasAny(header, 1, 0x04),
    isData: hasAny(header, 1, 0x08),
    goesTo: hasAny(after(header, 1), 1, TO),
    comesFrom: hasAny(after(header, 1), 1, FROM),
  };
}

type AddressTest = (which: keyof typeof addressOffset) => Condition;

function isSource(layout: Layout, has: AddressTest): Condition {
  const { isControl, isData, goesTo, comesFrom } = frameControl(layout);
  return all(
    not(isControl),
    any(
      all(isData, comesFrom, goesTo, has("addr4")),
      all(isData, comesFrom, not(goesTo), has("addr3")),
      all(isData, not(comesFrom), has("addr2")),
      all(not(isData), has("addr2")),
    ),
  );
}

function isDestination(layout: Layout, has: AddressTest): Condition {
  const { isControl, isData, goesTo } = frameControl(layout);
  return all(
    not(isControl),
    any(all(isData, goesTo, has("addr3")), all(isData, not(goesTo), has("addr1")), all(not(isData), has("addr1"))),
  );
}

function hasAddress(layout: Layout, which: FrameAddress, address: readonly number[]): Condition {
  const { header } = layout;
  const has: AddressTest = (name) => equalsBytes(after(header, addressOffset[name]), address);
  // CTS and ACK have one address only.
  const isCtsOrAck = all(
    equals(header, 1, 0x04, 0x0c),
    any(equals(header, 1, 0xc0, 0xf0), equals(header, 1, 0xd0, 0xf0)),
  );
  switch (which) {
    case "src":
      return isSource(layout, has);
    case "dst":
      return isDestination(layout, has);
    case "addr1":
      return has("addr1");
    case "addr2":
      return all(not(isCtsOrAck), has("addr2"));
    case "addr3":
      return all(not(equals(header, 1, 0x04, 0x0c)), has("addr3"));
    case "addr4":
      return all(equals(after(header, 1), 1, TO | FROM, TO | FROM), has("addr4"));
    case "ra":
      return all(frameControl(layout).isData, has("addr1"));
    case "ta":
      return all(frameControl(layout).isData, not(isCtsOrAck), has("addr2"));
  }
}

function isDataFrame(layout: Layout): Condition {
  const { isControl, isData } = frameControl(layout);
  return all(not(isControl), isData);
}

export const wlan: LinkLayer = {
  name: "802.11",
  start: { type: 0, payload: 0, network: 8, networkWithoutSnap: 3 },
  carries: (layout, protocol) => all(isDataFrame(layout), llcCarries(layout.payload, protocol)),
  hasAddress,
  isMulticast: (layout) =>
    isDestination(layout, (which) => hasAny(after(layout.header, addressOffset[which]), 1, 0x01)),
  isLlc: isDataFrame,
  hasVlans: true,
  isWlan: true,
};

export const wlanWithRadiotap: LinkLayer = { ...wlan, name: "802.11 with radiotap", radio: "radiotap" };

export const wlanWithPpi: LinkLayer = { ...wlan, name: "802.11 with PPI", radio: "ppi" };

export const wlanWithPrism: LinkLayer = { ...wlan, name: "802.11 with Prism", radio: "prism" };

export const wlanWithAvs: LinkLayer = { ...wlan, name: "802.11 with AVS", radio: "avs" };
