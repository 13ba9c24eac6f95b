// --community-id: an identifier at the end of what is printed anyway. That it is the right one is the matter of
// @tsnids/output.

import { expect } from "chai";
import { jsonLines, temporaryFolder, tsnids } from "./command.js";
import { withGap } from "./conversations.js";

describe("tsnids --community-id", () => {
  const folder = temporaryFolder();
  const path = (): string => folder.write("replayed.pcap", withGap().pcap());
  // Of TCP between 10.0.0.1:40000 and 10.0.0.2:80, with the seeds 0 and 7.
  const id = "1:3k1SoWXs/FltHw2aBCgUTgbDQF4=";
  const seeded = "1:xbv65+8FdVJhpohL8vHRh5/+NJ8=";

  it("adds a key behind all others to the lines of run --json and streams --json", () => {
    for (const command of ["run", "streams"]) {
      const [plain] = jsonLines(tsnids([command, "--json", path()]));
      expect(plain).not.to.have.property("communityId");
      const [line] = jsonLines(tsnids([command, "--json", "--community-id", path()]));
      expect(JSON.stringify(line)).to.equal(JSON.stringify({ ...plain, communityId: id }));
      const [other] = jsonLines(tsnids([command, "--json", "--community-id-seed", "7", path()]));
      expect(other).to.include({ communityId: seeded });
    }
  });

  it("adds a column to the lines for people", () => {
    for (const command of ["run", "streams"]) {
      expect(tsnids([command, path()]).stdout).not.to.contain(id);
      const { stdout } = tsnids([command, "--community-id", path()]);
      expect(stdout).to.match(new RegExp(`  ${id.replace("+", "\\+")}  (s2c )?misses 10`));
    }
  });

  it("takes no wrong seed", () => {
    for (const seed of ["65536", "-1", "x", ""]) {
      const { stderr, status } = tsnids(["run", `--community-id-seed=${seed}`, path()]);
      expect(stderr).to.match(/^tsnids: .*--community-id-seed.*65535\.\n$/);
      expect(status).to.equal(2);
    }
  });
});
