// A callback that asks for the view of what is fresh, `half.data`, at each notification.

import { readingCallback } from "../reading-callback.js";

/** @type {import("./mode.js").Mode} */
export default function views(nids, counter) {
  nids.registerTcp(readingCallback(counter, (half) => half.data));
  return (source) => nids.run(source);
}
