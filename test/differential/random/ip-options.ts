/**
 * IP options of packets, by what there is to say about them. Of record routes and timestamps only those that libnids
 * does not rewrite, and of which it thinks as today's hosts do: full ones, and those that contradict themselves (D20).
 */

/** Options of packets that are taken. */
export type TakenOptions = "none" | "no-operation" | "full-route";

/** Options for which a host drops the packet, and a monitor has to. */
export type RefusedOptions =
  | "source-route"
  | "broken"
  | "route-into-its-header"
  | "route-with-half-a-slot"
  | "two-routes"
  | "timestamps-into-their-header"
  | "timestamps-too-short"
  | "timestamps-with-half-a-slot"
  | "timestamps-that-overflow";

export type IpOptionsName = TakenOptions | RefusedOptions;

const taken: Readonly<Record<TakenOptions, readonly number[]>> = {
  none: [],
  "no-operation": [1, 1, 1, 0],
  "full-route": [7, 3, 4, 0],
};

const refused: Readonly<Record<RefusedOptions, readonly number[]>> = {
  "source-route": [131, 7, 4, 10, 0, 0, 9, 0],
  broken: [148, 1, 0, 0],
  "route-into-its-header": [7, 3, 3, 0],
  "route-with-half-a-slot": [1, 7, 6, 4, 0, 0, 0, 0],
  "two-routes": [7, 3, 4, 7, 3, 4, 0, 0],
  "timestamps-into-their-header": [68, 4, 4, 0],
  "timestamps-too-short": [68, 3, 5, 0],
  "timestamps-with-half-a-slot": [68, 8, 5, 1, 0, 0, 0, 0],
  "timestamps-that-overflow": [68, 4, 5, 0xf0],
};

/** The bytes of all of them. */
export const ipOptions: Readonly<Record<IpOptionsName, readonly number[]>> = { ...taken, ...refused };

export const refusedOptions: readonly string[] = Object.keys(refused);
