import picomatch from "picomatch";
import type { Actor } from "../state/actor.ts";
import type { Rule, Ruleset } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";

/** A rule with the ruleset that it comes from. */
export interface AppliedRule extends Rule {
  readonly ruleset: Ruleset;
}

/** Active rules for a branch (`main`, not `refs/heads/main`), in the order of their rulesets. */
export function rulesFor(repo: Repository, branch: string): readonly AppliedRule[] {
  return repo.rulesets
    .filter(({ enforcement }) => enforcement === "active")
    .filter((ruleset) => applies(repo, ruleset, `refs/heads/${branch}`))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ ...rule, ruleset })));
}

/** The rules that bind this actor: rulesets that it may bypass are left out. */
export function bindingRules(
  repo: Repository,
  { branch, actor, onPullRequest = false }: { branch: string; actor: Actor; onPullRequest?: boolean },
): readonly AppliedRule[] {
  return rulesFor(repo, branch).filter(({ ruleset }) => !mayBypass(repo, ruleset, { actor, onPullRequest }));
}

function applies(repo: Repository, { conditions }: Ruleset, ref: string): boolean {
  const matches = (pattern: string): boolean => {
    if (pattern === "~ALL") return true;
    if (pattern === "~DEFAULT_BRANCH") return ref === `refs/heads/${repo.defaultBranch}`;
    return picomatch.isMatch(ref, pattern);
  };
  return conditions.include.some(matches) && !conditions.exclude.some(matches);
}

/** Role ids of bypass actors, as GitHub numbers them. */
const ROLE_IDS: Readonly<Record<number, string>> = { 2: "maintain", 4: "write", 5: "admin" };

function mayBypass(
  repo: Repository,
  { bypassActors }: Ruleset,
  { actor, onPullRequest }: { actor: Actor; onPullRequest: boolean },
): boolean {
  return bypassActors.some((bypass) => {
    if (bypass["bypass_mode"] === "pull_request" && !onPullRequest) return false;
    if (bypass["actor_type"] === "Integration") return bypass["actor_id"] === actor.app?.id;
    if (bypass["actor_type"] === "User") return bypass["actor_id"] === actor.account.id;
    if (bypass["actor_type"] !== "RepositoryRole" || actor.kind !== "user") return false;
    return ROLE_IDS[Number(bypass["actor_id"])] === repo.roleOf(actor.account);
  });
}

/** A parameter of a rule; GitHub's own default where the ruleset leaves it out. */
export function parameter<Value>({ parameters }: Rule, name: string, otherwise: Value): Value {
  return (parameters?.[name] as Value | undefined) ?? otherwise;
}
