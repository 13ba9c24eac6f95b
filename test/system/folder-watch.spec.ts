/**
 * `tsnids watch` beside tcpdump, which captures transfers on the loopback device into a ring of files of a megabyte (-C
 * 1 -W 5): every connection has one line, with every byte, also when the watch is killed in between. Then a transfer
 * begins when the line of the one before is there, so that the ring is never faster than the watch. Under load nothing
 * waits for the watch: files are overwritten about a second after they were finished.
 */
import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";

const transferBytes = 900_000;
const transfers = 10;
/** Under load: bytes at once, how often, and milliseconds between them, which is 4 MB/s. */
const pieceBytes = 40_000;
const pieces = 1000;
const pieceMs = 10;
const deadlineMs = 10_000;
const intervalMs = 10;
const program = join(repository, "packages/cli/bin/tsnids.js");

describeNeeding(["root", "tcpdump"], "tsnids watch follows tcpdump's ring of files", function () {
  this.timeout(300_000);

  let base = "";
  let server: Server;
  let tcpdump: ChildProcess;
  let watching: ChildProcess | undefined;
  let complaints = "";
  let said = "";

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), "tsnids-ring-"));
    mkdirSync(join(base, "ring"));
    complaints = said = "";
    server = createServer((socket) => void socket.on("error", () => undefined).end(Buffer.alloc(transferBytes, "x")));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const ring = ["-C", "1", "-W", "5", "-w", join(base, "ring", "cap")];
    const settings = ["-i", "lo", "-Z", "root", "-U", "--immediate-mode", "-B", "65536"];
    tcpdump = spawn("tcpdump", [...settings, ...ring, `tcp port ${port()}`], { stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve, reject) => {
      tcpdump.once("exit", () => reject(new Error("tcpdump has ended")));
      tcpdump.stderr?.on("data", (piece: Buffer) => {
        said += piece.toString();
        if (said.includes("listening on")) resolve();
      });
    });
  });

  afterEach(async () => {
    await kill(watching);
    await kill(tcpdump);
    server.close();
    rmSync(base, { recursive: true });
  });

  const port = (): number => (server.address() as AddressInfo).port;

  function startWatch(): void {
    const args = ["watch", "--json", "--checksums", "ignore", "--output", join(base, "lines"), join(base, "ring")];
    watching = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    watching.stderr?.on("data", (piece: Buffer) => (complaints += piece.toString()));
  }

  function lines(): Record<string, unknown>[] {
    const path = join(base, "lines");
    if (!existsSync(path)) return [];
    const whole = readFileSync(path, "utf8").split("\n").slice(0, -1);
    return whole.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async function linesAre(count: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (lines().length < count) {
      if (performance.now() > deadline) throw new Error(`${lines().length} of ${count} lines: ${complaints}`);
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }

  /** Downloads once; the client's endpoint. */
  async function transfer(bytes = transferBytes): Promise<string> {
    const socket = connect(port(), "127.0.0.1");
    await once(socket, "connect");
    const client = `127.0.0.1|${socket.localPort ?? 0}`;
    let received = 0;
    for await (const piece of socket) received += (piece as Buffer).length;
    expect(received).to.equal(bytes);
    return client;
  }

  function expectLines(clients: readonly string[]): void {
    const seen = lines().map(({ client, state, origin, s2c }) => ({ client, state, origin, s2c }));
    const s2c = { bytes: transferBytes, gaps: 0, missing: 0 };
    expect(seen, complaints).to.deep.equal(
      clients.map((client) => ({ client, state: "CLOSE", origin: "handshake", s2c })),
    );
    expect(lines().map(({ id }) => id)).to.deep.equal(clients.map((_, index) => index + 1));
    expect(readdirSync(join(base, "ring")).filter((name) => name.startsWith("cap"))).to.have.length(5);
  }

  it("has every byte of every connection", async () => {
    startWatch();
    const clients: string[] = [];
    while (clients.length < transfers) {
      clients.push(await transfer());
      await linesAre(clients.length);
    }
    expectLines(clients);
    expect(complaints).to.equal("");
  });

  it("has every byte of a transfer that goes on while the ring turns", async () => {
    server.removeAllListeners("connection").on("connection", (socket) => void sendAtPace(socket));
    startWatch();
    const client = await transfer(pieces * pieceBytes);
    await linesAre(1);
    const exit = once(tcpdump, "exit");
    tcpdump.kill("SIGINT");
    await exit;
    const dropped = Number(/^(\d+) packets dropped by kernel$/m.exec(said)?.[1]);
    const [line] = lines();
    expect(line, complaints).to.include({ client, state: "CLOSE", origin: "handshake" });
    const { bytes, missing } = line?.["s2c"] as { bytes: number; missing: number };
    expect(bytes + missing).to.equal(pieces * pieceBytes);
    if (dropped === 0) expect(missing, complaints).to.equal(0);
  });

  it("has them once each when it is killed again and again, while lines are written and while bytes come", async () => {
    startWatch();
    const clients: string[] = [];
    while (clients.length < transfers) {
      const going = transfer();
      if (clients.length % 3 === 1) await kill(watching);
      clients.push(await going);
      if (clients.length % 3 === 2) startWatch();
      await linesAre(clients.length);
      if (clients.length % 3 === 0) {
        await kill(watching);
        startWatch();
      }
    }
    await linesAre(transfers);
    expectLines(clients);
    expect(complaints).to.equal("");
  });
});

/** A server's side of a transfer under load: as fast as it goes would be faster than any disk. */
async function sendAtPace(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  for (let sent = 0; sent < pieces; sent++) {
    socket.write(Buffer.alloc(pieceBytes, sent));
    await pause(pieceMs);
  }
  socket.end();
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
