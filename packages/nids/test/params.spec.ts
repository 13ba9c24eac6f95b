/** Parameters: defaults that work, and errors that say which parameter, what it wants and what it got. */
import type { NidsParams } from "@tsnids/nids";
import { Nids, NidsError, paramRules } from "@tsnids/nids";
import { expect } from "chai";

function refusal(params: Readonly<Record<string, unknown>>): NidsError {
  try {
    new Nids(params);
  } catch (error) {
    if (error instanceof NidsError) return error;
    throw error;
  }
  throw new Error("the parameters were taken");
}

describe("parameters", () => {
  it("may all be left out, or be undefined", () => {
    expect(() => new Nids()).not.to.throw();
    expect(() => new Nids({ injector: undefined, ipFilter: undefined })).not.to.throw();
  });

  it("are an object", () => {
    for (const wrong of [null, 5, "checksums", [], () => undefined]) {
      const error = refusal(wrong as unknown as Readonly<Record<string, unknown>>);
      expect(error.code).to.equal("invalid-argument");
      expect(error.message).to.contain("params");
    }
  });

  it("that nobody knows are refused, with the nearest name", () => {
    for (const [wrong, right] of [
      ["maxstreams", "maxStreams"],
      ["checksum", "checksums"],
      ["hole_grace_ms", "holeGraceMs"],
      ["idleTimeout", "idleTimeoutMs"],
      ["oneloopless", "oneLoopLess"],
    ] as const) {
      const error = refusal({ [wrong]: 1 });
      expect(error).to.include({ code: "unknown-parameter", name: "NidsError" });
      expect(error.message).to.contain(`"${wrong}"`).and.contain(`"${right}"`);
    }
  });

  it("of libnids are refused with what they have become", () => {
    for (const [libnids, ours] of [
      ["n_tcp_streams", '"maxStreams"'],
      ["scan_num_ports", '"scanPorts"'],
      ["tcp_workarounds", '"stuckCloseTimeoutMs"'],
      ["device", "source"],
      ["syslog", 'on("alert", listener)'],
    ] as const) {
      const error = refusal({ [libnids]: 1 });
      expect(error.code).to.equal("unknown-parameter");
      expect(error.message).to.contain(`"${libnids}"`).and.contain(ours);
    }
  });

  it("that are like none there is are refused without a guess", () => {
    for (const name of ["foo", "toString", ""]) {
      expect(refusal({ [name]: 1 }).message).to.equal(
        `unknown parameter "${name}"; NidsParams (docs/reference.md) has those there are`,
      );
    }
  });

  for (const [name, rule] of Object.entries(paramRules)) {
    it(`${name} is checked`, () => {
      const wrongs: unknown[] = [null, Symbol.iterator, "nonsense"];
      if (rule.kind !== "flag") wrongs.push(true);
      if (rule.kind !== "amount") wrongs.push(7);
      if (rule.kind === "amount") {
        wrongs.push(
          (rule.minimum ?? 0) - 1,
          (rule.maximum ?? 0) + 1,
          (rule.minimum ?? 0) + 0.5,
          Number.NaN,
          Infinity,
          1n,
        );
      }
      for (const wrong of wrongs) {
        const error = refusal({ [name]: wrong });
        expect(error.code).to.equal("invalid-parameter");
        expect(error.message).to.contain(`"${name}"`);
        for (const hint of [rule.unit, ...(rule.choices ?? [])])
          if (hint !== undefined) expect(error.message).to.contain(hint);
      }
    });
  }

  it("checksumRules says which rule is wrong, and why", () => {
    const message = (rules: unknown): string => refusal({ checksumRules: rules }).message;
    expect(
      message([
        { network: "10.0.0.0/8", verify: true },
        { network: "10.0.0.0/33", verify: true },
      ]),
    )
      .to.contain("rule 1")
      .and.contain('"10.0.0.0/33"');
    for (const network of ["", "10.0.0", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "::/129", "example.org"]) {
      expect(message([{ network, verify: true }]), network).to.contain(`"${network}"`);
    }
    for (const rule of [
      null,
      7,
      {},
      { network: "::/0" },
      { network: 5, verify: true },
      { network: "::/0", verify: 1 },
    ]) {
      expect(message([rule])).to.contain("rule 0");
    }
    expect(message([{ network: "::/0", verify: true, verfy: false }])).to.contain('rule 0 that says "verfy"');
    expect(message([{ network: "010.0.0.010", verify: true }])).to.contain('"010.0.0.010"');
  });

  it("have defaults that their own rules accept", () => {
    for (const [name, { kind, default: value, minimum = 0, maximum = 0, choices = [] }] of Object.entries(paramRules)) {
      if (kind === "amount") expect(value, name).to.be.within(minimum, maximum);
      if (kind === "choice") expect(choices, name).to.include(value);
      if (kind === "flag") expect(value, name).to.be.a("boolean");
    }
  });

  it("injector has to be able to inject", () => {
    for (const wrong of [{}, { inject: true }, () => undefined]) {
      expect(refusal({ injector: wrong }).message).to.contain("inject()");
    }
    class Wire {
      inject(): void {
        return;
      }
    }
    expect(() => new Nids({ injector: new Wire() })).not.to.throw();
  });

  it("for scans are refused where so many targets could not be remembered", () => {
    const error = refusal({ maxScanSources: 1 << 20, scanPorts: 17 });
    expect(error.code).to.equal("invalid-parameter");
    expect(error.message)
      .to.contain('"maxScanSources"')
      .and.contain('"scanPorts"')
      .and.contain("16777216, not 17825792");
    expect(() => new Nids({ maxStreams: 1, maxScanSources: 1 << 14, scanPorts: 1024 })).not.to.throw();
  });

  it("say what was given instead", () => {
    expect(refusal({ maxStreams: "many" }).message).to.contain('"many"');
    expect(refusal({ checksums: 5 }).message).to.contain("5");
  });

  it("of networks say which network or policy is wrong", () => {
    for (const wrong of [
      { "10.0.0/8": "first" },
      { "10.0.0.0/33": "first" },
      { "::/129": "first" },
      { "::/8": "second" },
    ]) {
      const [network = "", policy = ""] = Object.entries(wrong)[0] ?? [];
      expect(refusal({ fragmentPolicyByNetwork: wrong }).message).to.contain(`"${network}": "${policy}"`);
    }
    // What is no table of names would pass for an empty one.
    for (const wrong of [new Map([["10.1.0.0/16", "first"]]), new Set(["::/8"]), [], new Date()]) {
      const { message } = refusal({ fragmentPolicyByNetwork: wrong });
      expect(message).to.contain("networks as names").and.contain(`not an object of class ${wrong.constructor.name}`);
    }
    expect(
      () => new Nids({ fragmentPolicyByNetwork: { "0.0.0.0/0": "first", "::/0": "last", "::1": "bsd" } }),
    ).not.to.throw();
  });

  it("may be at the edges of their ranges", () => {
    const edges: Partial<NidsParams> = {
      maxStreams: 1,
      maxScopes: 1,
      maxReassemblyBytes: 2048,
      maxFragmentBytes: 2048,
      lingerMs: 0,
      ...{ halfOpenTimeoutMs: 0, idleTimeoutMs: 0, closingTimeoutMs: 0, scanPorts: 0 },
    };
    expect(() => new Nids(edges)).not.to.throw();
  });
});
