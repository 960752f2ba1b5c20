import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { ORT_DIR, titlesOf } from "../support/forecasts.ts";
import { protectMain } from "../support/github/index.ts";
import type { With } from "../support/runner/environment.ts";
import { Team } from "../support/team.ts";

const PROJECT = resolve(import.meta.dirname, "../..");

/** What the way is about is the way: each stage judges integrity and parity, nothing that takes time. */
const stage = (name: string, event: string): string => `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ${name}, version: 1, owners: [ml-platform] }
match: { events: [${event}], environments: [prod], models: ["*"] }
requires: { reason: true, approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] } }
objectives:
  - { id: integrity, metric: integrity.problems, hard: "== 0", why: w, fix: f }
  - { id: onnx-parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;
const POLICIES = {
  "policies/gates/shadow.yaml": stage("shadow", "PROMOTE_TO_SHADOW"),
  "policies/gates/canary.yaml": stage("canary", "PROMOTE_TO_CANARY"),
  "policies/gates/production.yaml": stage("production", "PROMOTE_TO_PRODUCTION"),
};
const ROLES = "release-manager: grace, linus";

/** A protected repository: only a pull request with a green model-gate of GitHub Actions reaches main. */
async function protectedTeam(): Promise<Team> {
  const team = await Team.with([], POLICIES);
  team.repo.addRuleset(protectMain({ checks: ["model-gate"], reviews: 0, mergeMethods: ["merge"] }));
  return team;
}

/** Runs the required check on a pull request as its workflow would, and reports it as that job's check run. */
async function gate(team: Team, number: number): Promise<string> {
  const { headSha, baseSha } = team.repo.pull(number);
  const { repo } = team.checkout;
  repo.git("fetch", "-q", team.repo.folder, `+refs/pull/${number}/merge:refs/pull/${number}/merge`);
  const path = join(team.checkout.folder, "pull-request.json");
  writeFileSync(
    path,
    JSON.stringify({ pull_request: { number, base: { sha: baseSha }, head: { sha: headSha } } }),
  );
  const sha = repo.git("rev-parse", `refs/pull/${number}/merge`);
  const given = { "ort-dir": ORT_DIR, roles: ROLES };
  const step = await team.uses(
    "check",
    "actions",
    given,
    { GITHUB_EVENT_PATH: path },
    { eventName: "pull_request", sha },
  );
  const result = step.outputs["result"] ?? "";
  if (result === "fail" || result === "error") expect(titlesOf(step).length).toBeGreaterThan(0);
  await team.repo.check(headSha, "model-gate", step.exitCode === 0 ? "success" : "failure");
  return result;
}

/** A version folder as somebody's pull request. */
async function register(team: Team, version: string): Promise<void> {
  const folder = `models/flight-delay/${version}`;
  const paths = globSync(`${folder}/**`, { cwd: PROJECT }).filter((path) =>
    statSync(join(PROJECT, path)).isFile(),
  );
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(PROJECT, path))]));
  await team.repo.push("ada", `register-${version}`, files);
  const number = await team.repo.openPull("ada", { head: `register-${version}` });
  expect(await gate(team, number)).toBe("pass");
  await team.repo.merge("ada", number);
  team.pull();
}

/** What the check says before the review, why GitHub does not merge then, and what the check says after it. */
async function reviewed(team: Team, number: number): Promise<readonly string[]> {
  const before = await gate(team, number);
  const refusal = await team.repo.merge("ada", number).then(
    () => "merged",
    (error: Error) => error.message,
  );
  await team.repo.review("grace", number, "APPROVE");
  return [before, refusal, await gate(team, number)];
}

/** Proposes, shows that nothing merges without an approval, approves, checks, merges and records. */
async function move(team: Team, asked: With): Promise<Record<string, unknown>> {
  const given = { environment: "prod", reason: "because", "ort-dir": ORT_DIR, roles: ROLES, ...asked };
  const step = await team.uses("promote", "app", given);
  expect([titlesOf(step), step.outputs["result"]]).toEqual([[], "pass"]);
  const number = Number(step.outputs["pull-request-number"]);
  const forward = String(asked["event"]).startsWith("PROMOTE");
  const answers = forward ? await reviewed(team, number) : [await gate(team, number)];
  const unreviewed = ["fail", expect.stringContaining('"model-gate"') as string];
  expect(answers).toEqual([...(forward ? unreviewed : []), "pass"]);
  const before = team.pull();
  await team.repo.merge("ada", number);
  team.pull();
  const path = join(team.checkout.folder, "push.json");
  writeFileSync(path, JSON.stringify({ before }));
  const recorded = await team.uses("record", "actions", {}, { GITHUB_EVENT_PATH: path });
  expect([titlesOf(recorded), recorded.outputs["result"]]).toEqual([[], "pass"]);
  const [one] = JSON.parse(recorded.outputs["recorded"] ?? "[]") as Record<string, unknown>[];
  return one ?? {};
}

async function live(team: Team): Promise<unknown> {
  const { stdout } = await team.modelgate("--json", "live", "flight-delay", "--env", "prod");
  return (JSON.parse(stdout) as { slot: { version: string } | null }).slot?.version;
}

it("a model is registered, promoted stage by stage, replaced and rolled back, each step a reviewed pull request", async () => {
  await using team = await protectedTeam();
  await register(team, "1.0.0");
  const first = { model: "flight-delay@1.0.0" };
  expect(await move(team, { ...first, event: "PROMOTE_TO_SHADOW" })).toMatchObject({ revision: 1 });
  expect(await move(team, { ...first, event: "PROMOTE_TO_CANARY", phase: "5%" })).toMatchObject({
    revision: 2,
  });
  expect(await move(team, { ...first, event: "PROMOTE_TO_CANARY", phase: "50%" })).toMatchObject({
    revision: 3,
  });
  expect(await move(team, { ...first, event: "PROMOTE_TO_PRODUCTION" })).toMatchObject({ revision: 4 });
  expect(await live(team)).toBe("1.0.0");

  await register(team, "1.1.0");
  const second = { model: "flight-delay@1.1.0" };
  await move(team, { ...second, event: "PROMOTE_TO_SHADOW" });
  await move(team, { ...second, event: "PROMOTE_TO_CANARY", phase: "50%" });
  expect(await move(team, { ...second, event: "PROMOTE_TO_PRODUCTION" })).toMatchObject({ revision: 7 });
  expect(await live(team)).toBe("1.1.0");

  expect(await move(team, { model: "flight-delay", event: "ROLLBACK" })).toMatchObject({
    revision: 8,
    version: "1.0.0",
  });
  expect(await live(team)).toBe("1.0.0");
  expect(team.repo.deployments().map(({ payload }) => (payload as { version: string }).version)).toHaveLength(
    8,
  );
  expect(team.github.violations).toEqual([]);
}, 900_000);
