// A callback that copies what is fresh at each notification, as whoever keeps bytes must.

import { readingCallback } from "../reading-callback.js";

/** @type {import("./mode.js").Mode} */
export default function copies(nids, counter) {
  nids.registerTcp(readingCallback(counter, (half) => half.data.slice()));
  return (source) => nids.run(source);
}
