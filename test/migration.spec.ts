/**
 * The tables of docs/migrating-from-….md: what libnids' header declares is in the first column, and what the second
 * column names exists here.
 *
 * A name of ours is a code span that says whose it is (`stream.discard(count)`, `params.maxStreams`), an exported
 * name (`NidsError`), or the code of an alert (`ip-header`). Whose they are is looked up in the objects callbacks
 * are really given.
 */
import * as sources from "@tsnids/capture";
import * as filters from "@tsnids/filter";
import * as engine from "@tsnids/nids";
import { alertCatalogue, Nids, paramRules, TcpState } from "@tsnids/nids";
import { capture, conversation, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeNeeding } from "./left-out.js";
import { repository } from "./suites.js";

interface Row {
  /** Code spans of the first column. */
  readonly theirs: readonly string[];
  /** Text and code spans of the second. */
  readonly text: string;
  readonly ours: readonly string[];
}

const pages = ["migrating-from-libnids.md", "migrating-from-pynids.md"] as const;
const codeSpan = /`([^`]+)`/g;

function rowsOf(page: string): Row[] {
  const lines = readFileSync(join(repository, "docs", page), "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const [theirs = "", text = ""] = line.slice(2, -2).split(" | ");
      return { theirs: spansOf(theirs), text, ours: spansOf(text) };
    });
}

function spansOf(cell: string): string[] {
  return [...cell.matchAll(codeSpan)].map(([, span]) => span ?? "");
}

describe("pages about migrating", () => {
  const owners = collectOwners();
  const spans = pages.flatMap((page) => rowsOf(page).flatMap(({ ours }) => ours.map((span) => ({ page, span }))));

  it("name what exists", () => {
    const unknown = spans.filter(({ span }) => !isKnown(span, owners)).map(({ page, span }) => `${page}: ${span}`);
    expect(unknown).to.deep.equal([]);
  });

  it("would notice what does not", () => {
    for (const span of ["stream.discards(count)", "params.maxStream", "NidsErrors", "ip-headers", "TcpState.OPEN"]) {
      expect(isKnown(span, owners), span).to.equal(false);
    }
  });

  for (const page of pages) {
    it(`${page} has a counterpart or a "none" for every name`, () => {
      const empty = rowsOf(page).filter(({ text, ours }) => ours.length === 0 && !/^none|^see /.test(text));
      expect(empty.map(({ theirs }) => theirs)).to.deep.equal([]);
      expect(rowsOf(page).length).to.be.at.least(50);
    });
  }
});

describeNeeding(["libnids-dev"], "docs/migrating-from-libnids.md", () => {
  const declared = declaredNames(readFileSync("/usr/include/nids.h", "utf8"));
  const listed = rowsOf(pages[0]).flatMap(({ theirs }) => theirs);

  it("lists every name of the header", () => {
    expect(declared).to.include.members(["nids_init", "NIDS_EXITING", "half_stream.wscale", "nids_prm.pcap_desc"]);
    expect(declared.filter((name) => !listed.includes(name))).to.deep.equal([]);
  });

  it("lists no other, and none twice", () => {
    expect(listed.filter((name) => !declared.includes(name))).to.deep.equal([]);
    expect(listed.filter((name, index) => listed.indexOf(name) !== index)).to.deep.equal([]);
  });
});

/** Functions, variables, macros and constants of a C header, and the fields of its structures as `struct.field`. */
function declaredNames(header: string): string[] {
  const text = header.replaceAll(/\/\*[^]*?\*\//g, "");
  const names: string[] = [...text.matchAll(/^#\s*define\s+(NIDS_\w+)/gm)].map(([, name]) => name ?? "");
  for (const [, body] of text.matchAll(/^enum\s*\{([^}]*)\}/gm)) names.push(...((body ?? "").match(/NIDS_\w+/g) ?? []));
  for (const [, struct, body] of text.matchAll(/^struct (\w+)\s*\{([^}]*)\}/gm)) {
    for (const field of (body ?? "").split(";").filter((each) => each.trim() !== "")) {
      // The name is the last one, or the one behind the star in parentheses of a pointer to a function.
      const name = /\(\*(\w+)\)/.exec(field)?.[1] ?? /(\w+)\s*$/.exec(field)?.[1];
      names.push(`${struct}.${name}`);
    }
  }
  const outside = text.replaceAll(/^struct \w+\s*\{[^}]*\}/gm, "");
  names.push(...[...outside.matchAll(/\b(nids_\w+)\s*(?:\(|\[\]|;)/g)].map(([, name]) => name ?? ""));
  return [...new Set(names)];
}

/** True where a code span names something of ours. */
function isKnown(span: string, owners: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const [, owner = "", name = ""] = /^(\w+)\.(\w+)/.exec(span) ?? [];
  const names = owners.get(owner);
  if (names !== undefined) return names.has(name);
  const word = /^(?:new )?([\w-]+)/.exec(span)?.[1] ?? "";
  return (
    word in engine ||
    word in sources ||
    word in filters ||
    word in alertCatalogue ||
    otherWords.has(span) ||
    owners.has(word)
  );
}

/** Code spans that are neither. */
const otherWords: ReadonlySet<string> = new Set([
  ...["@tsnids/capture", "@tsnids/filter", "code", "seconds", "nanoseconds", "tuple4"],
  ...["network", "verify", "verify: true", "verify: false", "{ network, verify }"],
]);

/** The names each object has, as callbacks see it. */
function collectOwners(): Map<string, Set<string>> {
  const nids = new Nids({ maxStreams: 4, maxReassemblyBytes: 1 << 16, maxFragmentBytes: 1 << 16, checksums: "verify" });
  const owners = new Map<string, Set<string>>([
    ["nids", namesOf(nids)],
    ["params", new Set(Object.keys(paramRules))],
    ["TcpState", new Set(Object.keys(TcpState))],
  ]);
  nids.registerTcp((stream, attachment) => {
    owners.set("stream", namesOf(stream)).set("half", namesOf(stream.client)).set("attachment", namesOf(attachment));
  });
  nids.registerUdp((datagram) => void owners.set("datagram", namesOf(datagram)));
  nids.registerIp((packet) => void owners.set("packet", namesOf(packet)));
  nids.on("alert", (alert) => void owners.set("alert", namesOf(alert)));
  const talk = conversation({ client: "10.0.0.1:1025", server: "10.0.0.2:80" }).handshake();
  talk.segment("client", { data: "x", checksum: 1 });
  nids.process(capture([talk, frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }))]).batch());
  return owners;
}

/** Properties and methods of an object, those of its classes included. */
function namesOf(object: object): Set<string> {
  const names = new Set<string>();
  let at: object | null = object;
  while (at !== null && at !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    at = Object.getPrototypeOf(at) as object | null;
  }
  return names;
}
