import { describe, expect, it } from "vitest";
import { changelog } from "../../../scripts/release/changelog.ts";

const commit = (subject: string, body = "") => ({ id: "0123456789abcdef", subject, body });

describe("the changelog", () => {
  it("sorts conventional commits into sections, breaking changes first", () => {
    const text = changelog("1.2.0", [
      commit("fix(ledger): replay of a retired version"),
      commit("feat(doctor)!: one finding a line"),
      commit("feat: drift", "Long.\n\nBREAKING CHANGE: --kind is gone"),
      commit("test(ledger): more cases"),
      commit("Merge branch 'x'"),
    ]);
    expect(text).toBe(`# v1.2.0

## Breaking

- **doctor**: one finding a line (0123456789ab)
- --kind is gone

## New

- **doctor**: one finding a line (0123456789ab)
- drift (0123456789ab)

## Mended

- **ledger**: replay of a retired version (0123456789ab)
`);
  });

  it("has a title alone when nothing that users see changed", () => {
    expect(changelog("1.0.1", [commit("chore: tidy")])).toBe("# v1.0.1\n");
  });
});
