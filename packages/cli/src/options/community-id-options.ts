// The options that print the Community ID of each connection, a name for it that other systems compute as well.

import type { Command } from "commander";
import { wholeNumber } from "./option-values.js";

/** What commander makes of the options. */
export interface CommunityIdOptions {
  readonly communityId?: boolean;
  readonly communityIdSeed?: number;
}

/** Endpoints of a connection. */
interface Endpoints {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/** Gives the ID of a connection; undefined where nobody asked for it. */
export type CommunityIdOf = (connection: Endpoints) => string | undefined;

const TCP = 6;

/** Adds the options to a command. */
export function addCommunityIdOptions(command: Command): Command {
  return command
    .option("--community-id", "add the Community ID (v1) of each connection")
    .option("--community-id-seed <seed>", "the same, with this seed (0 to 65535) instead of 0", wholeNumber(0, 0xffff));
}

/** Whether the options ask for any. */
export function wantsCommunityId({ communityId = false, communityIdSeed }: CommunityIdOptions): boolean {
  return communityId || communityIdSeed !== undefined;
}

/** What the options ask for. The package that computes it is loaded only then. */
export async function communityIdOf(options: CommunityIdOptions): Promise<CommunityIdOf> {
  if (!wantsCommunityId(options)) return () => undefined;
  const { communityId } = await import("@tsnids/output");
  return ({ clientAddress, clientPort, serverAddress, serverPort }) =>
    communityId(
      {
        protocol: TCP,
        source: clientAddress,
        destination: serverAddress,
        sourcePort: clientPort,
        destinationPort: serverPort,
      },
      options.communityIdSeed,
    );
}
