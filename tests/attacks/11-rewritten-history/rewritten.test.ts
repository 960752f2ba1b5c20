import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { openSigner } from "../../../src/adapters/signing/open-signer.ts";
import type { Checkpoint } from "../../../src/domain/audit.ts";
import { digestOf } from "../../../src/domain/digest.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import type { AuditQuestion } from "../../../src/usecases/audit/ground.ts";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { GIT_ENV, temporaryFolder } from "../../support/git-repo.ts";
import { gistOn, nextPolicy } from "../../support/governed-commits.ts";
import { recordedProgress } from "../../support/parity-run.ts";
import { codes, problemsOf } from "../../support/problems.ts";

const folder = temporaryFolder();
let scene: AuditScene;
let checkpoint: Checkpoint;
const line: string[] = [];

beforeAll(async () => {
  scene = await auditScene();
  scene.check.merge(await scene.check.propose({}));
  line.push(scene.git("rev-parse", "HEAD"));
  for (const name of ["second", "third"]) line.push(scene.commit(nextPolicy(scene), name));
  checkpoint = (await (await auditOf(scene.root)).checkpoint(await openSigner(scene.ada.path, GIT_ENV)))!;
});
afterAll(() => {
  scene[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function auditOf(root: string, question: AuditQuestion = {}) {
  return audit({ git: await openGit(root, GIT_ENV), progress: recordedProgress() }, question);
}

const refusedWith = async (root: string, question?: AuditQuestion): Promise<string[]> =>
  codes(await problemsOf(() => auditOf(root, question)));

describe("an audit with the checkpoint of an earlier one", () => {
  it("goes on where that ended", async () => {
    const next = scene.commit(nextPolicy(scene), "fourth");
    const { report } = await auditOf(scene.root, { checkpoint });
    expect([report.outcome, report.audited, gistOn(report, next)]).toEqual(["PASS", 1, "PASS"]);
  });

  it.each([
    ["without a transition that was there", () => scene.git("rev-parse", `${line[0]}^1`)],
    ["shorter", () => line[1]!],
    [
      "of other commits with the same trees",
      () => {
        const tree = scene.git("rev-parse", `${line[1]}^{tree}`);
        return scene.git("commit-tree", "-S", tree, "-p", line[0]!, "-m", "other words");
      },
    ],
  ])("fails on a history %s", async (_, rewrite) => {
    scene.git("checkout", "-q", "-B", "forced", rewrite());
    const found = await problemsOf(() => auditOf(scene.root, { checkpoint }));
    scene.git("checkout", "-q", "main");
    expect(codes(found)).toEqual(["AUDIT_HISTORY_REWRITTEN"]);
  });

  it.each<[string, Partial<Checkpoint>, string]>([
    ["moved to another place", { count: 2 }, "AUDIT_HISTORY_REWRITTEN"],
    ["of another ledger", { ledger_digest: digestOf("x") }, "AUDIT_CHECKPOINT_INVALID"],
    ["without its signature", { signature: null }, "AUDIT_CHECKPOINT_UNSIGNED"],
  ])("is not led by a checkpoint %s", async (_, change, code) => {
    expect(await refusedWith(scene.root, { checkpoint: { ...checkpoint, ...change } })).toEqual([code]);
  });
});

describe("a clone that shows another history than the one that was pushed", () => {
  const clone = (name: string, ...options: string[]): string => {
    const at = join(folder, name);
    execFileSync("git", ["clone", "-q", ...options, `file://${scene.root}`, at], { env: GIT_ENV });
    return at;
  };
  const git = (root: string, ...args: string[]): void =>
    void execFileSync("git", args, { cwd: root, env: GIT_ENV, stdio: "pipe" });

  it.each<[string, () => string, string]>([
    ["shallow", () => clone("shallow", "--depth", "2"), "GIT_SHALLOW"],
    [
      "partial",
      () => {
        const root = clone("partial");
        git(root, "config", "remote.origin.promisor", "true");
        git(root, "config", "remote.origin.partialclonefilter", "blob:none");
        return root;
      },
      "AUDIT_CLONE_PARTIAL",
    ],
    [
      "with grafts",
      () => {
        const root = clone("grafted");
        mkdirSync(join(root, ".git/info"), { recursive: true });
        writeFileSync(join(root, ".git/info/grafts"), `${line[2]} ${line[0]}\n`);
        return root;
      },
      "AUDIT_CLONE_GRAFTED",
    ],
    [
      "with replaced commits",
      () => {
        const root = clone("replaced");
        git(root, "replace", line[2]!, line[1]!);
        return root;
      },
      "AUDIT_CLONE_REPLACED",
    ],
    [
      "with borrowed objects",
      () => {
        const at = join(folder, "borrowed");
        execFileSync("git", ["clone", "-q", "--shared", scene.root, at], { env: GIT_ENV });
        return at;
      },
      "AUDIT_CLONE_ALTERNATES",
    ],
  ])("is refused: %s", async (_, make, code) => {
    expect(await refusedWith(make())).toEqual([code]);
  });

  it("has a verdict where an object is missing, and never a pass", async () => {
    const root = join(folder, "missing");
    execFileSync("cp", ["-r", scene.root, root]);
    const blob = scene.git("rev-parse", `${line[1]}:policies/gates/shadow.yaml`);
    const file = join(root, ".git/objects", blob.slice(0, 2), blob.slice(2));
    expect(existsSync(file)).toBe(true);
    rmSync(file);
    const { report } = await auditOf(root);
    expect([report.outcome, gistOn(report, line[1]!)]).toEqual(["FAIL", "FAIL GIT_OBJECT_MISSING"]);
  });
});
