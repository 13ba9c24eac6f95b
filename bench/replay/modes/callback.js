// The base line: a registered callback that looks at how many bytes there are.

/** @type {import("./mode.js").Mode} */
export default function callback(nids, counter) {
  nids.registerTcp(counter.callback);
  return (source) => nids.run(source);
}
