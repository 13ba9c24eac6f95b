/**
 * RST segments with an MD5 signature (RFC 2385). A host that did not agree on signatures drops them; a monitor that
 * believed them would lose a connection that goes on.
 */
import type { TcpOption } from "@tsnids/testkit";
import { capture, frame, tcpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { following, smallNids, text } from "./following.js";

const signature: TcpOption = Uint8Array.of(19, 18, ...new Uint8Array(16));

/** What is heard of a conversation in which a RST with these options comes before the client's data. */
function heardAfterReset(synOptions: readonly TcpOption[], resetOptions: readonly TcpOption[]): string[] {
  const nids = smallNids();
  const heard: string[] = [];
  nids.registerTcp(
    following((stream) => {
      if (stream.server.countNew > 0) heard.push(text(stream.server.data));
      else heard.push(stream.state);
    }),
  );
  nids.on("alert", ({ code }) => void heard.push(code));
  const [client, server] = ["10.0.0.1:40000", "10.0.0.2:80"] as const;
  const packets = [
    tcpPacket(client, server, { flags: "S", seq: 100, options: synOptions }),
    tcpPacket(server, client, { flags: "SA", seq: 500, ack: 101, options: synOptions }),
    tcpPacket(client, server, { flags: "A", seq: 101, ack: 501 }),
    tcpPacket(client, server, { flags: "R", seq: 101, options: resetOptions }),
    tcpPacket(client, server, { flags: "A", seq: 101, ack: 501, data: "goes on" }),
  ];
  nids.process(capture(packets.map((packet) => frame(packet))).batch());
  return heard;
}

describe("a signed RST", () => {
  it("is ignored where nobody agreed on signatures", () => {
    expect(heardAfterReset([], [signature])).to.deep.equal(["JUST_ESTABLISHED", "tcp-unexpected-signature", "goes on"]);
  });

  it("ends a connection that was opened with signatures", () => {
    expect(heardAfterReset([signature], [signature])).to.deep.equal(["JUST_ESTABLISHED", "RESET"]);
  });

  it("is no other than one without a signature where there is none", () => {
    expect(heardAfterReset([], [])).to.deep.equal(["JUST_ESTABLISHED", "RESET"]);
  });
});
