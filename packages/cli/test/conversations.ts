// Conversations that several suites replay. Times begin on 2001-09-09 at 01:46:40 UTC, a millisecond per packet.

import { conversation } from "@tsnids/testkit";
import type { Conversation, ConversationOptions } from "@tsnids/testkit";

/** A conversation with a request and an answer, closed by both sides: 9 packets. */
export function closed(options: Partial<ConversationOptions> = {}): Conversation {
  return open(options).fin("client").fin("server").ack("client");
}

/** The same, not closed: 6 packets. */
export function open(options: Partial<ConversationOptions> = {}): Conversation {
  return conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80", ...options })
    .handshake()
    .send("client", "request")
    .send("server", "the answer")
    .ack("client");
}

/** Open again, and then nothing but the client's FIN: the answer's last 5 of 15 bytes come, 10 before them were not captured. */
export function withGap(): Conversation {
  return open().segment("server", { seq: 10, data: "later" }).ack("client").fin("client").fin("server").ack("client");
}
