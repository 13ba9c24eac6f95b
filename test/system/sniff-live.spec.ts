/**
 * Sniffing on the loopback device: packets, payloads and streams of sockets of this process, by both kinds of backends
 * and by the command.
 */
import { LiveSource } from "@tsnids/capture";
import { sniff, Sniffer, sniffNext, tcpData, type OpenSource } from "@tsnids/sniff";
import { expect } from "chai";
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";

const device = "lo";
/** Milliseconds: what does not come within them does not come. */
const timeout = 10_000;

describeNeeding(["root", "cap", "tcpdump"], "sniffing on the loopback device", function () {
  this.timeout(20_000);

  let socket: Socket;
  let server: Server;
  before(async () => {
    socket = createSocket("udp4").bind(0, "127.0.0.1");
    // Answers what it is asked, and hangs up.
    server = createServer((peer) => peer.on("data", (asked) => peer.end(`answer to ${asked.toString()}`)));
    await Promise.all([once(socket, "listening"), once(server.listen(0, "127.0.0.1"), "listening")]);
  });
  after(() => {
    socket.close();
    server.close();
  });

  const udpPort = (): number => socket.address().port;
  const tcpPort = (): number => (server.address() as AddressInfo).port;
  const send = (text: string): void => socket.send(text, udpPort(), "127.0.0.1");
  const ask = (): void => {
    const client = connect(tcpPort(), "127.0.0.1", () => client.write("question"));
    client.resume();
  };

  /** Captures, and does something as soon as it does. */
  function opening(action: () => void, backend?: "tcpdump"): OpenSource {
    return (name, options) => new LiveSource(name ?? "", { ...options, backend }).on("open", action);
  }

  for (const backend of [undefined, "tcpdump"] as const) {
    it(`gives packets by ${backend ?? "cap"}`, async () => {
      const open = opening(() => {
        send("one");
        send("two");
      }, backend);
      const packets = await sniff(2, { device, filter: `udp dst port ${udpPort()}`, timeout, open });
      expect(packets.map(({ payload }) => new TextDecoder().decode(payload))).to.deep.equal(["one", "two"]);
      expect(packets[0]?.ip).to.include({ source: "127.0.0.1", destination: "127.0.0.1" });
    });
  }

  it("needs no more than the name of the device", async () => {
    const sending = setInterval(() => send("again"), 20);
    const packet = await sniffNext({ device, filter: `udp port ${udpPort()}`, timeout });
    clearInterval(sending);
    expect(packet?.udp?.destinationPort).to.equal(udpPort());
  });

  it("gives what there is when time is up", async () => {
    expect(await sniff(1, { device, filter: "udp port 9 and udp port 7", timeout: 300 })).to.deep.equal([]);
  });

  it("gives payloads", async () => {
    const filter = `tcp src port ${tcpPort()} and tcp[tcpflags] & tcp-push != 0`;
    const texts: string[] = [];
    for await (const { data } of tcpData({ filter, device, timeout, open: opening(ask) })) {
      texts.push(new TextDecoder().decode(data));
      break;
    }
    expect(texts).to.deep.equal(["answer to question"]);
  });

  it("gives streams, whose checksums the card would have made", async () => {
    const sniffer = new Sniffer({ address: "127.0.0.1", port: tcpPort(), device, timeout, open: opening(ask) });
    const stream = await sniffer.receiveStream();
    await sniffer.close();
    expect(stream?.server).to.deep.equal({ address: "127.0.0.1", port: tcpPort() });
    const texts = [stream?.clientToServer, stream?.serverToClient].map((bytes) => new TextDecoder().decode(bytes));
    expect(texts).to.deep.equal(["question", "answer to question"]);
  });

  it("says what is wrong with a device or a filter", async () => {
    const code = async (options: { device: string; filter?: string }): Promise<unknown> =>
      sniff(1, { ...options, timeout }).then(
        () => "none",
        (error: unknown) => (error as { code?: unknown }).code,
      );
    expect(await code({ device: "none0" })).to.equal("unknown-device");
    expect(await code({ device, filter: "tcp port foo" })).to.equal("bad-filter");
  });

  it("is a command, too", async () => {
    const program = join(repository, "packages/cli/bin/tsnids.js");
    const command = [
      program,
      "sniff",
      "1",
      "--hex",
      "--interface",
      device,
      "--timeout",
      "10",
      "udp",
      "port",
      `${udpPort()}`,
    ];
    const child = spawn(process.execPath, command);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (stderr.includes("listening on")) send("seen");
    });
    const [status] = (await once(child, "close")) as [number | null];
    expect([status, stderr]).to.deep.equal([0, `tsnids: listening on ${device} (cap)\n`]);
    expect(stdout)
      .to.match(/├─ IPv4\n/)
      .and.to.match(/data: seen\n00000000: /);
  });
});
