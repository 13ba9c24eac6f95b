/** In which order callbacks are called, and what registering and unregistering does. */
import type { TcpStream } from "@tsnids/nids";
import { NidsError, TcpState } from "@tsnids/nids";
import { capture, conversation, frame, icmpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { closed, established, following, smallNids, text } from "./following.js";

describe("the order of callbacks", () => {
  it("is last registered first at JUST_ESTABLISHED, first registered first from then on", () => {
    const nids = smallNids();
    const heard: string[] = [];
    for (const name of ["a", "b", "c"])
      nids.registerTcp(following((stream) => void heard.push(`${name} ${stream.state}`)));
    nids.process(closed(established().send("client", "x")).batch());
    expect(heard).to.deep.equal(
      ["c", "b", "a"]
        .map((name) => `${name} JUST_ESTABLISHED`)
        .concat(["a", "b", "c"].map((name) => `${name} DATA`))
        .concat(["a", "b", "c"].map((name) => `${name} CLOSE`)),
    );
  });

  it("is last registered first for packets and datagrams: fragments, then ip, then udp", () => {
    const nids = smallNids();
    const heard: string[] = [];
    for (const name of ["1", "2"]) {
      nids.registerUdp(() => heard.push(`udp ${name}`));
      nids.registerIp(() => heard.push(`ip ${name}`));
      nids.registerIpFragment(() => heard.push(`fragment ${name}`));
    }
    const whole = capture([frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "0123456789abcdef" }))]);
    nids.process(whole.fragment(0, [8]).batch());
    const fragment = ["fragment 2", "fragment 1"];
    expect(heard).to.deep.equal([...fragment, ...fragment, "ip 2", "ip 1", "udp 2", "udp 1"]);
  });

  it("has the client's bytes first where one packet shows that both directions lack some, whatever the seed", () => {
    const [from, to] = ["[2001:db8::1]:40000", "[2001:db8::2]:80"] as const;
    const talk = conversation({ client: from, server: to }).handshake();
    talk.segment("client", { seq: 10, data: "client" }).segment("server", { seq: 10, data: "server", ack: 16 });
    talk.segment("client", { absoluteSeq: 1017, absoluteAck: 5017, stray: true }).wait("3");
    talk.segment("client", { absoluteSeq: 1017, absoluteAck: 5017, stray: true });
    for (let engine = 0; engine < 30; engine++) {
      const nids = smallNids();
      const heard: string[] = [];
      nids.registerTcp(
        following(({ state, client, server }) => {
          if (state === TcpState.DATA) heard.push(`${text(server.data)}${text(client.data)}`);
        }),
      );
      nids.process(talk.batch());
      expect(heard).to.deep.equal(["", "client", "", "server"]);
    }
  });

  it("puts ip callbacks before what their datagram causes in tcp", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerIp((packet) => heard.push(`ip ${packet.protocol}`));
    nids.registerTcp(following((stream) => void heard.push(stream.state)));
    nids.process(established().send("client", "x").batch());
    expect(heard).to.deep.equal(["ip 6", "ip 6", "ip 6", "JUST_ESTABLISHED", "ip 6", "DATA"]);
  });
});

describe("registering", () => {
  it("the same callback twice counts once and keeps its place", () => {
    const nids = smallNids();
    const heard: string[] = [];
    const a = following((stream) => void heard.push(`a ${stream.state}`));
    nids.registerTcp(a);
    nids.registerTcp(following((stream) => void heard.push(`b ${stream.state}`)));
    nids.registerTcp(a);
    nids.process(established().batch());
    expect(heard).to.deep.equal(["b JUST_ESTABLISHED", "a JUST_ESTABLISHED"]);
  });

  it("is only about new connections; a stream keeps the listeners it has", () => {
    const nids = smallNids();
    const heard: string[] = [];
    const early = following((stream) => void heard.push(`early ${stream.clientPort} ${stream.state}`));
    const late = following((stream) => void heard.push(`late ${stream.clientPort} ${stream.state}`));
    nids.registerTcp(early);
    nids.process(established(40000).batch());
    nids.unregisterTcp(early);
    nids.registerTcp(late);
    nids.process(established(40001).batch());
    nids.exit();
    expect(heard).to.deep.equal([
      "early 40000 JUST_ESTABLISHED",
      "late 40001 JUST_ESTABLISHED",
      "early 40000 EXITING",
      "late 40001 EXITING",
    ]);
  });

  it("may happen while callbacks run, the running one included", () => {
    const nids = smallNids();
    const heard: string[] = [];
    const second = following((stream) => void heard.push(`second ${stream.clientPort} ${stream.state}`));
    const first = following((stream) => {
      heard.push(`first ${stream.clientPort} ${stream.state}`);
      nids.unregisterTcp(first);
      nids.registerTcp(second);
    });
    nids.registerTcp(first);
    nids.process(established(40000).send("client", "x").batch());
    nids.process(established(40001).batch());
    expect(heard).to.deep.equal(["first 40000 JUST_ESTABLISHED", "first 40000 DATA", "second 40001 JUST_ESTABLISHED"]);
  });

  const [from, to] = ["10.0.0.1", "10.0.0.2"] as const;
  const query = capture([frame(udpPacket(`${from}:1`, `${to}:2`, { data: "x" }))]);
  for (const [kind, shown] of [
    ["IpFragment", query],
    ["Ip", query],
    ["Udp", query],
    ["Icmp", capture([frame(icmpPacket(from, to, { type: 8 }))])],
    ["Tcp", established()],
  ] as const) {
    it(`ends at once also for those that the same round has not come to (${kind})`, () => {
      const nids = smallNids();
      const heard: string[] = [];
      const last = (): void => void heard.push("last");
      const middle = (): void => void heard.push("middle");
      const first = (): void => {
        heard.push("first");
        for (const callback of [middle, last]) nids[`unregister${kind}`](callback);
        nids[`register${kind}`](last); // for the next round
      };
      for (const callback of [last, middle, first]) nids[`register${kind}`](callback);
      nids.process(shown.batch());
      expect(heard).to.deep.equal(["first"]);
    });
  }

  it("of an ip callback in the middle of a batch shows every packet from then on", () => {
    const nids = smallNids();
    let packets = 0;
    nids.registerTcp(
      following((stream) => {
        if (stream.state === TcpState.DATA && stream.server.count === 2) nids.registerIp(() => packets++);
      }),
    );
    const talk = established();
    for (const byte of ["a", "b", "c", "d", "e"]) talk.send("client", byte);
    nids.process(talk.batch());
    expect(packets).to.equal(3);
  });

  it("wants a function", () => {
    const nids = smallNids();
    expect(() => nids.registerTcp("printf" as never))
      .to.throw(NidsError)
      .with.property("code", "invalid-argument");
    expect(() => nids.registerUdp(undefined as never))
      .to.throw(NidsError)
      .with.property("code", "invalid-argument");
  });

  it("of an unknown callback to be removed is ignored", () => {
    expect(() => smallNids().unregisterTcp(() => undefined)).not.to.throw();
  });
});

describe("what callbacks keep", () => {
  it("is a param for each callback and stream, and one user value for each stream", () => {
    const nids = smallNids();
    const heard: string[] = [];
    for (const name of ["a", "b"]) {
      nids.registerTcp(
        following((stream, attachment) => {
          if (stream.state === TcpState.JUST_ESTABLISHED) {
            heard.push(`${String(attachment.param)} ${String(stream.user)}`);
            attachment.param = `${name}${stream.clientPort}`;
            stream.user = stream.clientPort;
          } else {
            heard.push(`${String(attachment.param)} ${String(stream.user)}`);
            attachment.param = `${String(attachment.param)}!`;
          }
        }),
      );
    }
    nids.process(established(1).send("client", "x").batch());
    nids.process(established(2).batch());
    nids.exit();
    expect(heard).to.deep.equal([
      ...["undefined undefined", "undefined 1"],
      ...["a1 1", "b1 1"],
      ...["undefined undefined", "undefined 2"],
      ...["a1! 1", "b1! 1", "a2 2", "b2 2"],
    ]);
  });

  it("is the same stream object in every call", () => {
    const nids = smallNids();
    const streams = new Set<TcpStream>();
    nids.registerTcp(following((stream) => void streams.add(stream)));
    nids.registerTcp(following((stream) => void streams.add(stream)));
    nids.process(closed(established().send("client", "x")).batch());
    expect(streams.size).to.equal(1);
  });
});
