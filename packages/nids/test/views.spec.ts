/** The bytes a callback is given: views into the engine's memory, valid until it returns. */
import { TcpState } from "@tsnids/nids";
import type { TcpStream } from "@tsnids/nids";
import { capture, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { closed, established, following, smallNids, text } from "./following.js";

const poison = 0xdb;

describe("the bytes of a notification", () => {
  it("are the same view for all listeners, made once", () => {
    const nids = smallNids();
    const views = new Set<Uint8Array>();
    for (let times = 0; times < 3; times++) {
      nids.registerTcp(
        following((stream) => {
          if (stream.state !== TcpState.DATA) return;
          views.add(stream.server.data);
          views.add(stream.server.data);
        }),
      );
    }
    nids.process(established().send("client", "x").batch());
    expect(views.size).to.equal(1);
  });

  it("are not copied: an in-order segment is seen where it was captured", () => {
    const nids = smallNids();
    const buffers = new Set<ArrayBufferLike>();
    nids.registerTcp(following((stream) => void buffers.add(stream.server.data.buffer)));
    nids.process(established().send("client", "x").send("client", "y").batch());
    expect(buffers.size).to.be.lessThan(3);
  });

  it("are empty where there is nothing: before data, for the other half, at the end", () => {
    const nids = smallNids();
    const lengths: number[] = [];
    nids.registerTcp(
      following(({ client, server }) => {
        lengths.push(client.data.length, server.data.length, client.countNew, server.countNew);
      }),
    );
    nids.process(closed(established().send("client", "abc")).batch());
    expect(lengths).to.deep.equal([0, 0, 0, 0, 0, 3, 0, 3, 0, 0, 0, 0]);
  });

  it("of a frame that is processed while another engine works are not disturbed", () => {
    const [one, two] = [smallNids(), smallNids()];
    const heard: string[] = [];
    two.registerTcp(following(() => undefined));
    one.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        const { data } = stream.server;
        two.process(established(9).send("client", "zzzzzzzz").batch());
        heard.push(text(data));
      }),
    );
    one.process(established().send("client", "abcdefgh").batch());
    expect(heard).to.deep.equal(["abcdefgh"]);
  });

  it("are there for callbacks of another engine, too, and are what they were when that has done", () => {
    const [one, two] = [smallNids(), smallNids()];
    const heard: string[] = [];
    const outer: TcpStream[] = [];
    const say = (where: string, { client, server }: TcpStream): void => {
      heard.push(`${where}: ${client.countNew}, ${server.countNew} ${text(server.data)}`);
    };
    two.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        say("inner", stream);
        for (const other of outer) say("outer", other);
      }),
    );
    one.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        outer.push(stream);
        two.process(established(9).send("client", "zz").send("server", "yyyy").batch());
        say("behind", stream);
      }),
    );
    one.process(established().send("client", "abc").batch());
    expect(heard).to.deep.equal([
      "inner: 0, 2 zz",
      "outer: 0, 3 abc",
      "inner: 4, 0 ",
      "outer: 0, 3 abc",
      "behind: 0, 3 abc",
    ]);
    expect(outer.map(({ server }) => server.countNew)).to.deep.equal([0]);
  });

  it("are gone for a stream that was forgotten meanwhile", () => {
    const nids = smallNids();
    const heard: (number | string)[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        stream.forget();
        heard.push(stream.server.countNew, stream.server.offset, text(stream.server.data));
      }),
    );
    nids.process(established().send("client", "abc").batch());
    expect(heard).to.deep.equal([0, 3, ""]);
  });
});

describe("poisonAfterCallback", () => {
  it("destroys what a listener keeps without copying it", () => {
    const nids = smallNids({ poisonAfterCallback: true });
    const kept: Uint8Array[] = [];
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state !== TcpState.DATA) return;
        kept.push(stream.server.data);
        heard.push(text(stream.server.data));
      }),
    );
    nids.process(established().send("client", "abc").send("client", "de").batch());
    expect(heard).to.deep.equal(["abc", "de"]);
    expect(kept.map((view) => [...view])).to.deep.equal([new Array(3).fill(poison), new Array(2).fill(poison)]);
  });

  it("leaves what discard() keeps alone", () => {
    const nids = smallNids({ poisonAfterCallback: true });
    const heard: string[] = [];
    nids.registerTcp(
      following((stream) => {
        heard.push(text(stream.server.data));
        if (stream.state === TcpState.DATA) stream.discard(1);
      }),
    );
    nids.process(closed(established().send("client", "abc").send("client", "de")).batch());
    expect(heard).to.deep.equal(["", "abc", "bcde", "cde"]);
  });

  it("destroys kept bytes that are looked at in another notification, and at the end", () => {
    const nids = smallNids({ poisonAfterCallback: true });
    const kept: Uint8Array[] = [];
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.DATA) stream.discard(0);
        if (stream.server.countNew === 0 && stream.server.data.length > 0) kept.push(stream.server.data);
      }),
    );
    nids.process(closed(established().send("client", "abc").send("server", "d")).batch());
    expect(kept.map((view) => [...view])).to.deep.equal([new Array(3).fill(poison), new Array(3).fill(poison)]);
  });

  it("is about datagrams and packets, too", () => {
    const nids = smallNids({ poisonAfterCallback: true });
    const kept: Uint8Array[] = [];
    nids.registerUdp(({ data }) => void kept.push(data));
    nids.registerIp(({ payload }) => void kept.push(payload));
    nids.process(capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "abc" }))]).batch());
    expect(kept.map((view) => [...view])).to.deep.equal([new Array(11).fill(poison), new Array(3).fill(poison)]);
  });
});
