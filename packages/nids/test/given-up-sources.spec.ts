/** Sources that fail, that a call has failed over, and that nobody goes on with. */
import { CallbackError } from "@tsnids/nids";
import type { Nids } from "@tsnids/nids";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { expect } from "chai";
import { setImmediate } from "node:timers/promises";
import { ChunkedSource } from "./chunked-source.js";
import { established, following, smallNids, text } from "./following.js";

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

/** An engine whose callback throws where one of these is reported. */
function throwing(...reports: string[]): { nids: Nids; heard: string[] } {
  const nids = smallNids();
  const heard: string[] = [];
  nids.registerTcp(
    following(({ state, server }) => {
      const report = `${state} ${text(server.data)}`;
      heard.push(report);
      if (reports.includes(report)) throw new Error("not this");
    }),
  );
  return { nids, heard };
}

/** A source that notes what it is given, and that it is closed. */
function noting(...data: string[]): FrameSource & { closed: number; intakes: boolean[] } {
  const source = {
    closed: 0,
    intakes: [] as boolean[],
    async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch> {
      source.intakes.push(intake !== undefined);
      const talk = established();
      for (const piece of data) talk.send("client", piece);
      try {
        for (const batch of new ChunkedSource(talk.capture(), 1).batches()) {
          await Promise.resolve();
          yield batch;
        }
      } finally {
        source.closed++;
      }
    },
  };
  return source;
}

/** What a source gives, when another engine has had it. */
function shownTo(nids: Nids, answer: IteratorResult<FrameBatch, void>): IteratorResult<FrameBatch, void> {
  if (answer.done !== true) nids.process(answer.value);
  return answer;
}

describe("a source that a call has failed over", () => {
  it("is closed by exit, and another one is given the intake", async () => {
    const { nids, heard } = throwing("DATA b");
    const source = noting("a", "b", "c");
    expect(await reasonOf(nids.run(source))).to.be.an.instanceOf(CallbackError);
    expect(source.closed).to.equal(0);
    nids.exit();
    await setImmediate();
    expect(source.closed).to.equal(1);
    const next = noting("d");
    await nids.run(next);
    expect(next.intakes).to.deep.equal([true]);
    expect(heard.slice(-4)).to.deep.equal(["EXITING ", "JUST_ESTABLISHED ", "DATA d", "EXITING "]);
  });

  it("is begun anew behind exit", async () => {
    const { nids, heard } = throwing();
    const source = noting("a");
    for (let frames = 0; frames < 4; frames++) await nids.next(source);
    nids.exit();
    await nids.run(source);
    expect(heard).to.deep.equal([
      ...["JUST_ESTABLISHED ", "DATA a", "EXITING "],
      ...["JUST_ESTABLISHED ", "DATA a", "EXITING "],
    ]);
  });

  it("is not closed by exit while a call reads it, nor by the end of another one", async () => {
    const { nids, heard } = throwing();
    const [source, half] = [noting("a", "b"), noting("x", "y")];
    await nids.next(half);
    const run = nids.run(source);
    nids.exit();
    await run;
    expect([source.closed, half.closed]).to.deep.equal([1, 1]);
    const other = noting("z");
    await nids.next(other);
    await nids.run(source);
    expect(other.closed).to.equal(0);
    expect(heard.filter((report) => report === "DATA b")).to.have.lengthOf(2);
  });
});

describe("the intake", () => {
  it("is another source's only when the one that was given up is closed", async () => {
    const { nids } = throwing();
    const source = noting("a", "b");
    let close = (): void => undefined;
    const closing = new Promise<void>((resolve) => (close = resolve));
    const slow: FrameSource = {
      batches(intake) {
        const batches = (source.batches(intake) as AsyncGenerator<FrameBatch>)[Symbol.asyncIterator]();
        const end = async (): Promise<IteratorResult<FrameBatch>> => closing.then(() => batches.return(undefined));
        return { [Symbol.asyncIterator]: () => ({ next: () => batches.next(), return: end }) };
      },
    };
    await nids.next(slow);
    nids.exit();
    const [meanwhile, afterwards] = [noting("c"), noting("d")];
    await nids.run(meanwhile);
    close();
    await setImmediate();
    await nids.run(afterwards);
    expect([...meanwhile.intakes, ...afterwards.intakes]).to.deep.equal([false, true]);
  });

  it("is free behind a run that failed at its end", async () => {
    const { nids } = throwing("EXITING ");
    const [first, next] = [noting("a"), noting("b")];
    await reasonOf(nids.run(first));
    await reasonOf(nids.run(next));
    expect(next.intakes).to.deep.equal([true]);
  });
});

describe("an error of a callback", () => {
  it("at the end of a run does not have the source read once more", async () => {
    const { nids, heard } = throwing("EXITING ");
    const source = noting("a");
    const error = await reasonOf(nids.run(source));
    expect(error).to.be.an.instanceOf(CallbackError).with.property("frame", -1);
    await nids.run(source);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "DATA a", "EXITING "]);
  });

  it("does not hide that of the source", async () => {
    const { nids, heard } = throwing("EXITING ");
    const error = await reasonOf(
      nids.run({
        *batches(): Generator<FrameBatch> {
          yield established().batch();
          throw new Error("disk gone");
        },
      }),
    );
    expect(error).to.be.an.instanceOf(Error).with.property("message", "disk gone");
    expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "EXITING "]);
    expect(nids.statistics().callbackErrors).to.equal(1);
  });

  it("of another engine, which a source throws, is the source's", async () => {
    const other = throwing("DATA b").nids;
    const { nids, heard } = throwing();
    const talk = established().send("client", "a").send("client", "b");
    const batches = new ChunkedSource(talk.capture(), 4).batches();
    const tee: FrameSource = {
      batches: () => ({ [Symbol.iterator]: () => ({ next: () => shownTo(other, batches.next()) }) }),
    };
    expect(await nids.dispatch(tee)).to.equal(4);
    expect(await reasonOf(nids.dispatch(tee))).to.be.an.instanceOf(CallbackError);
    expect(await nids.dispatch(tee)).to.equal(0);
    expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "DATA a"]);
  });
});

describe("a source whose batches() throws", () => {
  it("ends the run as one that throws later", async () => {
    const { nids, heard } = throwing();
    nids.process(established().batch());
    const error = await reasonOf(
      nids.run({
        batches() {
          throw new Error("no such device");
        },
      }),
    );
    expect(error).to.be.an.instanceOf(Error).with.property("message", "no such device");
    expect(heard).to.deep.equal(["JUST_ESTABLISHED ", "EXITING "]);
  });
});
