/** What a module throws is, as `cause`, in the thread that began the run: a copy with what says what went wrong. */
import { FileSource } from "@tsnids/capture";
import { run, WorkerError } from "@tsnids/workers";
import { expect } from "chai";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../../pcaps/web.pcap", import.meta.url));

/** The cause of the error that a run is rejected with whose setup throws what this text makes. */
async function causeOf(thrown: string): Promise<unknown> {
  const text = encodeURIComponent(`export default () => { throw ${thrown}; }`);
  try {
    await run(new FileSource(web), { workers: 1, worker: new URL(`data:text/javascript,${text}`) });
  } catch (error) {
    if (error instanceof WorkerError && error.code === "setup-failed") return error.cause;
    throw error;
  }
  throw new Error("it was not rejected");
}

describe("what is thrown in a worker", () => {
  it("has its class where that is one of the language, its name, its code and its stack", async () => {
    const cause = await causeOf(`Object.assign(new RangeError("no file"), { code: "ENOENT" })`);
    expect(cause).to.be.an.instanceOf(RangeError).that.includes({ message: "no file", code: "ENOENT" });
    expect(cause).to.have.property("stack").that.contains("data:text/javascript");
    const own = await causeOf(`Object.assign(new Error("x"), { name: "OwnError", code: 7 })`);
    expect(own).to.be.an.instanceOf(Error).that.includes({ name: "OwnError", message: "x", code: 7 });
  });

  it("has its cause, and that its own; not without end", async () => {
    const cause = await causeOf(`new Error("a", { cause: new TypeError("b", { cause: "c" }) })`);
    expect(cause).to.have.property("cause").that.is.an.instanceOf(TypeError).with.property("cause", "c");
    const circle = await causeOf(`(() => { const error = new Error("o"); error.cause = error; return error; })()`);
    expect(circle).to.have.nested.property("cause.cause.message", "o");
  });

  it("is itself where it is no error", async () => {
    expect(await causeOf(`"boo"`)).to.equal("boo");
    expect(await causeOf(`{ a: [1n] }`)).to.deep.equal({ a: [1n] });
  });

  it("is in words where it cannot be handed over", async () => {
    expect(await causeOf(`Symbol("boo")`)).to.equal("Symbol(boo)");
    expect(await causeOf(`Object.assign(Object.create(null), { f() {} })`)).to.match(/has no text/);
    expect(await causeOf(`Object.assign(new Error("x"), { name: Object.create(null) })`)).to.equal("x");
  });
});
