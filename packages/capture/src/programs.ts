// Where the programs lie that run in processes of their own. Their places are relative to this file's. What others
// import of this package is one module made of all (rollup.config.js), which lies at the top; so this file has to lie
// there too.

import { fileURLToPath } from "node:url";

/** The process that owns a device (live/cap-child.ts). */
export const capProgram: string = fileURLToPath(new URL("./live/cap-child.js", import.meta.url));
