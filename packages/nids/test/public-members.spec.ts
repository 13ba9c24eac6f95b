/** What callbacks are given has no member of the engine's in its type: `stream.end(…)` is nothing for a caller. */
import type { HalfStream, IpPacket, TcpStream } from "@tsnids/nids";
import { expect } from "chai";

/** True where none of these names is a member. */
type Hides<Type, Names extends string> = Extract<keyof Type, Names> extends never ? true : false;

type OfStreams = "audience" | "key" | "notifier" | "slot" | "countFrom" | "param" | "setParam";
type OfEnds = "enclose" | "end" | "enter" | "watch" | "retire";

describe("the types of what callbacks are given", () => {
  it("have no member of the engine's: this compiles", () => {
    const streams: Hides<TcpStream, OfStreams | OfEnds> = true;
    const halves: Hides<HalfStream, "key"> = true;
    const packets: Hides<IpPacket, "validated" | "inHand" | "isInHandOf"> = true;
    expect([streams, halves, packets]).to.deep.equal([true, true, true]);
  });
});
