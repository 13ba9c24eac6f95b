// Builds the programs of bench/peers into bench/.cache/peers with what Debian has, each when one of its sources is newer
// than it. The npm package `pcap` is installed there too, for each version of Node's binary interface: it is no
// dependency of this repository.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { BenchError } from "../command/bench-error.js";
import { CACHE } from "./captures.js";

const SOURCES = join(import.meta.dirname, "..", "peers");
const PROGRAMS = join(CACHE, "peers");
/** Where the npm package `pcap` is installed for the Node that runs this. */
export const NPM_PCAP = join(PROGRAMS, `npm-pcap-${process.versions.modules}`);
const NPM_PCAP_VERSION = "3.1.0";

/**
 * @typedef {object} Recipe
 * @property {string[]} sources files in bench/peers
 * @property {string} product what is built: a path
 * @property {string} [part] where the command writes it: a file of the product's name is whole
 * @property {string[]} command
 * @property {Record<string, string>} [environment] variables on top of the present ones
 * @property {string} packages Debian's packages it takes
 */

/** @type {Readonly<Record<string, (name: string) => Recipe>>} */
const RECIPES = Object.freeze({
  cputime: (name) => compiled(name, ["gcc"], ["cputime.c"], [], "gcc libc6-dev"),
  "pcap-loop": (name) => compiled(name, ["gcc"], ["pcap-loop.c"], ["-lpcap"], "gcc libc6-dev libpcap-dev"),
  libnids: (name) =>
    compiled(
      name,
      ["gcc"],
      ["libnids.c", "direction.h"],
      ["-lnids", "-lpcap", "-lz"],
      "gcc libc6-dev libpcap-dev libnids-dev zlib1g-dev",
    ),
  libtins: (name) =>
    compiled(
      name,
      ["g++", "-std=c++17"],
      ["libtins.cpp", "direction.h"],
      ["-ltins", "-lpcap", "-lz"],
      "g++ libpcap-dev libtins-dev zlib1g-dev",
    ),
  "gopacket-reassembly": (name) => go(name, ["gopacket.go", "gopacket-reassembly.go"]),
  "gopacket-tcpassembly": (name) => go(name, ["gopacket.go", "gopacket-tcpassembly.go"]),
  "npm-pcap": npmPcap,
});

/**
 * @param {string} name
 * @returns {string} path of what was built
 * @throws {BenchError} `missing-tool` if it cannot be built here
 */
export function buildPeer(name) {
  const { sources, product, part = product, command, environment, packages } = RECIPES[name](name);
  const inputs = sources.map((source) => join(SOURCES, source));
  if (existsSync(product) && inputs.every((input) => statSync(product).mtimeMs >= statSync(input).mtimeMs)) {
    return product;
  }
  mkdirSync(PROGRAMS, { recursive: true });
  const [tool, ...args] = command;
  const env = { ...process.env, ...environment };
  const { error, status, stderr } = spawnSync(tool, args, { encoding: "utf8", env, cwd: SOURCES });
  if (error === undefined && status === 0 && existsSync(part)) {
    renameSync(part, product);
    return product;
  }
  const reason = error
    ? `${tool} cannot be run`
    : (stderr.split("\n").find((line) => /error|cannot find/i.test(line)) ?? `${tool} ended with ${status}`);
  throw new BenchError("missing-tool", `${name} cannot be built: ${reason.trim()}; it needs ${packages}`);
}

/** A program in C or C++. @returns {Recipe} */
function compiled(name, compiler, sources, libraries, packages) {
  const [product, part] = productAndPart(name);
  const command = [...compiler, "-O2", "-Wall", "-Wextra", "-o", part, sources[0], ...libraries];
  return { sources, product, part, command, packages };
}

/** A program in Go against the libraries in Debian's packages; nothing is fetched. @returns {Recipe} */
function go(name, sources) {
  const [product, part] = productAndPart(name);
  return {
    sources,
    product,
    part,
    command: ["go", "build", "-o", part, ...sources],
    environment: {
      GO111MODULE: "off",
      GOFLAGS: "",
      GOPATH: "/usr/share/gocode",
      GOCACHE: join(PROGRAMS, "go-build"),
    },
    packages: "golang-go golang-github-google-gopacket-dev golang-golang-x-net-dev",
  };
}

function productAndPart(name) {
  const product = join(PROGRAMS, name);
  return [product, `${product}.part`];
}

/** For the Node that runs this, which may be another than the one npm would find. @returns {Recipe} */
function npmPcap() {
  return {
    sources: [],
    product: join(NPM_PCAP, "node_modules", "pcap", "build", "Release", "pcap_binding.node"),
    command: ["npm", "install", "--prefix", NPM_PCAP, "--no-audit", "--no-fund", `pcap@${NPM_PCAP_VERSION}`],
    environment: { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
    packages: "g++ make python3 libpcap-dev, and npm's registry",
  };
}
