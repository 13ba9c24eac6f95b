/** nginx on a host, with one file of random bytes to download. */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { clientAddress, serverAddress } from "./network.js";
import type { Network } from "./network.js";

const mebibyte = 1024 * 1024;
const port = 8080;

/** Milliseconds nginx may take to listen. */
const limit = 10_000;

/** The server of the enclosing suite. */
export class WebServer {
  readonly #network: Network;
  #folder = "";
  /** Of the file. */
  sha256 = "";
  /** Bytes of the file. */
  readonly size: number;

  constructor(network: Network, mebibytes: number) {
    this.#network = network;
    this.size = mebibytes * mebibyte;
    before(() => this.#start(mebibytes));
    after(() => rmSync(this.#folder, { recursive: true }));
  }

  /** Downloads the file from the client; bytes per second, 0 for as fast as it goes. */
  async download(rate = 0): Promise<void> {
    const url = `http://${serverAddress}:${port}/file`;
    const limits = rate === 0 ? [] : ["--limit-rate", String(rate)];
    const curl = this.#network.start("client", "curl", "-sS", "-o", "/dev/null", "--fail", ...limits, url);
    let said = "";
    curl.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
    const [code] = (await once(curl, "exit")) as [number];
    if (code !== 0) throw new Error(`curl ended with ${code}: ${said}`);
  }

  async #start(mebibytes: number): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "tsnids-nginx-"));
    this.#folder = folder;
    execFileSync("chmod", ["755", folder]);
    const file = openSync(join(folder, "file"), "w");
    const hash = createHash("sha256");
    for (let count = 0; count < mebibytes; count++) {
      const bytes = randomBytes(mebibyte);
      writeSync(file, bytes);
      hash.update(bytes);
    }
    closeSync(file);
    this.sha256 = hash.digest("hex");
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;
       events { worker_connections 64; }
       http { access_log off; sendfile on; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
         fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
         server { listen ${serverAddress}:${port}; allow ${clientAddress}; deny all; root ${folder}; } }`,
    );
    const nginx = this.#network.start("server", "nginx", "-e", "stderr", "-c", join(folder, "nginx.conf"));
    let said = "";
    const listening = new Promise<void>((resolve, reject) => {
      const tooLong = setTimeout(() => reject(new Error(`nginx does not start: ${said}`)), limit);
      nginx.on("exit", () => reject(new Error(`nginx ended: ${said}`)));
      nginx.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (!said.includes("OS:")) return;
        clearTimeout(tooLong);
        resolve();
      });
    });
    await listening;
    nginx.removeAllListeners("exit");
  }
}
