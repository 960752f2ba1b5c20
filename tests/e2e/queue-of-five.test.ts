import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../src/domain/digest.ts";
import type { Ledger } from "../../src/domain/ledger.ts";
import { apply } from "../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../src/ledger/ledger-text.ts";
import { titlesOf } from "../support/forecasts.ts";
import { type GithubEvent, protectMain } from "../support/github/index.ts";
import { syntheticVersion } from "../support/synthetic-version.ts";
import { Team } from "../support/team.ts";
import { ENVIRONMENTS, toShadow } from "../support/transitions.ts";
import { freshJob, type MergeGroup, quickGate, requiredCheck } from "../support/workflow-runs.ts";

/** Promotions of five models on one base, that GitHub's merge queue builds on one another. */
const MODELS = ["alpha", "beta", "gamma", "kappa", "omega"] as const;
const REVIEWED = "approvals: { at_least: 1, role: release-manager, not: [author, last-pusher] }";

/** Each model has been in staging before; the commits are those of a repository that had no gate yet. */
function earlier(): readonly Readonly<Record<string, string>>[] {
  const registered = MODELS.flatMap((id) =>
    [...syntheticVersion(id, "1.0.0")].map(([path, text]) => [`models/${id}/1.0.0/${path}`, text] as const),
  );
  const ledgers = MODELS.reduce<readonly Ledger[]>((all, model) => {
    const manifest_digest = digestOf(syntheticVersion(model, "1.0.0").get("manifest.json") ?? "");
    const move = toShadow("1.0.0", { model, environment: "staging", manifest_digest });
    return [...all, apply(all.at(-1) ?? GENESIS, move, ENVIRONMENTS)];
  }, []);
  const gates = Object.entries(quickGate(REVIEWED));
  // Synthetic models are none: what integrity counts of them is the same for all.
  const lenient = gates.map(([path, text]) => [path, text.replace("== 0", "<= 9")] as const);
  return [
    Object.fromEntries([...registered, ...lenient]),
    ...ledgers.map((ledger) => ({ "deployed.json": formatLedger(ledger) })),
  ];
}

let team: Team;
beforeAll(async () => {
  team = await Team.with([], ...earlier());
  const rules = { checks: ["model-gate"], reviews: 0, mergeMethods: ["merge"], queue: true } as const;
  team.repo.addRuleset(protectMain(rules));
});
afterAll(async () => await team[Symbol.asyncDispose]());

async function propose(model: string): Promise<number> {
  const given = {
    model: `${model}@1.0.0`,
    environment: "prod",
    event: "PROMOTE_TO_SHADOW",
    reason: "because",
  };
  const step = await team.uses("promote", "app", given, {}, { workspace: freshJob(team).root });
  expect([titlesOf(step), step.outputs["result"]]).toEqual([expect.anything(), "pass"]);
  return Number(step.outputs["pull-request-number"]);
}

describe("five promotions of five models in a merge queue", () => {
  const groups: GithubEvent[] = [];

  it("are proposed on one base, reviewed once, and queued together without a conflict", async () => {
    const base = await team.repo.head("main");
    for (const model of MODELS) {
      const number = await propose(model);
      await team.repo.review("grace", number, "APPROVE");
      await team.repo.check(team.repo.pull(number).headSha, "model-gate", "success");
      await team.repo.enqueue("ada", number);
    }
    expect(team.repo.queue.map(({ pull }) => pull.number)).toEqual([1, 2, 3, 4, 5]);
    expect(await team.repo.head("main")).toBe(base);
  });

  it("each group passes the required check, with the review of its own head, and all five land", async () => {
    for (;;) {
      const event = team.repo.takeEvent("merge_group", "checks_requested");
      if (event === undefined) break;
      groups.push(event);
    }
    expect(groups).toHaveLength(MODELS.length);
    for (const group of groups) {
      const step = await requiredCheck(team, group);
      expect(step).toMatchObject({ exitCode: 0, outputs: { result: "pass", kind: "promotion" } });
      expect(step.text).toContain("given by grace");
    }
    const last = groups.at(-1)?.payload["merge_group"] as unknown as MergeGroup;
    expect(await team.repo.head("main")).toBe(last.head_sha);
    const ledger = JSON.parse((await team.repo.file("main", "deployed.json")) ?? "") as Ledger;
    expect(Object.entries(ledger.models).map(([id, { revision }]) => [id, revision])).toEqual(
      MODELS.map((id) => [id, 2]),
    );
  });

  it("and record proves each of them", async () => {
    team.pull();
    const recorded = await team.uses("record", "actions", {}, {});
    expect([titlesOf(recorded), recorded.outputs["result"]]).toEqual([[], "pass"]);
  });
});
