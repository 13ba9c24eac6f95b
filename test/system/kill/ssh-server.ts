/** sshd on the server, with keys of its own, and the arguments by which the client's ssh and scp find and believe it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Hosts } from "./hosts.js";

const port = 22;

/** Debian's sshd shuts itself in there, and its start script makes it. */
const privilegeSeparation = "/run/sshd";

/** A server that runs. */
export interface SshServer {
  readonly port: number;
  /** The user on it, with the rights of who runs this. */
  readonly user: string;
  /** What ssh and scp have to be told. */
  readonly options: readonly string[];
}

/** Starts it; its files lie in `folder`. Resolves once it listens. */
export async function startSshServer(hosts: Hosts, folder: string): Promise<SshServer> {
  const [hostKey, userKey] = [join(folder, "host-key"), join(folder, "user-key")];
  for (const key of [hostKey, userKey]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  mkdirSync(privilegeSeparation, { recursive: true, mode: 0o755 });
  const configuration = {
    ...{ HostKey: hostKey, AuthorizedKeysFile: `${userKey}.pub`, PidFile: "none", Subsystem: "sftp internal-sftp" },
    ...{ StrictModes: "no", UsePAM: "no", UseDNS: "no", PrintMotd: "no", PermitRootLogin: "yes" },
  };
  const lines = Object.entries(configuration).map((entry) => entry.join(" "));
  writeFileSync(join(folder, "sshd.conf"), `${lines.join("\n")}\n`);
  hosts.start("server", "/usr/sbin/sshd", "-D", "-e", "-f", join(folder, "sshd.conf"));
  await hosts.listens("server", port);
  const trust = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"];
  const options = ["-q", "-F", "none", "-i", userKey, ...trust.flatMap((each) => ["-o", each])];
  return { port, user: userInfo().username, options };
}
