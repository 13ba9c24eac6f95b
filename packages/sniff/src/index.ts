// @tsnids/sniff: packets for scripts and lessons: so many of a device or a file, decoded to the last field,
// printed as trees.

export { PacketDecoder } from "./decoder.js";
export type { EndpointOptions } from "./endpoint-filter.js";
export { InvalidPacketError, PacketError, SniffError, UnsupportedPacketError } from "./errors.js";
export type { PacketErrorCode, SniffErrorCode } from "./errors.js";
export { defaultDevice, openDevice, openFile } from "./open-source.js";
export type { OpenFileOptions, OpenOptions, OpenSource } from "./open-source.js";
export { Packet } from "./packet.js";
export type { PacketParts } from "./packet.js";
export { Arp } from "./protocol/arp.js";
export { Icmp } from "./protocol/icmp.js";
export { Ipv4, Ipv6, Ipv6Extension } from "./protocol/ip.js";
export { Layer } from "./protocol/layer.js";
export type { Field } from "./protocol/layer.js";
export { Ethernet, LinuxCooked, OtherHeader, Vlan } from "./protocol/link.js";
export { Tcp } from "./protocol/tcp.js";
export type { TcpFlagName } from "./protocol/tcp.js";
export { Udp } from "./protocol/udp.js";
export type { ReceivedStream, StreamEndpoint } from "./received-stream.js";
export { fromFile, fromFileLoop, sniff, sniffAny, sniffLoop, sniffNext, toFile } from "./sniff.js";
export type { FromFileOptions, PacketCallback, SniffLoopOptions, SniffOptions } from "./sniff.js";
export { maximumWaitingStreams, Sniffer } from "./sniffer.js";
export type { RawPacket, SnifferOptions } from "./sniffer.js";
export { tcpData } from "./tcp-data.js";
export type { TcpData, TcpDataOptions } from "./tcp-data.js";
export { Timestamp } from "./timestamp.js";
