// Where the programs lie that run in processes of their own. Their places are told from this file's, and what
// others import of this package is one module made of all (rollup.config.js) that lies where this file does: so it
// stays at the top.

import { fileURLToPath } from "node:url";

/** The process that owns a device (live/cap-child.ts). */
export const capProgram: string = fileURLToPath(new URL("./live/cap-child.js", import.meta.url));
