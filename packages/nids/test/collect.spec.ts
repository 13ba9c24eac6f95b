/** Who listens to what: the collect counters of libnids' contract, per callback and per half. */
import { setImmediate } from "node:timers/promises";
import type { TcpStream } from "@tsnids/nids";
import { TcpState } from "@tsnids/nids";
import { expect } from "chai";
import { closed, established, following, smallNids, text } from "./following.js";
import { collectGarbage } from "./garbage.js";

/** What a callback was told: state, and for DATA which half and which bytes. */
function told(stream: TcpStream): string {
  const { state, client, server } = stream;
  if (state !== TcpState.DATA) return state;
  const half = client.countNew > 0 ? client : server;
  return `${half === client ? "client" : "server"} ${text(half.data)}`;
}

describe("collect counters", () => {
  it("give a callback only the half it asked for", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
      heard.push(told(stream));
    });
    nids.process(closed(established().send("client", "to the server").send("server", "to the client")).batch());
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "server to the server", "CLOSE"]);
  });

  it("let a stream go that nobody asked for, without another call", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp((stream) => heard.push(told(stream)));
    nids.process(closed(established().send("client", "x")).batch());
    nids.exit();
    expect(heard).to.deep.equal(["JUST_ESTABLISHED"]);
    expect(nids.statistics()).to.include({ streams: 1, closed: 0, exiting: 0 });
  });

  it("are kept for each callback", () => {
    const nids = smallNids();
    const first: string[] = [];
    const second: string[] = [];
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
      first.push(told(stream));
    });
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.client.collect++;
      second.push(told(stream));
    });
    nids.process(closed(established().send("client", "c").send("server", "s")).batch());
    expect(first).to.deep.equal(["JUST_ESTABLISHED", "server c", "CLOSE"]);
    expect(second).to.deep.equal(["JUST_ESTABLISHED", "client s", "CLOSE"]);
  });

  it("count how many callbacks want a half", () => {
    const nids = smallNids();
    const counts: number[] = [];
    for (let times = 0; times < 3; times++) {
      nids.registerTcp(following((stream) => void counts.push(stream.server.collect)));
    }
    nids.process(established().batch());
    expect(counts).to.deep.equal([1, 2, 3]);
  });

  it("below zero, or wrapped by very many listeners, still say that somebody collects", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
      if (stream.state === TcpState.DATA) stream.server.collect -= 3;
    });
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
      if (stream.state === TcpState.DATA) heard.push(`${stream.server.collect} ${told(stream)}`);
    });
    nids.process(established().send("client", "a").send("client", "b").batch());
    expect(heard).to.deep.equal(["-1 server a", "-1 server b"]);

    const crowd = smallNids();
    let calls = 0;
    for (let listener = 0; listener < 200; listener++) {
      crowd.registerTcp((stream) => {
        if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
        if (stream.state === TcpState.DATA) calls++;
      });
    }
    crowd.process(established().send("client", "x").batch());
    expect(calls, "all but the one that saw the counter fall").to.equal(199);
  });

  it("below zero say so of urgent bytes, too", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collectUrgent++;
      else if (stream.server.countNewUrgent > 0) stream.server.collectUrgent = -1;
    });
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collectUrgent++;
      else if (stream.server.countNewUrgent > 0) heard.push(String.fromCharCode(stream.server.urgentData));
    });
    const talk = established();
    for (const byte of ["a", "b"]) talk.send("client", byte, { flags: "AU", urgentPointer: 1 });
    nids.process(talk.batch());
    expect(heard).to.deep.equal(["a", "b"]);
  });

  it("can begin late: data comes from then on, at its true position", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp((stream) => {
      const { client, server, state } = stream;
      if (state === TcpState.JUST_ESTABLISHED) client.collect++;
      if (state !== TcpState.DATA) return;
      if (client.countNew > 0) server.collect++;
      else heard.push(`${server.offset} ${server.count} ${text(server.data)}`);
    });
    nids.process(established().send("client", "unheard").send("server", "now").send("client", "heard").batch());
    expect(heard).to.deep.equal(["7 12 heard"]);
  });

  it("can stop one half: the end is told all the same", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        heard.push(told(stream));
        if (stream.state === TcpState.DATA && stream.server.countNew > 0) stream.server.collect--;
      }),
    );
    nids.process(closed(established().send("client", "a").send("client", "b").send("server", "c")).batch());
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "server a", "client c", "CLOSE"]);
  });

  it("can stop all: there is no CLOSE, and the stream is not found any more", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        heard.push(told(stream));
        if (stream.state !== TcpState.DATA) return;
        stream.server.collect--;
        stream.client.collect--;
      }),
    );
    const talk = closed(established().send("client", "a").send("client", "b")).batch();
    nids.process(talk);
    nids.exit();
    expect(heard).to.deep.equal(["JUST_ESTABLISHED", "server a"]);
  });

  it("leave the other listeners alone when one stops", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(following((stream) => void heard.push(`stays ${told(stream)}`)));
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.JUST_ESTABLISHED) return;
        heard.push(`goes ${told(stream)}`);
        stream.server.collect--;
        stream.client.collect--;
      }),
    );
    nids.process(closed(established().send("client", "a").send("client", "b")).batch());
    expect(heard).to.deep.equal([
      "stays JUST_ESTABLISHED",
      "stays server a",
      "goes server a",
      "stays server b",
      "stays CLOSE",
    ]);
  });

  it("change nothing when raised and lowered in the same call", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp((stream) => {
      heard.push(told(stream));
      stream.server.collect++;
      stream.server.collect--;
    });
    nids.process(closed(established().send("client", "a")).batch());
    expect(heard).to.deep.equal(["JUST_ESTABLISHED"]);
  });

  it("of urgent bytes are counters of their own", () => {
    const nids = smallNids();
    const urgent: string[] = [];
    const normal: string[] = [];
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collectUrgent++;
      const { countNewUrgent, urgentData, countNew } = stream.server;
      if (stream.state === TcpState.DATA)
        urgent.push(`${countNewUrgent} ${String.fromCharCode(urgentData)} ${countNew}`);
    });
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.server.collect++;
      else normal.push(told(stream));
    });
    nids.process(closed(established().segment("client", { data: "aXb", flags: "UA", urgentPointer: 2 })).batch());
    expect(urgent).to.deep.equal(["1 X 0"]);
    expect(normal).to.deep.equal(["server a", "server b", "CLOSE"]);
  });

  it("count every byte, wanted or not", () => {
    const nids = smallNids();
    let counts: readonly number[] = [];
    nids.registerTcp((stream) => {
      if (stream.state === TcpState.JUST_ESTABLISHED) stream.client.collect++;
      else counts = [stream.client.count, stream.server.count];
    });
    nids.process(closed(established().send("client", "unheard").send("server", "abc")).batch());
    expect(counts).to.deep.equal([3, 7]);
  });

  it("leave no trace of a callback that is registered no more, when its last stream has ended", async () => {
    const nids = smallNids();
    const used = (port: number): WeakRef<object> => {
      const callback = following(() => undefined);
      nids.registerTcp(callback);
      nids.process(closed(established(port).send("client", "x")).batch());
      nids.unregisterTcp(callback);
      return new WeakRef(callback);
    };
    // One that unregisters itself while it is called, and changes what it wants afterwards.
    const usedOnce = (): WeakRef<object> => {
      const callback = following((stream) => {
        nids.unregisterTcp(callback);
        if (stream.state === TcpState.DATA) stream.client.collect--;
      });
      nids.registerTcp(callback);
      nids.process(closed(established(9).send("client", "x").send("client", "y")).batch());
      return new WeakRef(callback);
    };
    const callbacks = [...[1, 2, 3].map(used), usedOnce()];
    nids.process(closed(established(10)).batch());
    await setImmediate(); // What a WeakRef was made of stays until the turn of the event loop is over.
    collectGarbage();
    expect(callbacks.map((callback) => callback.deref())).to.deep.equal([undefined, undefined, undefined, undefined]);
  });

  it("are emptied of kept bytes when a half is no longer wanted", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        const { client, server, state } = stream;
        if (state !== TcpState.DATA) return;
        if (client.countNew > 0) server.collect++;
        else heard.push(`${server.offset} ${server.count} ${text(server.data)}`);
        if (server.count === 3) {
          stream.discard(0);
          server.collect--;
        }
      }),
    );
    const talk = established()
      .send("client", "abc")
      .send("client", "defg")
      .send("server", "resume")
      .send("client", "hi");
    nids.process(talk.batch());
    expect(heard).to.deep.equal(["0 3 abc", "7 9 hi"]);
  });
});
