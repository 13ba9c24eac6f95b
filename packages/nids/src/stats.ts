// The catalogue of counters: plain numbers, added to where the thing happens and copied out when asked for.

/** What an engine has counted since it was made. */
export class Statistics {
  /** Frames processed, and their bytes as captured. */
  frames = 0;
  bytes = 0;
  /** Frames without an IP packet: other protocols, or too short. */
  framesNotIp = 0;
  /** Frames of link types that are not decoded. */
  framesUnknownLink = 0;
  /** IP packets and fragments that passed validation. */
  ipPackets = 0;
  /** IP packets dropped by validation. */
  ipInvalid = 0;
  /** IP packets dropped by the `ipFilter` parameter. */
  ipFiltered = 0;
  /** Fragments received, datagrams put together from them, datagrams given up incomplete. */
  fragments = 0;
  datagramsReassembled = 0;
  datagramsGivenUp = 0;
  tcpSegments = 0;
  /** Segments dropped: wrong header or checksum. */
  tcpInvalid = 0;
  /** Segments outside the receiver's window, or older than the last timestamp. */
  tcpOutOfWindow = 0;
  tcpStaleTimestamp = 0;
  /** Segments of connections that are not followed. */
  tcpUnfollowed = 0;
  /** Segments that came before their turn and waited. */
  tcpOutOfOrder = 0;
  /** Segments that brought nothing new. */
  tcpDuplicates = 0;
  udpDatagrams = 0;
  /** Datagrams dropped: wrong header or checksum. */
  udpInvalid = 0;
  /** Streams announced with JUST_ESTABLISHED, and those of them that were already running. */
  streams = 0;
  midstream = 0;
  /** Streams by the state they ended in. */
  closed = 0;
  reset = 0;
  timedOut = 0;
  exiting = 0;
  /** Connections given up for lack of room. */
  evicted = 0;
  /** Gaps in streams, and bytes missing in them. */
  gaps = 0;
  gapBytes = 0;
  /** Times a tcp callback threw. */
  callbackErrors = 0;
  alerts = 0;

  /** A copy of the counters. */
  snapshot(): StatisticsSnapshot {
    return Object.fromEntries(Object.entries(this)) as StatisticsSnapshot;
  }
}

/** The counters at one moment. */
export type StatisticsSnapshot = { readonly [name in Exclude<keyof Statistics, "snapshot">]: number };
