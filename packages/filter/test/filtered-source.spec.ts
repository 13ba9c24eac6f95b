/** A source with a filter: which frames stay, and what becomes of datagrams in fragments. */
import { FilteredSource, FilterError, maximumVerdicts, verdictSeconds } from "@tsnids/filter";
import type { FilteredSourceOptions } from "@tsnids/filter";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { LinkType } from "@tsnids/pcap";
import type { Frame } from "@tsnids/testkit";
import { capture, fragmentFrame, frame, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { ping, query, web } from "./frames.js";

/** Frames in batches of `size`. */
function sourceOf(frames: readonly Frame[], size = 3): FrameSource {
  return {
    *batches(): Generator<FrameBatch> {
      for (let start = 0; start < frames.length; start += size)
        yield capture(frames.slice(start, start + size)).batch();
    },
  };
}

/** The bytes of the frames that stay. */
async function kept(frames: readonly Frame[], filter: string, options?: FilteredSourceOptions): Promise<Uint8Array[]> {
  const left: Uint8Array[] = [];
  for await (const batch of new FilteredSource(sourceOf(frames), filter, options).batches()) {
    for (let index = 0; index < batch.length; index++) {
      const start = batch.offset[index]!;
      left.push(batch.bytes.slice(start, start + batch.capturedLength[index]!));
    }
  }
  return left;
}

/** A datagram of 32 bytes in four fragments, from another port each time. */
function datagram(port: number, identification: number, time = "1000000000"): Frame[] {
  const packet = udpPacket(`10.0.0.1:4000`, `10.0.0.2:${port}`, { data: "x".repeat(24) });
  return fragmentFrame(frame(packet, { time }), [8, 16, 24], identification);
}

const bytesOf = (frames: readonly Frame[]): Uint8Array[] => frames.map(({ bytes }) => bytes);

describe("a filtered source", () => {
  it("gives the frames that fulfil the filter, with all that is known of them", async () => {
    const frames = [ping(), web({ time: "1000000001.5" }), query({ time: "1000000002" }), web({ time: "1000000003" })];
    const source = new FilteredSource(sourceOf(frames), "tcp");
    const seen: (readonly [seconds: number, nanoseconds: number, length: number])[] = [];
    for await (const batch of source.batches()) {
      for (let index = 0; index < batch.length; index++) {
        seen.push([batch.seconds[index]!, batch.nanoseconds[index]!, batch.originalLength[index]!]);
      }
    }
    const length = web().bytes.length;
    expect(seen).to.deep.equal([
      [1000000001, 500_000_000, length],
      [1000000003, 0, length],
    ]);
    expect(source.dropped).to.equal(2);
  });

  it("leaves out frames that it cannot be asked about, counts them, and names each of their link types once", async () => {
    const tagged = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x" }), { vlan: [{ id: 5 }] });
    const [raw, usb] = [web({ link: LinkType.RAW }), { ...web(), linkType: LinkType.USB_LINUX_MMAPPED }];
    for (const [expression, keeps] of [
      ["vlan 5", 2],
      ["not vlan 6", 3],
    ] as const) {
      const said: string[] = [];
      const onUnreadable = ({ message }: FilterError): unknown => said.push(message.split("\n")[0]!);
      const source = new FilteredSource(sourceOf([web(), raw, tagged, usb, raw, tagged], 4), expression, {
        onUnreadable,
      });
      let frames = 0;
      for await (const batch of source.batches()) frames += batch.length;
      expect([frames, source.dropped, source.unreadable]).to.deep.equal([keeps, 6 - keeps, 3]);
      expect(said).to.deep.equal(["raw IP frames have no VLAN tags", "USB_LINUX_MMAPPED frames have no VLAN tags"]);
    }
  });

  it("fails at the end where it could be asked about no frame, unless told that this may be", async () => {
    const raw = web({ link: LinkType.RAW });
    let error: unknown;
    await kept([raw, raw], "vlan").catch((thrown: unknown) => (error = thrown));
    expect(error).to.be.instanceOf(FilterError).and.include({ code: "unsupported-link-type" });
    expect(await kept([raw, raw], "vlan", { endsQuietly: true })).to.deep.equal([]);
    expect(await kept([], "vlan")).to.deep.equal([]);
    expect(await kept([raw, web()], "vlan"), "a frame that it could be asked about, found wanting").to.deep.equal([]);
  });

  it("lets what the caller throws through", async () => {
    const mistake = new FilterError("unsupported-link-type", "", undefined, "the caller's");
    const onUnreadable = (): never => {
      throw mistake;
    };
    let error: unknown;
    const frames = [web({ link: LinkType.RAW }), web()];
    await kept(frames, "vlan", { onUnreadable }).catch((thrown: unknown) => (error = thrown));
    expect(error).to.equal(mistake);
  });

  it("compiles for each link type of a batch, and only for those that frames have", async () => {
    const frames = [web(), web({ link: LinkType.RAW }), query({ link: LinkType.RAW }), query()];
    expect(await kept(frames, "port 80")).to.deep.equal(bytesOf(frames.slice(0, 2)));
    const said: unknown[] = [];
    const batch = capture(frames).batch();
    batch.length = 1; // Of raw IP only the interface is there.
    const source: FrameSource = { batches: () => [batch] };
    for await (const left of new FilteredSource(source, "vlan", {
      onUnreadable: (error) => said.push(error),
    }).batches())
      expect(left.length).to.equal(0);
    expect(said).to.deep.equal([]);
  });

  it("refuses a wrong expression when it is made", () => {
    expect(() => new FilteredSource(sourceOf([]), "tcp port")).to.throw(FilterError);
  });

  it("refuses what is no source, and options that are none, by name", () => {
    const source = sourceOf([]);
    const options = (given: unknown) => () => new FilteredSource(source, "port 53", given as FilteredSourceOptions);
    const of = (given: unknown) => () => new FilteredSource(given as FrameSource, "port 53");
    const cases: readonly (readonly [refused: () => unknown, text: RegExp])[] = [
      [of(undefined), /^source must be a source of frames, .* not undefined$/],
      [of("web.pcap"), /^source must be .* not "web.pcap"$/],
      [of({}), /^source must be .* not an object$/],
      [options(null), /^options must be an object, not null$/],
      [
        options({ keepFragments: false }),
        /^there is no option "keepFragments" here; known: keepsFragments, endsQuietly, onUnreadable$/,
      ],
      [options({ keepsFragments: "no" }), /^keepsFragments must be true or false, not "no"$/],
      [options({ onUnreadable: true }), /^onUnreadable must be a function, not true$/],
      [options({ keepsFragments: 0n }), /^keepsFragments must be true or false, not 0n$/],
    ];
    for (const [refused, text] of cases) {
      expect(refused).to.throw(FilterError, text).with.property("code", "invalid-argument");
    }
    expect(options({ keepsFragments: undefined })).not.to.throw();
  });
});

describe("fragments behind a filter for ports", () => {
  const [wanted, other] = [datagram(53, 1), datagram(54, 2)];

  it("stay when the first one stays", async () => {
    expect(await kept([...wanted, ...other], "udp port 53")).to.deep.equal(bytesOf(wanted));
    expect(await kept([...wanted, ...other], "udp[2:2] = 53")).to.deep.equal(bytesOf(wanted));
  });

  it("go when the first one goes, also where the filter alone would let them pass", async () => {
    expect(await kept([...wanted, ...other], "udp and not port 53")).to.deep.equal(bytesOf(other));
  });

  it("stay when they come before the first one, if all else fits", async () => {
    const reversed = wanted.toReversed();
    expect(await kept(reversed, "udp port 53")).to.deep.equal(bytesOf(reversed));
    expect(await kept(other.toReversed(), "host 10.0.0.1 and udp port 53")).to.deep.equal(
      bytesOf(other.slice(1).toReversed()),
    );
    // What is negated twice is asked for; what is negated once is not known to be so.
    const negated = "udp and not port 54 and not (not port 53)";
    expect(await kept(reversed, negated)).to.deep.equal(bytesOf(reversed));
    for (const filter of ["host 10.9.9.9 and udp port 53", "tcp port 53", "arp"]) {
      expect(await kept(reversed, filter), filter).to.deep.equal([]);
    }
  });

  it("stay or go as the first one, whatever the filter asks before it asks for ports", async () => {
    const fragments = (port: number, vlan: readonly number[] = []): Frame[] => {
      const packet = udpPacket("10.0.0.1:4000", `10.0.0.2:${port}`, { data: "x".repeat(24) });
      return fragmentFrame(frame(packet, { vlan }), [16, 24], port + vlan.length * 1000);
    };
    const [first, second] = [fragments(53), fragments(54)];
    const long = first[0]!.bytes.length; // the later ones are shorter
    for (const filter of [`udp port 53 and greater ${long}`, `greater ${long} and udp[2:2] = 53`]) {
      expect(await kept([...first, ...second], filter), filter).to.deep.equal(bytesOf(first));
    }
    const tagged = [...fragments(53, [5]), ...fragments(54, [5])];
    const either = "ip and udp port 53 or (vlan 5 and udp port 54)";
    expect(await kept([...second, ...first, ...tagged], either)).to.deep.equal(bytesOf([...first, ...tagged.slice(3)]));
  });

  it("stay where the filter is true of them whatever their ports are", async () => {
    const frames = [...other, ...wanted];
    const isLater = "ip[6:2] & 0x1fff != 0";
    const later = bytesOf(frames.filter((_, index) => index % 4 !== 0));
    for (const filter of [`udp port 9 or ${isLater}`, `${isLater} or udp port 9`]) {
      expect(await kept(frames, filter), filter).to.deep.equal(later);
    }
    expect(await kept(frames, "udp and not port 54")).to.deep.equal(bytesOf(wanted));
  });

  it("stay when one of two copies of the first one stays, whichever comes first", async () => {
    const copies = (vlan: number): Frame[] => {
      const packet = udpPacket("10.0.0.1:4000", "10.0.0.2:53", { data: "x".repeat(24) });
      return fragmentFrame(frame(packet, { vlan: [vlan] }), [8, 16, 24], 7);
    };
    const [left, right] = [copies(5), copies(6)];
    const [leftFirst, ...leftLater] = left as [Frame, ...Frame[]];
    const [rightFirst, ...rightLater] = right as [Frame, ...Frame[]];
    const frames = [leftFirst, rightFirst, ...leftLater, ...rightLater];
    const later = [...leftLater, ...rightLater];
    expect(await kept(frames, "vlan 5 and udp port 53")).to.deep.equal(bytesOf([leftFirst, ...later]));
    expect(await kept(frames, "vlan 6 and udp port 53")).to.deep.equal(bytesOf([rightFirst, ...later]));
  });

  it("go, when that is asked for: then it is libpcap's answer", async () => {
    const exact = { keepsFragments: false };
    expect(await kept(wanted, "udp port 53", exact)).to.deep.equal(bytesOf(wanted.slice(0, 1)));
  });

  it("are told apart by what datagrams differ in, and by time", async () => {
    const late = String(1_000_000_000 + verdictSeconds + 1);
    const again = datagram(54, 1, late).toReversed();
    expect(await kept([...wanted, ...again], "udp port 54"), "the identification is used again").to.deep.equal(
      bytesOf(again),
    );
    const other54 = datagram(54, 1, late);
    expect(await kept([...wanted, ...other54], "udp port 53"), "a verdict is given up").to.deep.equal(bytesOf(wanted));
  });

  it("are remembered up to a limit", async () => {
    const many = Array.from({ length: maximumVerdicts + 10 }, (_, index) => datagram(54, index)[0]!);
    const source = new FilteredSource(sourceOf(many, 1000), "udp port 53");
    for await (const batch of source.batches()) expect(batch.length).to.equal(0);
    expect(source.forgottenVerdicts).to.equal(10);
  });
});
