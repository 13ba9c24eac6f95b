// Pcap over IP as the input of commands: a sender that is called, and one that is waited for; a filter; what is refused.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { text } from "node:stream/consumers";
import { capture } from "@tsnids/testkit";
import { expect } from "chai";
import { startTsnids, temporaryFolder, tsnids } from "./command.js";
import { closed } from "./conversations.js";

const bytes = capture([closed(), closed({ client: "10.0.0.1:40001", server: "10.0.0.2:25" })]).pcap();
const filter = ["port", "25"];

describe("pcap over IP", () => {
  const folder = temporaryFolder();
  let server: Server | undefined;

  afterEach(() => server?.close());

  async function send(): Promise<number> {
    server = createServer((socket) => socket.end(bytes)).listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  async function run(
    args: readonly string[],
  ): Promise<readonly [status: number | null, stdout: string, stderr: string]> {
    const child = startTsnids(args);
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return [status, stdout, stderr];
  }

  for (const [command, pattern] of [
    [["run"], /10\.0\.0\.1:40001 +-> 10\.0\.0\.2:25 +CLOSE[^]*^filter +9 packets left out$/m],
    [["streams"], /10\.0\.0\.1:40001 +-> 10\.0\.0\.2:25 +#0 +c2s +7[^]*of 1 streams/],
    [["sniff", "1"], /TCP[^]*destination port: 25/],
  ] as const) {
    it(`is read and filtered by tsnids ${command[0]}`, async () => {
      const port = await send();
      const [status, stdout, stderr] = await run([...command, "--connect", `127.0.0.1:${port}`, ...filter]);
      expect([status, stderr]).to.deep.equal([0, `tsnids: connected to tcp://127.0.0.1:${port}\n`]);
      expect(stdout).to.match(pattern);
      expect(stdout).not.to.contain("40000");
    });
  }

  it("is waited for, and recorded", async () => {
    const path = folder.path("sent.pcap");
    const child = startTsnids(["record", "-w", path, "--listen", "0", ...filter]);
    const [said] = (await once(child.stderr, "data")) as [Buffer];
    const port = /^tsnids: waiting for a sender on port (\d+) of 127\.0\.0\.1\n$/.exec(said.toString())?.[1];
    connect(Number(port), "127.0.0.1").end(bytes);
    const [status] = (await once(child, "close")) as [number];
    expect(status).to.equal(0);
    expect(tsnids(["run", path]).stdout).to.match(/^packets +9: /m);
  });

  const wrong: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["two inputs", ["--connect", "1", "-i", "lo"], /^tsnids: --interface and --connect exclude each other\n$/],
    ["an address that is none", ["--connect", "lo:x"], /^tsnids: .*Give PORT, HOST:PORT or \[IPv6\]:PORT\.\n$/],
    ["a port that is none", ["--listen", "65536"], /^tsnids: .*Give PORT, HOST:PORT or \[IPv6\]:PORT\.\n$/],
    ["nobody there", ["--connect", "[::1]:1"], /^tsnids: tcp:\/\/\[::1\]:1: the sender cannot be reached .*\n$/],
    ["a wrong filter", ["--connect", "1", "port", "nosuch"], /^tsnids: filter: the port "nosuch" is not known/],
    ["a file, too", ["--listen", "0", "-"], /^tsnids: -: a file cannot be read together with --connect or --listen\n$/],
  ];
  for (const [what, args, says] of wrong) {
    it(`is refused in one line: ${what}`, () => {
      const { status, stderr } = tsnids(["run", ...args]);
      expect(stderr).to.match(says);
      expect(status).to.equal(2);
    });
  }
});
