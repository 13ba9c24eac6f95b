// The same callback, and a promise for each frame: `await nids.next(source)`.

/** @type {import("./mode.js").Mode} */
export default function next(nids, counter) {
  nids.registerTcp(counter.callback);
  return async (source) => {
    while (await nids.next(source));
    nids.exit();
  };
}
