import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../../src/domain/audit.ts";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { gistOn, nextPolicy } from "../../support/governed-commits.ts";
import { codes, problemsOf } from "../../support/problems.ts";
import { rawCommit, storeCommit } from "../../support/raw-commits.ts";

/**
 * Attack 25: one commit that no reader expects, so that the audit falls over, or stops early and says that all is well.
 * Each stands in the middle of a line whose other commits are good; each commit of the line must have its own verdict.
 */
let scene: AuditScene;
beforeAll(async () => void (scene = await auditScene()));
afterAll(() => scene[Symbol.dispose]());

/** A signed change of policies, rewritten and stored whatever git thinks of it. */
function bent(change: (raw: string) => string): string {
  const raw = rawCommit(scene.check.repo).toString("latin1");
  return storeCommit(scene.check.repo, change(raw));
}

interface Judged {
  readonly broken: string;
  readonly after: string;
  readonly report: AuditReport;
}

/** A good commit, the broken one, and a good one on top, which names the broken one as its parent. */
async function judged(change: (raw: string) => string): Promise<Judged> {
  scene.git("checkout", "-q", "-B", "main", "main");
  const base = scene.git("rev-parse", "HEAD");
  scene.commit(nextPolicy(scene), "policy");
  const broken = bent(change);
  const tree = scene.git("rev-parse", "HEAD^{tree}");
  const raw = rawCommit(scene.check.repo, scene.git("commit-tree", "-S", tree, "-p", base, "-m", "after"));
  const after = storeCommit(
    scene.check.repo,
    raw.toString("latin1").replace(`parent ${base}`, `parent ${broken}`),
  );
  scene.git("reset", "-q", "--hard", base);
  return { broken, after, report: await scene.audit({ head: after }) };
}

const header = (name: string, change: (value: string) => string) => (raw: string) =>
  raw.replace(new RegExp(`^${name} ([^\n]*)\n`, "m"), (_, value: string) => `${name} ${change(value)}\n`);

describe("a commit in the middle of the line", () => {
  it.each<[string, (raw: string) => string, string]>([
    ["without an author", (raw) => raw.replace(/^author [^\n]*\n/m, ""), "FAIL COMMIT_MALFORMED"],
    ["with two authors", (raw) => raw.replace(/^(author [^\n]*\n)/m, "$1$1"), "FAIL COMMIT_MALFORMED"],
    ["whose author has no address", header("author", () => "Ada 1 +0000"), "FAIL COMMIT_MALFORMED"],
    [
      "whose date is no number",
      header("committer", (who) => who.replace(/\d+ \+/, "x +")),
      "FAIL COMMIT_MALFORMED",
    ],
    [
      "whose date has thirty digits",
      header("committer", (who) => who.replace(/\d+ \+/, `${"9".repeat(30)} +`)),
      "FAIL COMMIT_MALFORMED",
    ],
    [
      "with a header that git does not know",
      (raw) => raw.replace("\ncommitter", "\nnote x\ncommitter"),
      "FAIL COMMIT_MALFORMED",
    ],
    ["with a NUL byte in its message", (raw) => `${raw}\0more\n`, "FAIL COMMIT_MALFORMED"],
    [
      "with junk before the armor, on which git log dies",
      (raw) => raw.replace("gpgsig ", "gpgsig junk\n "),
      "FAIL SIGNATURE_ARMOR_MALFORMED",
    ],
    [
      "with an armor that never ends",
      (raw) => raw.replace(/ -----END[^\n]*\n/, ""),
      "FAIL SIGNATURE_ARMOR_MALFORMED",
    ],
    [
      "with a megabyte of headers",
      (raw) => raw.replace("\n\n", `\nx ${"y".repeat(1 << 20)}\n\n`),
      "FAIL COMMIT_SIGNATURE_MALLEABLE",
    ],
  ])("%s is refused, and the next is judged too", async (_, change, gist) => {
    const { broken, after, report } = await judged(change);
    expect(gistOn(report, broken)).toBe(gist);
    expect(report.commits.map(({ commit }) => commit).slice(-2)).toEqual([broken, after]);
    expect([report.outcome, report.audited, report.count]).toEqual([
      "FAIL",
      report.count,
      report.commits.length,
    ]);
  });

  it("whose tree is missing has a verdict that says so", async () => {
    const { broken, report } = await judged(header("tree", () => "1".repeat(40)));
    expect(gistOn(report, broken)).toBe("FAIL GIT_OBJECT_MISSING");
    expect([report.outcome, report.broken]).toEqual(["FAIL", true]);
  });

  it.each<[string, (raw: string) => string]>([
    ["without a tree", (raw) => raw.replace(/^tree [^\n]*\n/, "")],
    ["whose tree is no id", header("tree", () => "x")],
    ["without any header", () => "\nnothing\n"],
    ["without a blank line", () => "tree"],
    ["of no bytes", () => ""],
    ["whose parent is no id", header("parent", () => "HEAD")],
    ["whose parent is missing", header("parent", () => "1".repeat(40))],
  ])("%s ends the line where nobody can say what came before: no audit, and no pass", async (_, change) => {
    expect(codes(await problemsOf(() => judged(change)))).toEqual(["GIT_OBJECT_CORRUPT"]);
  });
});
