/**
 * @tsnids/testkit: frames, conversations, captures and scenario pages for tests.
 *
 *     payload ─► tcp udp icmp ─► ipv4 ipv6 ─► fragment ─► link header ─► Frame ─► Capture ─► FrameBatch, pcap
 *                       packet.ts (one line)               frame.ts       ▲
 *                       conversation.ts, scenario pages ──────────────────┘
 */
export { parseAddress, parseEndpoint, type AddressLike, type Endpoint } from "./address.js";
export { Capture, capture } from "./capture.js";
export { internetChecksum, pseudoHeader, segmentChecksum, type AddressPair, type ChecksumChoice } from "./checksum.js";
export {
  Conversation,
  conversation,
  type ConversationOptions,
  type SegmentOptions,
  type Side,
} from "./conversation.js";
export { ScenarioError, TestkitError, type TestkitErrorCode } from "./errors.js";
export {
  alertLine,
  dataLine,
  datagramLine,
  directionText,
  endLine,
  gapLine,
  normalLine,
  openLine,
  quoteBytes,
  unquoteBytes,
  urgentLine,
} from "./event-log.js";
export { fragmentAt, fragmentPieces, type FragmentPiece } from "./fragment.js";
export { cutFrame, fragmentFrame, frame, type Frame, type FrameOptions } from "./frame.js";
export { icmpMessage, icmpProtocol, icmpv6Protocol, type IcmpFields } from "./icmp.js";
export { Ipv4Flag, ipv4Packet, type Ipv4Fields, type Ipv4Options } from "./ipv4.js";
export {
  ExtensionHeaderNumber,
  extensionHeader,
  fragmentHeader,
  ipv6Packet,
  paddingOptions,
  type ExtensionHeader,
  type Ipv6Fields,
  type Ipv6Options,
} from "./ipv6.js";
export type { LinkFields, VlanTag } from "./link-fields.js";
export { linkHeader, writableLinkTypes } from "./link-header.js";
export { concat, octets, type Data } from "./octets.js";
export { icmpPacket, ipPacket, tcpPacket, udpPacket, type IpOptions } from "./packet.js";
export {
  scenarioCapture,
  scenarioVariants,
  variantName,
  type ScenarioCapture,
  type ScenarioConnection,
  type ScenarioVariant,
} from "./scenario-capture.js";
export {
  parsePacketLine,
  type ScenarioNumber,
  type ScenarioOption,
  type ScenarioPacket,
  type ScenarioSegment,
} from "./scenario-packet.js";
export { parseScenario, type Scenario } from "./scenario.js";
export { advance, distance } from "./sequence.js";
export {
  maximumSegmentSize,
  noOperation,
  sackPermitted,
  selectiveAck,
  timestamps,
  windowScale,
  type TcpOption,
} from "./tcp-options.js";
export { TcpFlag, tcpFlags, tcpProtocol, tcpSegment, type TcpFields, type TcpFlagName } from "./tcp.js";
export { addTime, compareTime, defaultStart, time, type Time, type TimeLike } from "./time.js";
export { tunnelPacket, writableTunnels, type TunnelOptions } from "./tunnel.js";
export { udpDatagram, udpProtocol, type UdpFields } from "./udp.js";
