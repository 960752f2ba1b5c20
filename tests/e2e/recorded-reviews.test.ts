import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditReport } from "../../src/domain/audit.ts";
import { parsePublicKey } from "../../src/trust/public-key.ts";
import { type SshKey, trustYaml } from "../support/audit-scene.ts";
import { GIT_ENV, type GitRepo } from "../support/git-repo.ts";
import { SshKeys } from "../support/ssh-keys.ts";
import { Team } from "../support/team.ts";
import { freshJob, newest, onEvent, quickGate } from "../support/workflow-runs.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const ASKS = "approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] }";
const run = promisify(execFile);

let team: Team;
const keys = new SshKeys();
beforeAll(async () => {
  team = await Team.with(["flight-delay@1.0.0"], quickGate(ASKS));
  const line = team.github.signingKey;
  const webFlow: SshKey = { path: "", line, fingerprint: parsePublicKey(line).fingerprint };
  const grace = keys.make("grace");
  const trust = trustYaml([
    { id: "github", roles: ["gate-bot"], keys: [{ key: webFlow }] },
    {
      id: "grace",
      github: "grace",
      roles: ["release-manager"],
      keys: [{ key: { ...grace, line: grace.line.trim() } }],
    },
  ]);
  await team.repo.push("ada", "main", { "policies/trust.yaml": trust });
});
afterAll(async () => {
  keys[Symbol.dispose]();
  await team[Symbol.asyncDispose]();
});

async function audited(clone: GitRepo): Promise<string> {
  const args = [BIN, "--json", "audit"];
  const { stdout } = await run(process.execPath, args, {
    cwd: clone.root,
    env: GIT_ENV,
    maxBuffer: 1e8,
  }).catch((error: unknown) => error as { stdout: string });
  const { commits } = JSON.parse(stdout) as AuditReport;
  const { outcome, reasons, transition } = commits.at(-1)!;
  return [outcome, ...reasons.map(({ code }) => code), ...(transition?.approved_by ?? [])].join(" ");
}

it("a review on GitHub lets a promotion in, is recorded after the merge, and proven from a clone alone", async () => {
  const asked = {
    model: "flight-delay@1.0.0",
    event: "PROMOTE_TO_SHADOW",
    environment: "prod",
    reason: "first",
  };
  const proposed = await team.uses("promote", "app", asked, {}, { workspace: freshJob(team).root });
  const number = Number(proposed.outputs["pull-request-number"]);
  const before = await onEvent(team, "check", newest(team, "pull_request", number), { job: freshJob(team) });
  expect(before.outputs["result"]).toBe("fail");

  await team.repo.review("grace", number, "APPROVE");
  const reviewed = newest(team, "pull_request_review");
  const after = await onEvent(team, "check", reviewed, { job: freshJob(team) });
  expect(after.outputs["result"]).toBe("pass");
  await team.repo.merge("ada", number);

  const merged = freshJob(team);
  expect(await audited(merged)).toBe("FAIL AUDIT_APPROVALS_MISSING");
  const recorded = await onEvent(team, "record", newest(team, "push"), { job: merged });
  expect([recorded.outputs["result"], recorded.annotations]).toEqual(["pass", []]);
  expect(recorded.summary).toContain("Approvals recorded for the audit: grace.");

  const clone = freshJob(team);
  clone.git("fetch", "-q", team.repo.folder, "refs/modelgate/*:refs/modelgate/*");
  expect(await audited(clone)).toBe("PASS grace");
});
