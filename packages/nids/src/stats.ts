// The catalogue of counters: plain numbers, added to where the thing happens and copied out when asked for.

/** What an engine has counted since it was made. */
export class Statistics {
  /** Frames processed. */
  frames = 0;
  /** Bytes of these frames, as captured. */
  bytes = 0;
  /** Frames without an IP packet: other protocols, too short, or with too much around it. */
  framesNotIp = 0;
  /** Frames of link types that are not decoded. */
  framesUnknownLink = 0;
  /** IP packets behind the first one in frames that hold several (aggregated wireless frames). */
  aggregated = 0;
  /** IP packets and fragments that passed validation. */
  ipPackets = 0;
  /** IP packets dropped by validation. */
  ipInvalid = 0;
  /** IP packets dropped by the `ipFilter` parameter. */
  ipFiltered = 0;
  /** IP packets found in tunnels; they count as IP packets, too. */
  tunnelled = 0;
  /** IP fragments received. */
  fragments = 0;
  /** Datagrams put together from fragments. */
  datagramsReassembled = 0;
  /** Fragments dropped: too far out for any datagram, of a length no fragment has, or without headers that have to be in them. */
  fragmentsInvalid = 0;
  /** Datagrams given up, for whatever reason. */
  datagramsGivenUp = 0;
  /** Of these, those whose other fragments did not come in time. */
  datagramsTimedOut = 0;
  /** Of these, those that a `maxFragment…` limit had no room for. */
  datagramsEvicted = 0;
  /** TCP segments with a right header and checksum. */
  tcpSegments = 0;
  /** Segments dropped: wrong header or checksum. */
  tcpInvalid = 0;
  /** Segments outside the receiver's window. */
  tcpOutOfWindow = 0;
  /** Segments older than the last timestamp. */
  tcpStaleTimestamp = 0;
  /** Segments of connections that are not followed. */
  tcpUnfollowed = 0;
  /** Segments that came before their turn and waited. */
  tcpOutOfOrder = 0;
  /** Segments that brought nothing new. */
  tcpDuplicates = 0;
  /** Half-open connections forgotten because an ICMP message said that their packets do not arrive. */
  tcpUnreachable = 0;
  /** Sources the scan detector forgot for lack of room. */
  scanSourcesForgotten = 0;
  /** UDP datagrams with a right header and checksum. */
  udpDatagrams = 0;
  /** Datagrams dropped: wrong header or checksum. */
  udpInvalid = 0;
  /** ICMP and ICMPv6 messages with a right checksum. */
  icmpMessages = 0;
  /** Messages dropped: too short, or a wrong checksum. */
  icmpInvalid = 0;
  /** Streams announced with JUST_ESTABLISHED. */
  streams = 0;
  /** Announced streams that were already running. */
  midstream = 0;
  /** Streams that ended as CLOSE. */
  closed = 0;
  /** Streams that ended as RESET. */
  reset = 0;
  /** Streams that ended as TIMED_OUT. */
  timedOut = 0;
  /** Streams that ended as EXITING. */
  exiting = 0;
  /** Connections given up for lack of room. */
  evicted = 0;
  /** Gaps in streams. */
  gaps = 0;
  /** Bytes missing in these gaps. */
  gapBytes = 0;
  /**
   * Of these, bytes that the receiver acknowledged: they were sent, and the capture missed them. With `bytes` an
   * estimate of its loss.
   */
  captureLossBytes = 0;
  /** Times `kill()` sent resets. */
  kills = 0;
  /** Times `reject()` sent an ICMP message. */
  rejects = 0;
  /** Frames handed to the injector. */
  framesInjected = 0;
  /** Frames the injector threw at, or rejected later; how often a `LiveInjector` failed later, it says itself. */
  injectionsFailed = 0;
  /** Times `kill()` or `reject()` was refused: `killAllow`, `killDeny` or `maxKillsPerSecond`. */
  killsRefused = 0;
  /** Streams whose headers were given up because there were more than `maxKillableStreams`. */
  killEnvelopesForgotten = 0;
  /** Times a callback or the ipFilter threw. */
  callbackErrors = 0;
  /** Alerts raised, whether or not somebody listened. */
  alerts = 0;

  constructor() {
    // Counts of bytes grow beyond 2^31. A first value that is no small integer has V8 keep them as doubles from the
    // beginning, instead of compiling everything that counts again when they get there.
    this.bytes = this.gapBytes = this.captureLossBytes = Number.MAX_SAFE_INTEGER;
    this.bytes = this.gapBytes = this.captureLossBytes = 0;
  }

  /** A copy of the counters. */
  snapshot(): StatisticsSnapshot {
    return Object.fromEntries(Object.entries(this)) as StatisticsSnapshot;
  }
}

/** The counters at one moment. */
export type StatisticsSnapshot = { readonly [name in Exclude<keyof Statistics, "snapshot">]: number };
