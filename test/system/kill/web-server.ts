/** nginx on the server, with a file that it hands out at 5 MiB/s: as much at once as the client takes, and then a pause. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hosts } from "./hosts.js";

const port = 8080;
const fileBytes = 64 * 1024 * 1024;

/** Starts it; its files lie in `folder`. Resolves to its port once it listens. */
export async function startWebServer(hosts: Hosts, folder: string): Promise<number> {
  writeFileSync(join(folder, "file"), "");
  truncateSync(join(folder, "file"), fileBytes);
  writeFileSync(join(folder, "nginx.conf"), configuration(folder));
  hosts.start("server", "nginx", "-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log"));
  await hosts.listens("server", port);
  return port;
}

function configuration(folder: string): string {
  const listen = [`listen ${port};`, `listen [::]:${port};`];
  const server = `server { ${listen.join(" ")} root ${folder}; limit_rate 5m; access_log off; }`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder};`);
  return [
    ...["daemon off;", "master_process off;", `pid ${folder}/pid;`, "user root;", "events { worker_connections 64; }"],
    `http { ${temporary.join(" ")} ${server} }`,
  ].join("\n");
}
