// tsnids watch and captures that come in another order than that of time, because a clock was set back or they were put
// in later: however the watch ends, the next one says nothing twice and leaves out nothing.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Capture, capture } from "@tsnids/testkit";
import type { Conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { temporaryFolder, tsnids } from "./command.js";
import { closed } from "./conversations.js";
import { Watching } from "./watching.js";

describe("tsnids watch, of captures out of order", function () {
  this.timeout(120_000);

  const folder = temporaryFolder();
  const hour = 3600;
  let count = 0;
  let base = "";
  let watched = "";
  let running: Watching | undefined;

  beforeEach(() => {
    base = folder.path(`order${count++}`);
    watched = join(base, "captures");
    mkdirSync(watched, { recursive: true });
  });

  afterEach(async () => {
    await running?.end("SIGKILL");
    running = undefined;
  });

  const add = (name: string, bytes: Uint8Array): void => writeFileSync(join(watched, name), bytes);
  const statePath = (): string => join(base, "state");
  const saved = (): { open: unknown[]; nextId: number; position: { begun?: string[] }; replays?: number } =>
    JSON.parse(readFileSync(statePath(), "utf8")) as ReturnType<typeof saved>;
  const watch = (path = watched): Watching =>
    (running = new Watching(["--json", "--state", statePath(), path], join(base, "lines")));
  /** A conversation on this port that begins so many hours later than others, or earlier. */
  const talk = (port: number, hours: number): Conversation =>
    closed({ client: `10.0.0.1:${port}`, start: 1_000_000_000 + hours * hour });
  /** The lines of connections. That a packet is older than one before is an alert, which has a line, too. */
  const ended = (watching: Watching): unknown[][] =>
    watching.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ type }) => type === "connection")
      .map(({ id, client, state, midstream }) => [id, String(client).split("|")[1], state, midstream]);
  const until = (watching: Watching, connections: number): Promise<void> =>
    watching.untilTrue(() => ended(watching).length >= connections, `connection ${connections}`);

  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    it(`goes on after ${signal} with connections that are open where the clock was set back`, async () => {
      const going = talk(40001, -1).frames;
      add("cap0", talk(40000, 0).pcap());
      const first = watch();
      await until(first, 1);
      add("cap1", capture([new Capture(going.slice(0, 6)), talk(40002, -1)]).pcap());
      await until(first, 2);
      await first.untilTrue(() => saved().open.length === 1 && saved().nextId === 4, "a state with an open connection");
      await first.end(signal);
      add("cap2", new Capture([...going.slice(6), ...talk(40003, -0.5).frames]).pcap());
      const second = watch();
      await until(second, 4);
      await second.untilTrue(() => saved().open.length === 0, "a state with none");
      await second.end(signal);
      const third = watch();
      add("cap3", talk(40004, -0.4).pcap());
      await until(third, 5);
      await third.end("SIGINT");
      expect(ended(third)).to.deep.equal(
        [
          [1, "40000"],
          [3, "40002"],
          [2, "40001"],
          [4, "40003"],
          [5, "40004"],
        ].map((one) => [...one, "CLOSE", false]),
      );
      expect(new Set(third.lines).size).to.equal(third.lines.length);
      expect([first, second, third].map(({ stderr }) => stderr)).to.deep.equal(["", "", ""]);
    });
  }

  it("reads an earlier capture that was put in between two watches", async () => {
    add("cap0", talk(40000, 0).pcap());
    const first = watch();
    await until(first, 1);
    await first.end("SIGINT");
    add("cap1", talk(40001, -1).pcap());
    const second = watch();
    await until(second, 2);
    await second.end("SIGINT");
    expect(ended(second).map(([, port]) => port)).to.deep.equal(["40000", "40001"]);
    expect(second.stderr).to.equal("");
  });

  it("reads the earlier capture that has taken the place of the file that is watched", async () => {
    const path = join(watched, "live.pcap");
    add("live.pcap", talk(40000, 0).pcap());
    const first = watch(path);
    await until(first, 1);
    await first.end("SIGINT");
    add("live.pcap", talk(40001, -1).pcap());
    const second = watch(path);
    await until(second, 2);
    await second.end("SIGINT");
    expect(second.stderr).to.match(/^tsnids: warning: .*the file in which the reading was to go on is gone/);
  });

  it("goes on from the state of an earlier version, which knows times only", async () => {
    add("cap0", talk(39999, -2).pcap());
    add("cap1", new Capture([...talk(40000, 0).frames, ...talk(40001, 0.01).frames.slice(0, 6)]).pcap());
    const first = watch();
    await until(first, 2);
    await first.untilTrue(() => saved().open.length === 1, "an open connection in the state");
    await first.end("SIGINT");
    const { replays, position, ...rest } = saved();
    const { begun, ...place } = position;
    expect([replays, begun?.length]).to.deep.equal([1, 2]);
    writeFileSync(statePath(), JSON.stringify({ ...rest, position: place }));
    add("cap2", new Capture(talk(40001, 0.01).frames.slice(6)).pcap());
    const second = watch();
    await until(second, 3);
    await second.end("SIGINT");
    expect(ended(second).slice(2)).to.deep.equal([[3, "40001", "CLOSE", false]]);
    expect(saved().position.begun).to.have.length(3);
    expect(second.stderr).to.equal("");
  });

  it("refuses a state whose captures are no list, or not as many as are to be replayed", async () => {
    add("cap0", talk(40000, 0).pcap());
    const first = watch();
    await until(first, 1);
    await first.end("SIGINT");
    const { position, ...rest } = saved();
    for (const wrong of [
      { ...rest, position, replays: 2 },
      { ...rest, position, replays: 0 },
      { ...rest, position: { ...position, begun: "key" } },
      { ...rest, position: { ...position, begun: undefined } },
    ]) {
      writeFileSync(statePath(), JSON.stringify(wrong));
      const { status, stderr } = tsnids(["watch", "--state", statePath(), watched]);
      expect([status, stderr]).to.deep.equal([
        2,
        `tsnids: ${statePath()}: is no state of "tsnids watch"; delete it to begin anew\n`,
      ]);
    }
  });
});
