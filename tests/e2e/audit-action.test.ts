import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GitRepo } from "../support/git-repo.ts";
import { titlesOf } from "../support/forecasts.ts";
import type { With } from "../support/runner/environment.ts";
import { actionInstaller, makeJob } from "../support/runner/job.ts";
import { runAction } from "../support/runner/run-action.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { SMALL_POLICIES } from "../support/small-policies.ts";
import { SyntheticHistory } from "../support/synthetic-history.ts";
import { unpacked } from "../support/unpacked-history.ts";

const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;

let folder: string;
let actionFolder: string;
let history: SyntheticHistory;
let repo: GitRepo | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "modelgate-audit-action-"));
  actionFolder = await actionInstaller(folder)("audit");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  history = new SyntheticHistory({ versions: [{ id: "m", version: "1.0.0" }], policies: SMALL_POLICIES });
  history.promote(SHADOW);
});

afterEach(() => repo?.[Symbol.dispose]());

/** A job of no repository: a step that asks the forge says so. */
function audited(given: With, checkedOut: GitRepo = unpacked(history)): Promise<StepResult> {
  repo = checkedOut;
  const about = { workspace: repo.root, actionFolder, eventName: "schedule", repository: "" };
  return runAction({ job: makeJob(folder, about), with: given });
}

describe("the audit action", () => {
  it("passes a good history, and says in the summary what is proven from which commit on", async () => {
    const { conclusion, outputs, summary, annotations } = await audited({ token: "", upload: "false" });
    const [first = ""] = history.objects.commits;
    expect([conclusion, annotations]).toEqual(["success", []]);
    expect(outputs).toMatchObject({
      result: "pass",
      head: history.head,
      count: "2",
      audited: "2",
      failed: "0",
      excepted: "0",
      transitions: "1",
    });
    expect(JSON.parse(outputs["claims"] ?? "")).toContainEqual({ id: "SLSA_SOURCE_LEVEL_3", since: first });
    expect(summary).toContain("# Audit of 2 commits");
    expect(summary).toContain(`from \`${first}\` on`);
  });

  it("fails by the commit that does not stand", async () => {
    history.tree.write("deployed.json", "{}\n");
    const commit = history.commit("by hand\n");
    const step = await audited({ token: "", upload: "false" });
    expect([step.exitCode, step.outputs["result"], step.outputs["failed"]]).toEqual([1, "fail", "1"]);
    expect(titlesOf(step)).toContainEqual(
      expect.stringMatching(new RegExp(`^[A-Z_]+: ${commit.slice(0, 12)}$`)),
    );
  });

  it("starts where it is told", async () => {
    const [from = ""] = history.objects.commits;
    const { outputs } = await audited({ token: "", upload: "false", from });
    expect(outputs).toMatchObject({ result: "pass", count: "2", audited: "2" });
  });

  it("tells that the records of reviews could not be fetched, and judges what there is", async () => {
    const { outputs, annotations } = await audited({ upload: "false" });
    expect(outputs["result"]).toBe("pass");
    expect(annotations).toMatchObject([{ type: "warning", properties: { title: "Audit" } }]);
    expect(annotations[0]?.message).toMatch(/^refs\/modelgate\/approvals could not be fetched: /);
  });

  it("has no answer for a checkpoint that is not there, and none for a shallow clone", async () => {
    const missing = await audited({ token: "", upload: "false", checkpoint: "c.json" });
    repo?.[Symbol.dispose]();
    expect([missing.exitCode, missing.outputs["result"]]).toEqual([2, "error"]);
    const clone = unpacked(history);
    writeFileSync(join(clone.root, ".git/shallow"), `${history.head}\n`);
    const shallow = await audited({ token: "", upload: "false" }, clone);
    expect([shallow.exitCode, shallow.outputs["result"]]).toEqual([2, "error"]);
    expect(titlesOf(shallow)[0]).toBe("GIT_SHALLOW");
  });

  it("goes on from a checkpoint, and refuses a line that was rewritten behind it", async () => {
    const { auditedInMemory } = await import("../support/memory-audit.ts");
    const { keyObjectSigner } = await import("../../src/adapters/signing/key-object.ts");
    const done = await auditedInMemory(history);
    const checkpoint = await done.checkpoint(keyObjectSigner(history.key));
    history.promote({ ...SHADOW, event: "DISABLE" });
    const clone = unpacked(history);
    const file = join(clone.root, "c.json");
    writeFileSync(file, JSON.stringify(checkpoint));
    const given = { token: "", upload: "false", checkpoint: "c.json" };
    expect((await audited(given, clone)).outputs).toMatchObject({ count: "3", audited: "1" });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(checkpoint);
    clone.git("update-ref", "refs/heads/main", history.objects.commits[0] ?? "");
    const rewritten = await audited(given, clone);
    expect([rewritten.exitCode, titlesOf(rewritten)[0]]).toEqual([1, "AUDIT_HISTORY_REWRITTEN"]);
  });
});
