// The lists of interfaces that the frames of a source are of. What is learned of an interface (`checksums: "auto"`) is
// kept by its list, and a list is known by its identity: it may grow, and a source that reads several captures by turns
// comes back to it. A thread that gets copies has no identities, so a list has a number, too.

import { maximumInterfaces } from "@tsnids/pcap";
import type { CaptureInterface } from "@tsnids/pcap";

/** Lists that are remembered; of another one, that which was not used for longest is forgotten. */
export const listsKept = 16;

export interface InterfaceList {
  /** No other list of the run has it. */
  readonly number: number;
  /** It grows while it is read. */
  readonly interfaces: readonly CaptureInterface[];
  /** For each interface, 1 where it is no longer on trial. */
  readonly settled: Uint8Array;
}

export class InterfaceLists {
  /** The one used last is the last. */
  private readonly lists: Map<readonly CaptureInterface[], InterfaceList> = new Map();
  private readonly onForgotten: (list: InterfaceList) => void;
  private appeared = 0;

  /** `onForgotten` is told of each list that is forgotten: should it come again, it has another number. */
  constructor(onForgotten: (list: InterfaceList) => void) {
    this.onForgotten = onForgotten;
  }

  /** The list of these interfaces, which is now the one used last. */
  use(interfaces: readonly CaptureInterface[]): InterfaceList {
    const { lists } = this;
    const list = lists.get(interfaces) ?? {
      number: this.appeared++,
      interfaces,
      settled: new Uint8Array(maximumInterfaces),
    };
    lists.delete(interfaces);
    lists.set(interfaces, list);
    if (lists.size > listsKept) this.forgetOldest();
    return list;
  }

  /** An interface of a list is no longer on trial. */
  settle(number: number, interfaceIndex: number): void {
    for (const list of this.lists.values()) if (list.number === number) list.settled[interfaceIndex] = 1;
  }

  private forgetOldest(): void {
    for (const [interfaces, list] of this.lists) {
      this.lists.delete(interfaces);
      this.onForgotten(list);
      return;
    }
  }
}
