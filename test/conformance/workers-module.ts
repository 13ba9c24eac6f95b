/** What the workers of workers.spec.ts do: listen to everything. */
import { TcpState } from "@tsnids/nids";
import type { Nids } from "@tsnids/nids";

export default function listen(nids: Nids): void {
  nids.registerTcp((stream) => {
    if (stream.state !== TcpState.JUST_ESTABLISHED) return;
    stream.client.collect++;
    stream.server.collect++;
  });
  nids.registerUdp(() => undefined);
  nids.registerIcmp(() => undefined);
}
