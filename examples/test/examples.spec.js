/** Runs every example on real captures and looks at what it prints. */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
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
