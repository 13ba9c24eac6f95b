/** Runs every example on real captures and looks at what it prints. */
import { capture, conversation } from "@tsnids/testkit";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The lines an example prints, when started in the root folder.
 * @param {string} example
 * @param {string[]} args
 */
function run(example, ...args) {
  const output = execFileSync(process.execPath, [`examples/${example}.js`, ...args], {
    cwd: repository,
    encoding: "utf8",
    stdio: "pipe",
  });
  return output.split("\n").filter((line) => line !== "");
}

describe("bytes-per-server", () => {
  it("is a module for workers: what servers have sent, in their results", () => {
    const args = ["run", "--workers", "2", "--worker", "examples/bytes-per-server.js", "pcaps/web.pcap"];
    const output = execFileSync(process.execPath, ["packages/cli/bin/tsnids.js", ...args], {
      cwd: repository,
      encoding: "utf8",
    });
    const results = output.match(/^\{.*\}$/gm)?.map((line) => JSON.parse(line)) ?? [];
    expect(results).to.have.lengthOf(2);
    expect(results.flatMap((bytes) => Object.keys(bytes))).to.include("10.9.0.1:80");
  });
});

describe("print-streams", () => {
  it("prints every stream with its bytes each way and its end", () => {
    const lines = run("print-streams");
    expect(lines).to.have.lengthOf(12);
    for (const line of lines) {
      expect(line).to.match(/^10\.9\.0\.2\|\d+ -> 10\.9\.0\.1\|80 {2}\d+ up, \d+ down {2}CLOSE$/);
    }
    expect(lines.filter((line) => line.includes("  403 up, 7320 down  "))).to.have.lengthOf(1);
  });

  it("takes another capture", () => {
    expect(run("print-streams", "pcaps/web6.pcap")[0]).to.match(/^2001:db8:9::2\|\d+ -> 2001:db8:9::1\|80 /);
  });
});

describe("http-requests", () => {
  it("prints the request lines, several of a connection in order", () => {
    const lines = run("http-requests");
    expect(lines).to.have.lengthOf(16);
    expect(lines.slice(0, 5)).to.deep.equal([
      "10.9.0.2 -> 10.9.0.1  GET /index.html HTTP/1.1",
      "10.9.0.2 -> 10.9.0.1  GET /list.json HTTP/1.1",
      "10.9.0.2 -> 10.9.0.1  GET /page.txt HTTP/1.1",
      "10.9.0.2 -> 10.9.0.1  GET /empty.txt HTTP/1.1",
      "10.9.0.2 -> 10.9.0.1  GET /missing HTTP/1.1",
    ]);
    expect(lines).to.include("10.9.0.2 -> 10.9.0.1  PUT /upload/new.txt HTTP/1.1");
  });

  it("prints nothing for other protocols", () => {
    expect(run("http-requests", "pcaps/smtp.pcap")).to.deep.equal([]);
  });
});

describe("kill-on-pattern", () => {
  it("kills the one stream with the pattern and records the resets", () => {
    const [killed, summary, ...rest] = run("kill-on-pattern", "pcaps/web.pcap", "PUT /upload");
    expect(killed).to.match(/^killed 10\.9\.0\.2\|\d+ -> 10\.9\.0\.1\|80$/);
    expect(summary).to.match(/^[1-9]\d* frames to inject$/);
    expect(rest).to.deep.equal([]);
  });

  it("leaves streams without the pattern alone", () => {
    expect(run("kill-on-pattern", "pcaps/web.pcap", "no such words")).to.deep.equal(["0 frames to inject"]);
  });
});

describe("printall", () => {
  it("prints what both sides say, and how it ends", () => {
    const lines = run("printall");
    expect(lines.slice(0, 5)).to.deep.equal([
      "10.9.0.2:44748 -> 10.9.0.1:21 established",
      "10.9.0.2:44748 -> 10.9.0.1:21 (<-)",
      "220 (vsFTPd 3.0.3)",
      "10.9.0.2:44748 -> 10.9.0.1:21 (->)",
      "USER anonymous",
    ]);
    expect(lines).to.include("10.9.0.2:44748 -> 10.9.0.1:21 closing");
    expect(lines).to.include("[2001:db8:9::2]:36990 -> [2001:db8:9::1]:21 closing");
  });

  it("prints urgent bytes, resets and gaps", () => {
    expect(run("printall", "pcaps/urgent.pcap")).to.include("10.9.0.2:46702 -> 10.9.0.1:7006 (urgent->) !");
    expect(run("printall", "pcaps/reset.pcap").filter((line) => line.endsWith(" reset"))).to.not.deep.equal([]);
    const loss = run("printall", "pcaps/capture-loss.pcap");
    expect(loss).to.include("10.9.0.2:51168 -> 10.9.0.1:80 (<-) 1448 bytes missing");
  });
});

describe("sniff", () => {
  it("prints the beginning of what the clients of login services send", () => {
    const lines = run("sniff");
    expect(lines).to.have.lengthOf(7);
    expect(lines[0]).to.equal(
      "10.9.0.2:44748 -> 10.9.0.1:21  USER anonymous | PWD | PASV | TYPE I | SIZE page.txt | RETR page.txt | QUIT",
    );
    expect(lines.every((line) => line.includes(":21  USER anonymous"))).to.equal(true);
  });

  it("prints nothing of other services", () => {
    expect(run("sniff", "pcaps/smtp.pcap")).to.deep.equal([]);
  });
});

describe("what others sent", () => {
  it("reaches the terminal without control characters", () => {
    const folder = mkdtempSync(join(tmpdir(), "tsnids-examples-"));
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:21" }).handshake();
    talk
      .send("client", "GET /\u001b[2J HTTP/1.1\r\n")
      .segment("client", { data: "\u009b", urgentPointer: 1, flags: "AU" });
    writeFileSync(join(folder, "evil.pcap"), talk.fin("client").fin("server").ack("client").pcap());
    for (const example of ["printall", "sniff", "http-requests"]) {
      const printed = run(example, join(folder, "evil.pcap")).join("\n");
      expect(printed).to.match(/^[\n -~]*$/, example);
      expect(printed.includes("GET /.[2J HTTP/1.1"), example).to.equal(example !== "http-requests");
    }
    rmSync(folder, { recursive: true });
  });
});

describe("overflows", () => {
  it("finds nothing in harmless traffic", () => {
    expect(run("overflows")).to.deep.equal(["0 frames to inject"]);
  });

  it("resets the connection that goes deeper than it may", () => {
    expect(run("overflows", "pcaps/ftp.pcap", "1024", "7")).to.deep.equal([
      "FTP path too deep: 10.9.0.2:44782 -> 10.9.0.1:21 is reset",
      "4 frames to inject",
    ]);
    expect(run("overflows", "pcaps/ftp.pcap", "1024", "8")).to.deep.equal(["0 frames to inject"]);
  });

  it("finds both attacks", () => {
    const imap = conversation({ client: "10.0.0.1:1025", server: "10.0.0.2:143" });
    imap.handshake().send("client", "a1 AUTHENTI").send("client", "CATE {1025}\r\n");
    const ftp = conversation({ client: "10.0.0.1:1026", server: "10.0.0.2:21" }).handshake();
    for (let depth = 0; depth < 8; depth++)
      ftp.send("client", `CWD ${"A".repeat(100)}\r\nCWD ..\r\nCWD ${"B".repeat(100)}\r\n`);
    const folder = mkdtempSync(join(tmpdir(), "overflows-"));
    try {
      const file = join(folder, "attacks.pcap");
      writeFileSync(file, capture([imap, ftp]).pcap());
      expect(run("overflows", file)).to.deep.equal([
        "IMAP literal too long: 10.0.0.1:1025 -> 10.0.0.2:143 is reset",
        "FTP path too deep: 10.0.0.1:1026 -> 10.0.0.2:21 is reset",
        "8 frames to inject",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
