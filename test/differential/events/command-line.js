/**
 * The command line of nids_oracle, which drives the real libnids: the same options with the same meaning.
 */

/** @typedef {"c2s" | "s2c"} Direction */
/** @typedef {"tcp" | "udp" | "ip" | "ip_frag" | "alert" | "meta"} EventKind */

/**
 * @typedef {object} Options
 * @property {string} file
 * @property {string | undefined} filter                  a pcap-filter expression
 * @property {{ network: string, verify: boolean }[]} checksumRules   by source network, the first match decides
 * @property {Map<string, number>} params                 libnids' parameters by libnids' names
 * @property {string} discard                             policy, see discard.js
 * @property {Set<Direction>} collect
 * @property {Set<Direction>} collectUrgent
 * @property {number} listeners
 * @property {number} unsubscribeAfter                    bytes of a half; Infinity: never
 * @property {number} port                                server port to follow; -1: any
 * @property {string | undefined} dropSource
 * @property {"handler" | "run" | "next" | "dispatch"} mode
 * @property {number} dispatchCount                       frames for each dispatch; -1: all
 * @property {Set<EventKind>} events
 * @property {{ sha1: boolean, hex: boolean }} bytes
 * @property {boolean} sortExiting
 * @property {boolean} verbose
 */

/** Something on the command line is not as it should be. */
export class UsageError extends Error {}

export const usage = `usage: nids-events [options] capture.pcap      (JSON Lines on stdout)
  --no-checksum            accept any IP/TCP/UDP checksum
  --chksum NET/LEN=do|dont add one checksum rule by source network (first match wins)
  --filter EXPR            pcap-filter expression
  --param K=V              a parameter of libnids, by its name there
  --discard POLICY         default | N | keep(=0) | new | half | minus:N | line | oneline | rec:N
  --collect both|c2s|s2c|none        which halves to collect      (default both)
  --collect-urg both|c2s|s2c|none    which urgent halves          (default both)
  --listeners N            register N (1..4) distinct tcp callbacks; adds "l"
  --unsub-after N          collect-- on a half once its count >= N
  --port P                 only follow streams whose server port is P
  --drop-src A.B.C.D       ip filter that rejects this source
  --mode handler|run|next|dispatch[:N]   how frames are pumped (default handler)
  --events LIST            of tcp,udp,ip,ip_frag,alert,meta (default all but ip_frag)
  --bytes none|sha1|hex|both             (default sha1)
  --no-sort-exiting        keep the engine's order of EXITING events
  --verbose                the IP header's bytes with each ip event
`;

/**
 * Reads the command line. Undefined when it asks for help; throws UsageError.
 *
 * @param {readonly string[]} words
 * @returns {Options | undefined}
 */
export function readCommandLine(words) {
  /** @type {Options} */
  const options = {
    file: "",
    filter: undefined,
    checksumRules: [],
    params: new Map(),
    discard: "default",
    collect: directions("both"),
    collectUrgent: directions("both"),
    listeners: 1,
    unsubscribeAfter: Infinity,
    port: -1,
    dropSource: undefined,
    mode: "handler",
    dispatchCount: -1,
    events: new Set(["tcp", "udp", "ip", "alert", "meta"]),
    bytes: { sha1: true, hex: false },
    sortExiting: true,
    verbose: false,
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--help" || word === "-h") return undefined;
    if (word in switches) {
      switches[word]?.(options);
    } else if (word in settings) {
      const value = words[++at];
      if (value === undefined) throw new UsageError(`${word} needs a value`);
      settings[word]?.(options, value);
    } else if (word.startsWith("-")) {
      throw new UsageError(`unknown option ${word}`);
    } else {
      options.file = word;
    }
  }
  if (options.file === "") throw new UsageError("no capture given");
  return options;
}

/** @type {Readonly<Record<string, (options: Options) => void>>} */
const switches = {
  "--no-checksum": (options) => options.checksumRules.push({ network: "0.0.0.0/0", verify: false }),
  "--no-sort-exiting": (options) => (options.sortExiting = false),
  "--verbose": (options) => (options.verbose = true),
};

const discardNames = ["default", "keep", "new", "half", "line", "oneline"];

/** @type {Readonly<Record<string, (options: Options, value: string) => void>>} */
const settings = {
  "--chksum": (options, value) => options.checksumRules.push(checksumRule(value)),
  "--filter": (options, value) => (options.filter = value),
  "--param": (options, value) => {
    const [name = "", number = ""] = value.split("=");
    options.params.set(name, integer(`--param ${name}`, number));
  },
  "--discard": (options, value) => {
    options.discard = value;
    const amount = /^(?:(?:minus|rec):)?(-?\d+)$/.test(value);
    if (!amount && !discardNames.includes(value)) throw new UsageError(`--discard does not know ${value}`);
  },
  "--collect": (options, value) => (options.collect = directions(value)),
  "--collect-urg": (options, value) => (options.collectUrgent = directions(value)),
  "--listeners": (options, value) => {
    options.listeners = Number(value);
    if (![1, 2, 3, 4].includes(options.listeners)) throw new UsageError("--listeners takes 1 to 4");
  },
  "--unsub-after": (options, value) => (options.unsubscribeAfter = integer("--unsub-after", value)),
  "--port": (options, value) => (options.port = integer("--port", value)),
  "--drop-src": (options, value) => (options.dropSource = value),
  "--mode": (options, value) => {
    const [mode = "", count = "-1"] = value.split(":");
    if (mode !== "handler" && mode !== "run" && mode !== "next" && mode !== "dispatch") {
      throw new UsageError(`unknown mode ${mode}`);
    }
    options.mode = mode;
    options.dispatchCount = integer("--mode dispatch", count);
  },
  "--events": (options, value) => (options.events = new Set(/** @type {EventKind[]} */ (value.split(",")))),
  "--bytes": (options, value) => {
    if (!["none", "sha1", "hex", "both"].includes(value)) throw new UsageError("--bytes takes none, sha1, hex or both");
    options.bytes = { sha1: value === "sha1" || value === "both", hex: value === "hex" || value === "both" };
  },
};

/**
 * @param {string} option
 * @param {string} value
 */
function integer(option, value) {
  if (!/^-?\d+$/.test(value)) throw new UsageError(`${option} takes a whole number, not "${value}"`);
  return Number(value);
}

/** @param {string} value */
function checksumRule(value) {
  const [network = "", action] = value.split("=");
  if (action === undefined) throw new UsageError(`--chksum ${value}: NET/LEN=do or NET/LEN=dont`);
  return { network: network.includes("/") ? network : `${network}/32`, verify: action !== "dont" };
}

/**
 * @param {string} value
 * @returns {Set<Direction>}
 */
function directions(value) {
  switch (value) {
    case "both":
      return new Set(["c2s", "s2c"]);
    case "c2s":
    case "s2c":
      return new Set([value]);
    case "none":
      return new Set();
    default:
      throw new UsageError(`bad direction ${value}`);
  }
}
