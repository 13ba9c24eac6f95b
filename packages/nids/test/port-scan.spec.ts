/** The scan detector: who is reported when, with what, and how much is remembered. */
import type { Alert, NidsParams } from "@tsnids/nids";
import type { Frame, TcpFields, VlanTag } from "@tsnids/testkit";
import { Capture, capture, frame, tcpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { established, smallNids } from "./following.js";

/** A segment of one source to a port of 10.0.0.2, at a time in seconds. */
function probe(port: number, time: number, fields: Partial<TcpFields> = {}, source = "10.0.0.1"): Frame {
  return frame(tcpPacket(`${source}:40000`, `10.0.0.2:${port}`, { seq: 1, flags: "S", ...fields }), { time });
}

function probes(count: number, firstPort = 1, fields: Partial<TcpFields> = {}): Frame[] {
  return Array.from({ length: count }, (_, index) => probe(firstPort + index, 1 + index / 1000, fields));
}

function scans(frames: readonly Frame[], params: Partial<NidsParams> = {}): Alert[] {
  const nids = smallNids(params);
  const alerts: Alert[] = [];
  nids.on("alert", (alert) => {
    if (alert.code === "port-scan") alerts.push(alert);
  });
  nids.process(new Capture(frames).batch());
  return alerts;
}

describe("a port scan", () => {
  it("is reported at the target beyond scanPorts, with all of them, and counted anew", () => {
    const [first, second, ...more] = scans(probes(25));
    expect(more).to.deep.equal([]);
    expect(first).to.include({ source: "10.0.0.1", sourcePort: 40000, destination: "10.0.0.2", destinationPort: 11 });
    expect(first?.targets).to.deep.equal(
      Array.from({ length: 11 }, (_, index) => ({ address: "10.0.0.2", port: index + 1, flags: 2 })),
    );
    expect(second?.targets?.map(({ port }) => port)).to.deep.equal([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
  });

  it("may take as many targets as the parameter says", () => {
    expect(scans(probes(3), { scanPorts: 3 })).to.have.length(0);
    expect(scans(probes(4), { scanPorts: 3 })).to.have.length(1);
  });

  it("is any target where the parameter is 0, in the express lane and out of it, behind a pause, too", () => {
    const listed = ({ targets }: Alert): number[] | undefined => targets?.map(({ port }) => port);
    for (const lane of [{}, { ipFilter: () => true }]) {
      const ports = scans([...probes(3), probe(4, 9), probe(5, 9)], { ...lane, scanPorts: 0 }).map(listed);
      expect(ports).to.deep.equal([[1], [2], [3], [4], [5]]);
    }
  });

  it("is not what comes from 0.0.0.0 to 0.0.0.0, which is invalid, whether or not TCP is followed", () => {
    const lost = Array.from({ length: 12 }, (_, port) =>
      frame(tcpPacket("0.0.0.0:9", `0.0.0.0:${port + 1}`, { seq: 1, flags: port % 2 === 0 ? "S" : "A" })),
    );
    for (const params of [{}, { ipFilter: () => true }, { followTcp: false }]) {
      const nids = smallNids({ ...params, scanPorts: 3 });
      const codes = new Set<string>();
      nids.on("alert", ({ code }) => void codes.add(code));
      nids.process(new Capture(lost).batch());
      expect([...codes]).to.deep.equal(["tcp-header"]);
      expect(nids.statistics()).to.include({ tcpInvalid: 12, tcpSegments: 0 });
    }
  });

  it("is one of any segments without ACK, whatever their checksums", () => {
    for (const flags of ["", "F", "FPU", "R", "S", "SEC"]) {
      expect(scans(probes(11, 1, { flags, checksum: "bad" })), `flags "${flags}"`).to.have.length(1);
    }
    expect(scans(probes(11, 1, { flags: "SEC" }))[0]?.targets?.[0]?.flags).to.equal(0xc2);
    expect(scans(probes(30, 1, { flags: "A" }))).to.have.length(0);
  });

  it("is not the same target again and again", () => {
    expect(scans(Array.from({ length: 50 }, (_, index) => probe(1 + (index % 10), 1 + index / 1000)))).to.have.length(
      0,
    );
  });

  it("may be one port on many hosts", () => {
    const sweep = Array.from({ length: 11 }, (_, index) =>
      frame(tcpPacket("10.0.0.1:40000", `10.0.1.${index}:22`, { seq: 1, flags: "S" })),
    );
    expect(scans(sweep)[0]?.targets?.map(({ address }) => address)).to.include.members(["10.0.1.0", "10.0.1.10"]);
  });

  it("may be one in IPv6", () => {
    const sweep = Array.from({ length: 11 }, (_, index) =>
      frame(tcpPacket("[2001:db8::1]:40000", `[2001:db8::${index + 10}]:22`, { seq: 1, flags: "S" })),
    );
    const [alert] = scans(sweep);
    expect(alert?.source).to.equal("2001:db8::1");
    expect(alert?.targets?.at(-1)).to.deep.equal({ address: "2001:db8::20", port: 22, flags: 2 });
  });

  it("is another one in another VLAN", () => {
    const tagged = (id: number): VlanTag[] => [{ id }];
    const halves = Array.from({ length: 12 }, (_, index) =>
      frame(tcpPacket("10.0.0.1:40000", `10.0.0.2:${index}`, { seq: 1, flags: "S" }), {
        vlan: tagged(1 + (index % 2)),
      }),
    );
    expect(scans(halves)).to.have.length(0);
  });

  it("begins anew behind a pause longer than scanDelayMs (D13)", () => {
    const paced = (seconds: number): Frame[] =>
      Array.from({ length: 11 }, (_, index) => probe(index, 1 + index * seconds));
    expect(scans(paced(3))).to.have.length(1);
    expect(scans(paced(3.001))).to.have.length(0);
    expect(scans(paced(10), { scanDelayMs: 10_000 })).to.have.length(1);
  });

  it("begins anew behind such a pause in 2038, too, when seconds no longer fit into 31 bits", () => {
    for (const [from, to] of [
      ["10.0.0.1", "10.0.0.2"],
      ["[2001:db8::1]", "[2001:db8::2]"],
    ] as const) {
      const slow = Array.from({ length: 40 }, (_, index) => {
        const packet = tcpPacket(`${from}:40000`, `${to}:${index + 1}`, { seq: 1, flags: "S" });
        return frame(packet, { time: 2 ** 31 - 15 + 10 * index });
      });
      expect(scans(slow), from).to.have.length(0);
    }
  });

  it("does not begin anew where a packet comes late", () => {
    const late = [...probes(5), probe(100, 0), ...probes(5, 10)];
    expect(scans(late, { scanDelayMs: 500 })).to.have.length(1);
  });

  it("is not looked for where maxScanSources is 0", () => {
    expect(scans(probes(25), { maxScanSources: 0 })).to.have.length(0);
  });

  it("is forgotten where more than maxScanSources sources are watched", () => {
    const others = (count: number): Frame[] =>
      Array.from({ length: count }, (_, index) => probe(1, 2, {}, `10.0.9.${index}`));
    const nids = smallNids({ maxScanSources: 4 });
    const seen: string[] = [];
    nids.on("alert", ({ code, source }) => {
      if (code === "port-scan") seen.push(`${source}`);
    });
    nids.process(capture([[...probes(10), ...others(3), probe(50, 2)]]).batch());
    expect(seen).to.deep.equal(["10.0.0.1"]);
    nids.process(capture([[...probes(10), ...others(4), probe(50, 2)]]).batch());
    expect(seen).to.have.length(1);
    expect(nids.statistics().scanSourcesForgotten).to.be.greaterThan(0);
  });

  it("is told apart from those of hundreds of other sources, which come and go", () => {
    const nids = smallNids({ maxScanSources: 300, scanPorts: 4 });
    const reported = new Map<string, number[]>();
    nids.on("alert", ({ code, source, targets }) => {
      if (code === "port-scan") reported.set(source ?? "", targets?.map(({ port }) => port) ?? []);
    });
    const round = (group: number, ports: readonly number[]): Frame[] =>
      ports.flatMap((port) =>
        Array.from({ length: 300 }, (_, index) =>
          probe(group * 1000 + (index % 7) + port * 10, 1, {}, `10.${group}.${index >> 8}.${index & 255}`),
        ),
      );
    for (let group = 1; group < 6; group++) {
      nids.process(capture([round(group, [1, 2, 3, 4])]).batch());
      expect(reported.size, "four targets each").to.equal(300 * (group - 1));
      nids.process(capture([round(group, [5])]).batch());
      expect(reported.size, "five").to.equal(300 * group);
    }
    expect(reported.get("10.3.1.5")).to.deep.equal([3012, 3022, 3032, 3042, 3052]);
  });

  it("is not mixed up with what was forgotten at exit", () => {
    const nids = smallNids({ maxScanSources: 50, scanPorts: 4 });
    const reported = new Map<string, number[]>();
    nids.on("alert", ({ code, source, targets }) => {
      if (code === "port-scan") reported.set(source ?? "", targets?.map(({ port }) => port) ?? []);
    });
    const each = (ports: readonly number[]): Frame[] =>
      Array.from({ length: 50 }, (_, index) =>
        ports.map((port) => probe(index * 10 + port, 1, {}, `10.1.0.${index}`)),
      ).flat();
    nids.process(capture([each([1, 2, 3])]).batch());
    nids.exit();
    nids.process(capture([each([1, 2, 3, 4])]).batch());
    expect(reported.size).to.equal(0);
    nids.process(capture([each([5])]).batch());
    expect([...reported.values()]).to.deep.equal(
      Array.from({ length: 50 }, (_, index) => [1, 2, 3, 4, 5].map((port) => index * 10 + port)),
    );
  });

  it("survives sources that crash libnids: 0.0.128.0 and above", () => {
    const frames = Array.from({ length: 300 }, (_, index) => probe(1, 1, {}, `0.0.${128 + (index % 128)}.254`));
    expect(() => scans(frames)).not.to.throw();
  });

  it("is forgotten at exit", () => {
    const nids = smallNids();
    let alerts = 0;
    nids.on("alert", () => alerts++);
    nids.process(capture([probes(10)]).batch());
    nids.exit();
    nids.process(capture([probes(10, 20)]).batch());
    expect(alerts).to.equal(0);
  });
});

describe("followTcp: false", () => {
  it("checks segments and looks for scans, and follows nothing", () => {
    const nids = smallNids({ followTcp: false });
    const heard: string[] = [];
    nids.registerTcp(() => void heard.push("tcp"));
    nids.on("alert", ({ code }) => void heard.push(code));
    const short = frame(tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, dataOffset: 4, flags: "S" }));
    nids.process(capture([established(), ...probes(11, 100), short]).batch());
    expect(heard).to.deep.equal(["port-scan", "tcp-header"]);
    const tuple = { clientAddress: "10.0.0.1", clientPort: 40000, serverAddress: "10.0.0.2", serverPort: 80 };
    expect(nids.findTcpStream(tuple)).to.equal(undefined);
    expect(nids.statistics()).to.include({ tcpSegments: 0, tcpUnfollowed: 14, streams: 0 });
  });
});
