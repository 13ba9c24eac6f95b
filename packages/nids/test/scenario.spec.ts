/**
 * The scenario pages, played in every variant: IPv4 and IPv6, sequence numbers that wrap within the first data, and
 * addresses exchanged. However the frames come in, the events are the same: all in one batch, one in a batch, taken one
 * by one with next(), and with an ip callback, which keeps every packet out of the express lane.
 */
import type { NidsParams } from "@tsnids/nids";
import { Nids, paramRules } from "@tsnids/nids";
import type { Scenario, ScenarioCapture } from "@tsnids/testkit";
import { parseScenario, scenarioCapture, scenarioVariants, variantName } from "@tsnids/testkit";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { ChunkedSource } from "./chunked-source.js";
import { EventRecorder } from "./event-recorder.js";

const folder = new URL("../test/scenarios/", import.meta.url);
/** Parameters of a page that are the test kit's. */
const testkitParameters = ["link", "vlan", "only"];
/** Small tables, so that thousands of engines are made quickly. `verify` lets the express lane open from the start. */
const usual = { maxStreams: 64, maxReassemblyBytes: 1 << 20, maxFragmentBytes: 1 << 18, checksums: "verify" } as const;

/** Engine parameters as a page writes them. */
function engineParams(scenario: Scenario): Partial<NidsParams> {
  const given = Object.entries(scenario.parameters)
    .filter(([name]) => !testkitParameters.includes(name))
    .map(([name, text]): [string, unknown] => {
      const kind = paramRules[name as keyof NidsParams].kind;
      return [name, kind === "flag" ? text === "true" : kind === "amount" ? Number(text) : text];
    });
  return { ...usual, ...Object.fromEntries(given) };
}

/** One way of feeding an engine. */
type Feeding = (nids: Nids, played: ScenarioCapture) => Promise<void>;

const oneBatch: Feeding = (nids, { capture }) => nids.run(new ChunkedSource(capture, capture.length));

const otherFeedings: Readonly<Record<string, Feeding>> = {
  "one frame a batch": (nids, { capture }) => nids.run(new ChunkedSource(capture, 1)),
  "next() one by one": async (nids, { capture }) => {
    const source = new ChunkedSource(capture, 3);
    while (await nids.next(source));
    nids.exit();
  },
  "an ip callback": (nids, played) => {
    nids.registerIp(() => undefined);
    return oneBatch(nids, played);
  },
};

async function eventsOf(scenario: Scenario, played: ScenarioCapture, feed: Feeding): Promise<readonly string[]> {
  const nids = new Nids(engineParams(scenario));
  const recorder = new EventRecorder(nids, played.connections);
  await feed(nids, played);
  return recorder.lines;
}

for (const file of readdirSync(folder).sort()) {
  describe(`scenarios: ${file.replace(".md", "")}`, () => {
    for (const scenario of parseScenario(readFileSync(new URL(file, folder), "latin1"))) {
      it(scenario.title, async () => {
        for (const variant of scenarioVariants(scenario)) {
          const played = scenarioCapture(scenario, variant);
          const where = `${file}:${scenario.line}, ${variantName(variant)}`;
          expect(await eventsOf(scenario, played, oneBatch), where).to.deep.equal(scenario.expected);
          for (const [name, feed] of Object.entries(otherFeedings)) {
            expect(await eventsOf(scenario, played, feed), `${where}, ${name}`).to.deep.equal(scenario.expected);
          }
        }
      });
    }
  });
}
