import { writeFileSync } from "node:fs";
import { join } from "node:path";
import examples from "@octokit/webhooks-examples";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { titlesOf } from "../support/forecasts.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { quickGate } from "../support/workflow-runs.ts";

type Payload = Readonly<Record<string, unknown>>;
type Commits = Readonly<{ base: string; head: string }>;

const ALL = examples as unknown as readonly { name: string; examples: readonly Payload[] }[];

/** The first of GitHub's own examples of an event, of one action if named. */
function example(name: string, action?: string): Payload {
  const found = ALL.find((one) => one.name === name)?.examples.find(
    (one) => action === undefined || one["action"] === action,
  );
  if (found === undefined) throw new Error(`There is no example of ${name} ${action ?? ""}.`);
  return found;
}

/** Text at a path of a payload. */
function at(payload: Payload, path: string): string {
  return String(path.split(".").reduce<unknown>((value, key) => (value as Payload)[key], payload));
}

/** The same payload about commits of this repository, wherever it names its own. */
function about(payload: Payload, old: Commits, now: Commits): Payload {
  const text = JSON.stringify(payload).replaceAll(old.base, now.base).replaceAll(old.head, now.head);
  return JSON.parse(text) as Payload;
}

let team: Team;
let now: Commits;
beforeAll(async () => {
  team = await Team.with(["flight-delay@1.0.0"], quickGate("reason: true"));
  const { repo } = team.checkout;
  const base = repo.git("rev-parse", "HEAD");
  repo.git("checkout", "-q", "-b", "topic");
  now = { base, head: repo.commit({ "README.md": "hello\n" }) };
  repo.git("checkout", "-q", "main");
});
afterAll(async () => await team[Symbol.asyncDispose]());

/** Runs an action as the step of a job that the event started. */
function run(action: string, name: string, payload: Payload): Promise<StepResult> {
  const path = join(team.checkout.folder, "event.json");
  writeFileSync(path, JSON.stringify(payload));
  const env = { GITHUB_EVENT_PATH: path };
  if (action === "record") return team.uses(action, "actions", {}, env, { eventName: name });
  return team.checkout.uses(action, {}, { env, eventName: name });
}

describe.each(["check", "plan"])("%s", (action) => {
  it.each([
    ["pull_request", "opened", "pull_request.base.sha", "pull_request.head.sha"],
    ["pull_request_review", "submitted", "pull_request.base.sha", "pull_request.head.sha"],
    ["merge_group", "checks_requested", "merge_group.base_sha", "merge_group.head_sha"],
  ])("finds in %s %s what it compares", async (name, kind, base, head) => {
    const payload = example(name, kind);
    const old = { base: at(payload, base), head: at(payload, head) };
    const step = await run(action, name, about(payload, old, now));
    expect([titlesOf(step), step.outputs]).toMatchObject([[], { result: "pass", kind: "other", ...now }]);
  });

  it("names the commit of a payload that the clone does not have, and how to fetch it", async () => {
    const payload = example("merge_group");
    const step = await run(action, "merge_group", payload);
    expect([step.exitCode, titlesOf(step)]).toEqual([2, ["GIT_UNKNOWN_REVISION"]]);
    expect(step.annotations[0]?.message).toContain(at(payload, "merge_group.base_sha"));
    expect(step.annotations[0]?.message).toContain("fetch-depth: 0");
  });
});

it.each(["push", "workflow_dispatch", "repository_dispatch"])(
  "check takes nothing from %s that does not name two commits",
  async (name) => {
    const step = await run("check", name, example(name));
    expect([step.exitCode, titlesOf(step)]).toEqual([2, ["CHECK_EVENT_UNUSABLE"]]);
  },
);

describe("record", () => {
  let merged: Commits;
  beforeAll(async () => {
    const base = team.pull();
    const asked = { event: "PROMOTE_TO_SHADOW", environment: "prod", reason: "because" };
    await team.uses("promote", "app", { model: "flight-delay@1.0.0", ...asked });
    await team.repo.merge("ada", 1);
    merged = { base, head: team.pull() };
  });

  /** GitHub's own push that made a branch, or that ended one. */
  const push = (made: boolean): Payload => {
    const all = ALL.find(({ name }) => name === "push")?.examples ?? [];
    return all.find(({ created, deleted }) => (made ? created : deleted) === true) ?? {};
  };

  /** The same in a repository whose default branch is main. */
  const onMain = (payload: Payload): Payload => {
    const repository = { ...(payload["repository"] as Payload), default_branch: "main" };
    return { ...payload, repository };
  };

  it.each<[string, () => readonly [name: string, payload: Payload]]>([
    ["a push that names where main was", () => ["push", onMain({ ...push(true), before: merged.base })]],
    ["a push that made the branch", () => ["push", onMain(push(true))]],
    ["a start by hand", () => ["workflow_dispatch", onMain(example("workflow_dispatch"))]],
  ])("takes from %s what is new, once in all", async (_, event) => {
    const step = await run("record", ...event());
    expect([titlesOf(step), step.outputs]).toMatchObject([[], { result: "pass", revision: "1" }]);
    expect(team.repo.deployments()).toMatchObject([{ environment: "prod", sha: merged.head }]);
  });

  it("records nothing on a branch that is not the payload's default branch", async () => {
    const step = await run("record", "push", push(true));
    expect([step.exitCode, titlesOf(step)]).toEqual([1, ["RECORD_BRANCH_FOREIGN"]]);
  });

  it("does not go on from a commit that the clone does not have", async () => {
    const step = await run("record", "push", onMain(push(false)));
    expect([step.exitCode, titlesOf(step)]).toEqual([2, ["GIT_UNKNOWN_REVISION"]]);
    expect(step.annotations[0]?.message).toContain(at(push(false), "before"));
  });
});
