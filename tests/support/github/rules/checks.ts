import type { CheckRun, CommitStatus } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import { parameter, type AppliedRule } from "./ruleset.ts";

/** A required check; with `integrationId`, only that App's check or status of the name counts. */
export interface RequiredCheck {
  readonly context: string;
  readonly integrationId: number | undefined;
}

type State = "expected" | "in progress" | "failing" | "passing";

/** Conclusions that satisfy a required check: a skipped job counts as passed, and so does a neutral one. */
const PASSING = new Set(["success", "skipped", "neutral"]);

export function requiredChecks(rules: readonly AppliedRule[]): readonly RequiredCheck[] {
  return rules
    .filter(({ type }) => type === "required_status_checks")
    .flatMap((rule) =>
      parameter<readonly { context: string; integration_id?: number }[]>(rule, "required_status_checks", []),
    )
    .map(({ context, integration_id }) => ({ context, integrationId: integration_id }));
}

/** One line for each required check that a commit does not pass, in GitHub's words. */
export function checkViolations(
  repo: Repository,
  rules: readonly AppliedRule[],
  sha: string,
): readonly string[] {
  return requiredChecks(rules)
    .map((required) => ({ required, state: checkState(repo, sha, required) }))
    .filter(({ state }) => state !== "passing")
    .map(({ required, state }) => `Required status check "${required.context}" is ${state}.`);
}

/** A check and a status of one name are both required; of several runs, the latest counts. */
export function checkState(repo: Repository, sha: string, required: RequiredCheck): State {
  const fromSource = (id: number | undefined): boolean =>
    required.integrationId === undefined || required.integrationId === id;
  const run = repo.checkRuns.findLast(
    (one) => one.sha === sha && one.name === required.context && fromSource(one.app.id),
  );
  const status = repo.statuses.findLast(
    (one) => one.sha === sha && one.context === required.context && fromSource(one.app?.id),
  );
  const states = [...(run ? [stateOfRun(run)] : []), ...(status ? [stateOfStatus(status)] : [])];
  if (states.length === 0) return "expected";
  return (
    states.find((state) => state === "failing") ?? states.find((state) => state !== "passing") ?? "passing"
  );
}

function stateOfRun({ status, conclusion }: CheckRun): State {
  if (status !== "completed") return "in progress";
  return PASSING.has(conclusion ?? "") ? "passing" : "failing";
}

function stateOfStatus({ state }: CommitStatus): State {
  if (state === "pending") return "in progress";
  return state === "success" ? "passing" : "failing";
}
