import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { gistOn } from "../../support/governed-commits.ts";

/** What is merged is not what was judged: whoever merges by hand may put anything into the merge commit. */
describe("an evil merge of a promotion, in the audit", () => {
  let scene: AuditScene;
  let branch: string;
  beforeEach(async () => {
    scene = await auditScene();
    branch = await scene.check.propose({});
  });
  afterEach(() => scene[Symbol.dispose]());

  function merging(change: () => void): string {
    scene.git("merge", "-q", "--no-ff", "--no-commit", branch);
    change();
    return scene.commit({}, "merge");
  }
  const edit = (path: string, change: (text: string) => string): void => {
    const file = join(scene.root, path);
    const text = readFileSync(file, "utf8");
    expect(change(text)).not.toBe(text);
    writeFileSync(file, change(text));
  };
  const pack = (): string => {
    const [file = ""] = scene.git("ls-files", "evidence/*/verdict.json").split("\n");
    return file;
  };

  it.each<[string, () => void, string]>([
    ["that adds nothing", () => undefined, "PASS"],
    [
      "with another reason in the ledger",
      () => edit("deployed.json", (text) => text.replace("first model", "asked for by everybody")),
      "FAIL AUDIT_MERGE_EDITED",
    ],
    [
      "with another verdict",
      () => edit(pack(), (text) => text.replace('"outcome": "PASS"', '"outcome": "WARN"')),
      "FAIL AUDIT_MERGE_EDITED EVIDENCE_DIGEST_MISMATCH",
    ],
    [
      "with a looser policy",
      () => edit("policies/gates/shadow.yaml", (text) => text.replace("1e-5", "1")),
      "FAIL CHECK_MIXTURE CHECK_PACK_FOREIGN",
    ],
  ])("%s", async (_, change, gist) => {
    const merge = merging(change);
    expect(gistOn(await scene.audit(), merge)).toBe(gist);
  });
});
