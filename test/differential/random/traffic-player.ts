/**
 * Plays a plan: makes the frames of its conversations and datagrams, in order of time.
 *
 * Where the engine differs from libnids by design and no parameter makes them equal, the cases are not played; what
 * each number means is in docs/differences-from-libnids.md:
 *
 *     D4, D5    nothing but the handshake's own packets before a connection is established
 *     D7, D8    too little is sent, and there are too few connections, to reach a limit
 *     D10       headers of TCP are whole
 *     D11       no new connection between the endpoints of one that is open
 *     D12       SYNs carry nothing
 *     D14       fragments overlap like stairs, and an identification is used once
 *     D17, D19  Ethernet without VLANs, and frames that are whole
 *     D20, D22  no options that routers fill in, or of which hosts think otherwise today (ip-options.ts); no signatures
 *     D21       no segment so far on that the window of a SYN matters
 */
import { capture, frame, ipPacket, tcpPacket, udpPacket, type Capture, type Frame } from "@tsnids/testkit";
import { playConversation } from "./conversation-player.js";
import { sendInFragments } from "./fragment-stairs.js";
import { ipOptions } from "./ip-options.js";
import { moment, type DatagramPlan, type TrafficPlan } from "./traffic-plan.js";

/** The capture of a plan. */
export function playTraffic(plan: TrafficPlan): Capture {
  const identification = counter();
  const conversations = plan.conversations.flatMap((each, index) =>
    playConversation(each, { index, padTo: plan.padTo, identification }),
  );
  const datagrams = plan.datagrams.flatMap((each) => playDatagram(each, identification(), plan.padTo));
  return capture([...conversations, ...datagrams]);
}

function playDatagram(plan: DatagramPlan, identification: number, padTo: number): readonly Frame[] {
  const payload = Uint8Array.from({ length: plan.length }, (_, at) => (at * 7 + plan.lie) & 0xff);
  const checksum = plan.checksum === "none" ? 0 : plan.checksum === "wrong" ? 0x1234 : "good";
  const ipv4 = { identification, options: Uint8Array.from(ipOptions[plan.options]) };
  const [source, destination] = ["10.0.0.1", "10.0.1.1"] as const;
  const at = { time: moment(plan.at), padTo };
  switch (plan.kind) {
    case "udp": {
      const lengths = [8 + plan.length, 9 + plan.length, 7, 8 + (plan.length >> 1), 0];
      const length = lengths[plan.lie] ?? 8;
      const packet = udpPacket(`${source}:53`, `${destination}:99`, { data: payload, checksum, length }, { ipv4 });
      return sendInFragments(frame(packet, at), plan.fragments).frames;
    }
    case "other":
      return sendInFragments(frame(ipPacket(source, destination, 89, payload, { ipv4 }), at), plan.fragments).frames;
    case "scan":
      // No SYNs: each would open a connection, and there is room for few (D8).
      return Array.from({ length: 3 + plan.lie * 5 }, (_, target) =>
        frame(tcpPacket(`${source}:5000`, `${destination}:${target + 1}`, { flags: plan.flags, seq: 1, checksum }), at),
      );
    case "bad-header": {
      const lies = [
        { checksum: 0x1234 },
        { version: 5 },
        { headerLength: 4 },
        { totalLength: 19 },
        { totalLength: 5000 },
      ];
      return [frame(ipPacket(source, destination, 89, payload, { ipv4: { ...ipv4, ...lies[plan.lie] } }), at)];
    }
  }
}

/** Numbers from 1 on. */
function counter(): () => number {
  let last = 0;
  return () => ++last;
}
