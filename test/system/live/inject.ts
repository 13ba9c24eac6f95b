/**
 * A program that sends one frame of EtherType 0x88b5 (IEEE 802, for experiments) on c0, waits until standard input is
 * closed, tries again, and prints a line of JSON: how many were sent and what failed.
 */
import { once } from "node:events";
import { LiveInjector } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";

const frame = new Uint8Array(60);
frame.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 0x88, 0xb5]);

const injector = await LiveInjector.open("c0");
const codes: string[] = [];
injector.on("error", ({ code }) => codes.push(code));
new Nids({ injector }); // It is what an engine takes.
injector.inject(frame);
process.stdin.resume();
await once(process.stdin, "end");
if (codes.length === 0) await once(injector, "error");
injector.inject(frame);
const { sent, failed } = injector;
await injector.close();
process.stdout.write(JSON.stringify({ sent, failed, codes }));
