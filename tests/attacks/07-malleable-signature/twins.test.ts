import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { gitVerdict } from "../../support/commit-oracle.ts";
import { gistOn, nextPolicy } from "../../support/governed-commits.ts";
import { rawCommit, storeCommit } from "../../support/raw-commits.ts";

/** The old signature under a new commit id: git says G to each, and a reader of ids alone sees two commits. */
describe("a signed commit, written again with bytes that nobody signed", () => {
  let scene: AuditScene;
  let before: string;
  let honest: string;

  beforeAll(async () => {
    scene = await auditScene();
    before = scene.git("rev-parse", "HEAD");
    honest = scene.commit(nextPolicy(scene), "policy");
  });
  afterAll(() => scene[Symbol.dispose]());

  const rewritten = (change: (raw: string) => string): string => {
    const raw = rawCommit(scene.check.repo, honest).toString("latin1");
    const id = storeCommit(scene.check.repo, change(raw));
    expect(id).not.toBe(honest);
    return id;
  };
  const beforeMessage = (header: string) => (raw: string) => raw.replace("\n\n", `\n${header}\n\n`);
  const END = "-----END SSH SIGNATURE-----";
  const LOOSE: readonly (readonly [string, (raw: string) => string, string])[] = [
    ["a header of a like name", beforeMessage("gpgsig-foo x"), "COMMIT_SIGNATURE_MALLEABLE"],
    ["a signature for SHA-256", beforeMessage("gpgsig-sha256 x"), "COMMIT_SIGNATURE_MALLEABLE"],
    ["text after the armor", (raw) => raw.replace(END, `${END}\n trailing`), "SIGNATURE_ARMOR_MALFORMED"],
    ["an empty line after the armor", (raw) => raw.replace(END, `${END}\n `), "SIGNATURE_ARMOR_MALFORMED"],
  ];

  it.each(LOOSE)("%s: git takes it, the audit does not", async (_, change, code) => {
    const id = rewritten(change);
    expect(gitVerdict(scene.check.repo, id, `ada@example.org ${scene.ada.line}\n`)).toBe("G");
    expect(gistOn(await scene.audit({ head: id }), id)).toBe(`FAIL ${code}`);
  });

  it.each([
    ["a second signature", (raw: string) => beforeMessage("gpgsig x")(raw)],
    ["a header that git does not know", beforeMessage("note x")],
    ["a merged tag", beforeMessage("mergetag object")],
  ])("%s is refused", async (_, change) => {
    const id = rewritten(change);
    expect(gistOn(await scene.audit({ head: id }), id)).toBe("FAIL COMMIT_SIGNATURE_MALLEABLE");
  });

  it("the same signed bytes in two commits of one history are flagged", async () => {
    const twin = rewritten(beforeMessage("gpgsig-foo x"));
    const tree = scene.git("rev-parse", `${honest}^{tree}`);
    const merge = scene.git("commit-tree", "-S", tree, "-p", honest, "-p", twin, "-m", "merge");
    const report = await scene.audit({ head: merge });
    expect(report.commits.map(({ commit }) => commit).slice(-3)).toEqual([before, honest, merge]);
    expect(gistOn(report, merge)).toBe("FAIL AUDIT_PAYLOAD_REPEATED");
  });
});
