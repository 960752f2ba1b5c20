import { describe, expect, it } from "vitest";
import type { Claimed } from "../../../src/domain/registry/evaluation.ts";
import { renderTerminal } from "../../../src/report/terminal.ts";
import type { Verdict } from "../../../src/domain/verdict.ts";
import { readFileSync } from "node:fs";

const VERDICT = JSON.parse(
  readFileSync("tests/cases/judge/honest-upgrade-warns/verdict.json", "utf8"),
) as Verdict;

const claimed = (version: string, auc: number, more: object = {}): Claimed => ({
  version,
  evaluation: {
    dataset: { snapshot_id: "summer", rows: 86_000, ...more },
    metrics: [
      { name: "auc", value: auc, unit: "1", direction: "higher_is_better" },
      { name: "log_loss", value: 0.5, unit: "nat", direction: "lower_is_better" },
    ],
  },
});
const render = (candidate: Claimed, live: Claimed | null): string =>
  renderTerminal(VERDICT, { width: 120, claims: { candidate, live } });

describe("numbers that authors report", () => {
  it("are shown beside those of the live version, each marked as claimed", () => {
    const text = render(claimed("1.1.0", 0.9999), claimed("1.0.0", 0.728928));
    expect(text).toContain("Quality is not measured yet. What the authors report in evaluation.json:");
    expect(text).toMatch(/live 1\.0\.0 +candidate 1\.1\.0 +change/);
    expect(text).toMatch(/claimed, not measured +auc +0\.728928 +0\.9999 +\+37 %/);
    expect(text).toMatch(/claimed, not measured +log_loss \(nat\) +0\.5 +0\.5/);
    expect(text).not.toContain("different data");
  });

  it("stand alone where nothing is live, or the live version does not claim them", () => {
    expect(render(claimed("1.0.0", 0.7), null)).toMatch(/claimed, not measured +auc +0\.7\n/);
    const other: Claimed = { ...claimed("1.0.0", 0.7) };
    const without = { ...other, evaluation: other.evaluation && { ...other.evaluation, metrics: [] } };
    expect(render(claimed("1.1.0", 0.7), without)).toMatch(/auc +not claimed +0\.7/);
  });

  it("of other data are said to be", () => {
    const window = { from: "2013-06-01T00:00:00Z", to: "2013-09-01T00:00:00Z" };
    const text = render(claimed("1.1.0", 0.8, { window }), claimed("1.0.0", 0.7)).replaceAll(/\s+/g, " ");
    expect(text).toContain(
      "They are about different data: summer, 86000 rows (live), summer from 2013-06-01",
    );
  });

  it("that cannot be read are said to be missing", () => {
    const unread = { version: "1.1.0", evaluation: null };
    expect(render(unread, null)).toContain("evaluation.json of 1.1.0 cannot be read");
    expect(render(claimed("1.1.0", 0.7), { version: "1.0.0", evaluation: null })).toContain(
      "evaluation.json of 1.0.0 cannot be read.",
    );
  });
});
