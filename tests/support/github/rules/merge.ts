import type { Actor } from "../state/actor.ts";
import type { MergeMethod, PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import { isVerified } from "../state/signing.ts";
import type { World } from "../state/world.ts";
import { checkViolations } from "./checks.ts";
import { ownerViolations } from "./code-owners.ts";
import { reviewViolations } from "./reviews.ts";
import { bindingRules, parameter, type AppliedRule } from "./ruleset.ts";

export interface MergeRequest {
  readonly pull: PullRequest;
  readonly actor: Actor;
  readonly method: MergeMethod;
  /** The merge queue does the merge: checks are those of the group. */
  readonly queued?: boolean;
}

/** One line for each rule that stands between a pull request and its base. */
export async function mergeViolations(
  world: World,
  repo: Repository,
  { pull, actor, method, queued = false }: MergeRequest,
): Promise<string[]> {
  const rules = bindingRules(repo, { branch: pull.baseRef, actor, onPullRequest: true });
  const found = [...reviewViolations(repo, pull, rules), ...checkViolations(repo, rules, pull.headSha)];
  found.push(...(await ownerViolations(world, repo, { pull, rules })));
  for (const rule of rules) {
    const message = await violation(world, repo, { rule, pull, method, queued });
    if (message !== undefined) found.push(message);
  }
  return [...new Set(found)];
}

interface Question {
  readonly rule: AppliedRule;
  readonly pull: PullRequest;
  readonly method: MergeMethod;
  readonly queued: boolean;
}

async function violation(world: World, repo: Repository, question: Question): Promise<string | undefined> {
  const { rule, pull, method, queued } = question;
  switch (rule.type) {
    case "pull_request":
      return methodText(parameter<readonly string[]>(rule, "allowed_merge_methods", []), method);
    case "merge_queue":
      return queued ? undefined : "Changes must be made through the merge queue";
    case "required_signatures":
      return await signatureText(world, repo, { pull, method });
    case "required_linear_history":
      return method === "merge" ? "This branch must not contain merge commits." : undefined;
    case "required_status_checks":
      return queued ? undefined : await staleText(repo, question);
    case "required_deployments":
      return deploymentText(repo, question);
    case "update":
      return "Cannot update this protected ref.";
    default:
      return undefined;
  }
}

function methodText(allowed: readonly string[], method: MergeMethod): string | undefined {
  if (allowed.length === 0 || allowed.includes(method)) return undefined;
  const name = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method];
  return `${name} are not allowed on this repository.`;
}

async function signatureText(
  world: World,
  repo: Repository,
  { pull, method }: { pull: PullRequest; method: MergeMethod },
): Promise<string | undefined> {
  if (method === "rebase") {
    return "Base branch requires signed commits. Rebase merges cannot be automatically signed by GitHub.";
  }
  for (const sha of await repo.bare.commitsBetween(pull.baseSha, pull.headSha)) {
    if (!(await isVerified(world, repo, { sha }))) return "Commits must have verified signatures.";
  }
  return undefined;
}

async function staleText(repo: Repository, { rule, pull }: Question): Promise<string | undefined> {
  if (!parameter(rule, "strict_required_status_checks_policy", false)) return undefined;
  const fresh = await repo.bare.isAncestor(pull.baseSha, pull.headSha);
  return fresh ? undefined : "The head branch is not up to date with the base branch.";
}

function deploymentText(repo: Repository, { rule, pull }: Question): string | undefined {
  const environments = parameter<readonly string[]>(rule, "required_deployment_environments", []);
  const missing = environments.find(
    (environment) =>
      !repo.deployments.some(
        (one) =>
          one.sha === pull.headSha &&
          one.environment === environment &&
          one.statuses.at(-1)?.state === "success",
      ),
  );
  return missing === undefined ? undefined : `Required deployment to ${missing} is expected.`;
}
