/** docs/reference.md says what the code says, and leaves nothing out. */
import { alertCatalogue, Nids, paramRules } from "@tsnids/nids";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "./suites.js";

/** What docs/reference.js exports, as far as it is needed here. */
interface Generator {
  readonly readSections: () => Sections;
  readonly referenceText: (sections: Sections) => string;
}
type Sections = Readonly<Record<string, { readonly rows: readonly Row[] }>>;
interface Row {
  readonly name: string;
  readonly meaning: string;
  /** Of a code: the class it is a code of. */
  readonly error?: string;
}

const generator = pathToFileURL(join(repository, "docs/reference.js")).href;
const { readSections, referenceText } = (await import(generator)) as Generator;

describe("docs/reference.md", () => {
  const sections = readSections();
  const namesIn = (section: string) => sections[section]?.rows.map(({ name }) => name);

  it("is what `npm run docs` makes of the code", () => {
    const committed = readFileSync(join(repository, "docs/reference.md"), "utf8");
    expect(committed, "run `npm run docs` and commit docs/reference.md").to.equal(referenceText(sections));
  });

  it("has every parameter, alert and counter of the engine", () => {
    expect(namesIn("parameters")).to.have.members(Object.keys(paramRules));
    expect(namesIn("alerts")).to.have.members(Object.keys(alertCatalogue));
    expect(namesIn("counters")).to.have.members(Object.keys(new Nids().statistics()));
  });

  it("has the members that callbacks may use, and none of the engine's", () => {
    expect(namesIn("TcpStream")).to.include.members(["client", "state", "kill(options)", "toString()"]);
    expect(namesIn("TcpStream")).to.not.include.members(["slot", "end(state, reason)"]);
    expect(namesIn("HalfStream")).to.include.members(["collect", "countNew", "data"]);
    expect(namesIn("HalfStream")).to.not.include.members(["key", "current"]);
  });

  it("has the error codes of every package, and the exit codes", () => {
    expect(namesIn("otherErrors")).to.include.members(["worker-ended", "bad-fragment", "cap-missing", "too-deep"]);
    const errors = new Set(sections["otherErrors"]?.rows.map(({ error }) => error?.replaceAll("`", "")));
    expect([...errors, "NidsError"]).to.have.members(errorsWithCodes());
    expect(namesIn("exitCodes")).to.deep.equal(["0", "1", "2", "130"]);
  });

  for (const [section, { rows }] of Object.entries(sections)) {
    it(`says what each of the ${section} means`, () => {
      expect(rows).to.not.be.empty;
      expect(rows.filter(({ meaning }) => meaning === "")).to.deep.equal([]);
    });
  }
});

describe("the parameters' defaults", () => {
  it("pass their own rules", () => {
    const defaults = Object.fromEntries(Object.entries(paramRules).map(([name, rule]) => [name, rule.default]));
    expect(() => new Nids(defaults)).to.not.throw();
  });
});

/** The classes of errors with codes that packages throw; cli throws at nobody. What extends them has their codes. */
function errorsWithCodes(): string[] {
  const files = readdirSync(join(repository, "packages"))
    .filter((name) => name !== "cli")
    .map((name) => join(repository, "packages", name, "src"))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)));
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/^export .*class (\w+) extends \w*Error \{([^]*?)^\}/gm),
    ])
    .filter(([, , body]) => /^ +(?:abstract )?readonly code: /m.test(body ?? ""))
    .map(([, name]) => name ?? "");
}
