/** How the page with the figures of the benchmark is written. */
import { expect } from "chai";
import { benchModule } from "./bench-module.js";

interface Page {
  insistOnSections: () => void;
  withSections: (page: string, texts: Record<string, string>) => string;
}

describe("docs/performance.md", () => {
  const page = "a\n\n<!-- measured: wall -->\n\nold\n\n<!-- end -->\n\nb\n\n<!-- measured: ways -->\n<!-- end -->\nc\n";
  const pageModule = () => benchModule<Page>("compare/performance-page.js");

  it("has a place for all that is measured", async () => {
    const { insistOnSections } = await pageModule();
    insistOnSections();
  });

  it("is written between its markers only", async () => {
    const { withSections } = await pageModule();
    expect(withSections(page, { wall: "new $&\n" })).to.equal(page.replace("old\n", () => "new $&\n"));
  });

  it("keeps what stands behind a section without an end", async () => {
    const { withSections } = await pageModule();
    const torn = page.replace("<!-- end -->", "");
    expect(() => withSections(torn, { wall: "new\n" })).to.throw(/"<!-- measured: wall -->" with "<!-- end -->"/);
  });

  it("has tables whose cells may contain what divides them", async () => {
    const { table } = await benchModule<{ table: (items: readonly string[], columns: readonly object[]) => string }>(
      "compare/table.js",
    );
    expect(table(["1|2"], [{ heading: "a", cell: String }])).to.equal("| a    |\n| ---- |\n| 1\\|2 |\n");
  });
});
