/**
 * What discard() leaves behind.
 *
 *     0        offset               count - countNew    count
 *     ├─ given up ─┤── kept by discard ──┤──── fresh ─────┤
 *                  └────────────── data ──────────────────┘
 */
import type { TcpStream } from "@tsnids/nids";
import { CallbackError, TcpState } from "@tsnids/nids";
import { expect } from "chai";
import { closed, established, following, smallNids, text } from "./following.js";

/** offset, count, countNew and data of what the server receives. */
function seen({ server }: TcpStream): string {
  return `${server.offset} ${server.count} ${server.countNew} ${text(server.data)}`;
}

/** What a listener sees of "abcd", "ef", "ghi" when it makes these choices, one for each notification. */
function seenWith(choices: readonly (number | undefined)[], oneLoopLess = false): string[] {
  const nids = smallNids({ oneLoopLess });
  const heard: string[] = [];
  nids.registerTcp(
    following((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) return;
      const choice = choices[heard.length];
      heard.push(stream.state === TcpState.DATA ? seen(stream) : `${stream.state} ${seen(stream)}`);
      if (choice !== undefined) stream.discard(choice);
    }),
  );
  nids.process(closed(established().send("client", "abcd").send("client", "ef").send("client", "ghi")).batch());
  return heard;
}

describe("discard", () => {
  it("is everything when nobody calls it", () => {
    expect(seenWith([])).to.deep.equal(["0 4 4 abcd", "4 6 2 ef", "6 9 3 ghi", "CLOSE 9 9 0 "]);
  });

  it("of nothing keeps all, and what is kept can be read at the end", () => {
    expect(seenWith([0, 0, 0])).to.deep.equal([
      "0 4 4 abcd",
      "0 6 2 abcdef",
      "0 9 3 abcdefghi",
      "CLOSE 0 9 0 abcdefghi",
    ]);
  });

  it("below zero is that of nothing, and beyond the end that of everything", () => {
    expect(seenWith([-3, 1000])).to.deep.equal(["0 4 4 abcd", "0 6 2 abcdef", "6 9 3 ghi", "CLOSE 9 9 0 "]);
  });

  it("of some bytes keeps the rest in front of the next ones", () => {
    expect(seenWith([1, 3, 2])).to.deep.equal(["0 4 4 abcd", "1 6 2 bcdef", "4 9 3 efghi", "CLOSE 6 9 0 ghi"]);
  });

  it("must be repeated: without it, kept bytes go with the fresh ones", () => {
    expect(seenWith([0, undefined])).to.deep.equal(["0 4 4 abcd", "0 6 2 abcdef", "6 9 3 ghi", "CLOSE 9 9 0 "]);
  });

  it("of several listeners: the smallest count holds", () => {
    const nids = smallNids();
    const heard: string[] = [];
    for (const count of [3, 1, 2]) {
      nids.registerTcp(
        following((stream) => {
          if (stream.state !== TcpState.DATA) return;
          heard.push(`${count}: ${seen(stream)}`);
          stream.discard(count);
        }),
      );
    }
    nids.process(established().send("client", "abcd").send("client", "e").batch());
    expect(heard.slice(3)).to.deep.equal(["3: 1 5 1 bcde", "1: 1 5 1 bcde", "2: 1 5 1 bcde"]);
  });

  it("of several listeners: those called later see what it is so far, also below zero, as in libnids", () => {
    const nids = smallNids();
    const reads: number[] = [];
    for (const choice of [-3, 1]) {
      nids.registerTcp(
        following((stream) => {
          if (stream.state !== TcpState.DATA) return;
          reads.push(stream.read);
          stream.discard(choice);
        }),
      );
    }
    nids.process(established().send("client", "abcd").send("client", "ef").batch());
    expect(reads).to.deep.equal([4, -3, 6, -3]);
  });

  it("of the same listener twice: the smaller count holds", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        heard.push(seen(stream));
        stream.discard(1);
        stream.discard(3);
      }),
    );
    nids.process(established().send("client", "abcd").send("client", "e").batch());
    expect(heard[1]).to.equal("1 5 1 bcde");
  });

  it("has no effect in other states", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        heard.push(`${stream.state} ${seen(stream)}`);
        if (stream.state !== TcpState.DATA) stream.discard(0);
      }),
    );
    nids.process(closed(established().send("client", "abcd")).batch());
    expect(heard).to.deep.equal(["JUST_ESTABLISHED 0 0 0 ", "DATA 0 4 4 abcd", "CLOSE 4 4 0 "]);
  });

  it("has no effect on another stream than the one in hand", () => {
    const nids = smallNids();
    const heard: string[] = [];
    let first: TcpStream | undefined;
    nids.registerTcp(
      following((stream) => {
        first ??= stream;
        if (stream !== first) first.discard(0);
        heard.push(`${stream.clientPort} ${stream.state} ${seen(stream)}`);
      }),
    );
    nids.process(established(1).send("client", "abcd").batch());
    nids.process(established(2).send("client", "xyz").batch());
    nids.exit();
    expect(heard.slice(-2)).to.deep.equal(["1 EXITING 4 4 0 ", "2 EXITING 3 3 0 "]);
  });

  it("keeps the halves apart", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        heard.push(`${text(stream.client.data)}|${text(stream.server.data)}`);
        stream.discard(0);
      }),
    );
    nids.process(established().send("client", "a").send("server", "X").send("client", "b").send("server", "Y").batch());
    expect(heard).to.deep.equal(["|a", "X|a", "X|ab", "XY|ab"]);
  });

  it("can keep a great deal", () => {
    const nids = smallNids();
    let longest = 0;
    let right = true;
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        const { data } = stream.server;
        longest = Math.max(longest, data.length);
        right &&= data.every((byte, index) => byte === ((stream.server.offset + index) & 0xff));
        stream.discard(data.length > 50_000 ? 49_999 : 0);
      }),
    );
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index & 0xff);
    nids.process(established().send("client", bytes).batch());
    expect(right).to.equal(true);
    expect(longest).to.be.greaterThan(50_000).and.lessThan(53_000);
  });

  it("wants a number", () => {
    const nids = smallNids();
    nids.registerTcp(following((stream) => (stream.state === TcpState.DATA ? stream.discard(Number.NaN) : undefined)));
    expect(() => nids.process(established().send("client", "a").batch()))
      .to.throw(CallbackError)
      .with.nested.property("cause.code", "invalid-argument");
  });

  it("with what is kept before a gap: it is shown with the gap and given up", () => {
    const nids = smallNids({ holeGraceMs: 0 });
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        heard.push(`${stream.server.gapLength} ${seen(stream)}`);
        stream.discard(0);
      }),
    );
    nids.process(established().send("client", "ab").segment("client", { seq: 3, data: "f" }).ack("server").batch());
    expect(heard).to.deep.equal(["0 0 2 2 ab", "3 0 5 0 ab", "0 5 6 1 f"]);
  });
});

describe("oneLoopLess", () => {
  it("calls again while something is consumed and fresh bytes are left", () => {
    const nids = smallNids({ oneLoopLess: true });
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        heard.push(seen(stream));
        stream.discard(stream.server.data.length >= 3 ? 3 : 0);
      }),
    );
    nids.process(established().send("client", "abcdefgh").send("client", "i").batch());
    expect(heard).to.deep.equal(["0 8 8 abcdefgh", "3 8 5 defgh", "6 8 2 gh", "6 9 1 ghi"]);
  });

  it("does not call again where nothing was consumed", () => {
    expect(seenWith([0, 0, 0], true)).to.deep.equal(seenWith([0, 0, 0]));
  });

  it("leaves a half to the callback that was asked first, the one registered last", () => {
    const nids = smallNids({ oneLoopLess: true });
    const heard: string[] = [];
    for (const name of ["one", "two"]) {
      nids.registerTcp(
        following((stream) => {
          heard.push(`${name} ${stream.state} ${stream.server.collect}`);
        }),
      );
    }
    nids.process(closed(established().send("client", "a")).batch());
    expect(heard).to.deep.equal(["two JUST_ESTABLISHED 1", "one JUST_ESTABLISHED 2", "two DATA 1", "two CLOSE 1"]);
  });
});
