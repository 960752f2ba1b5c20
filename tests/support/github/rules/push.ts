import { NO_COMMIT, type BareRepository } from "../git/bare.ts";
import { readCommit } from "../git/commits.ts";
import type { Actor } from "../state/actor.ts";
import type { Repository } from "../state/repository.ts";
import { isVerified } from "../state/signing.ts";
import type { World } from "../state/world.ts";
import { checkViolations } from "./checks.ts";
import { bindingRules, parameter, type AppliedRule } from "./ruleset.ts";

/** A branch that moves from one commit to another; NO_COMMIT stands for "absent". */
export interface RefMove {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly actor: Actor;
  /** Where the new objects are, while a push is not accepted yet. */
  readonly bare?: BareRepository;
}

/** One line for each rule that a direct write to a branch breaks; tags and other refs have no rules here. */
export async function pushViolations(world: World, repo: Repository, move: RefMove): Promise<string[]> {
  if (!move.ref.startsWith("refs/heads/")) return [];
  const branch = move.ref.slice("refs/heads/".length);
  const rules = bindingRules(repo, { branch, actor: move.actor });
  const found: string[] = [];
  for (const rule of rules) {
    const message = await violation(world, repo, { rule, move });
    if (message !== undefined) found.push(message);
  }
  if (move.after !== NO_COMMIT && !isExemptCreation(rules, move)) {
    found.push(...checkViolations(repo, rules, move.after));
  }
  return [...new Set(found)];
}

function isExemptCreation(rules: readonly AppliedRule[], { before }: RefMove): boolean {
  const checks = rules.filter(({ type }) => type === "required_status_checks");
  return before === NO_COMMIT && checks.every((rule) => parameter(rule, "do_not_enforce_on_create", false));
}

async function violation(
  world: World,
  repo: Repository,
  { rule, move }: { rule: AppliedRule; move: RefMove },
): Promise<string | undefined> {
  const deletes = move.after === NO_COMMIT;
  const creates = move.before === NO_COMMIT;
  switch (rule.type) {
    case "creation":
      return creates ? "Cannot create ref due to creations being restricted." : undefined;
    case "update":
      return creates || deletes ? undefined : "Cannot update this protected ref.";
    case "deletion":
      return deletes ? "Cannot delete this protected ref." : undefined;
    case "pull_request":
      return deletes || creates ? undefined : "Changes must be made through a pull request.";
    case "merge_queue":
      return deletes || creates ? undefined : "Changes must be made through the merge queue";
    case "non_fast_forward":
      return (await isForced(repo, move)) ? "Cannot force-push to this branch" : undefined;
    case "required_signatures":
      return await unsignedText(world, repo, move);
    case "required_linear_history":
      return await mergesText(repo, move);
    default:
      return undefined;
  }
}

async function isForced(repo: Repository, { before, after, bare = repo.bare }: RefMove): Promise<boolean> {
  if (before === NO_COMMIT || after === NO_COMMIT) return false;
  return !(await bare.isAncestor(before, after));
}

/** Commits that a move brings in: those that no branch of the repository has yet. */
export async function newCommits(repo: Repository, { after, bare = repo.bare }: RefMove): Promise<string[]> {
  if (after === NO_COMMIT) return [];
  const text = await bare.git("rev-list", "--topo-order", after, "--not", "--branches");
  return text === "" ? [] : text.split("\n");
}

async function unsignedText(world: World, repo: Repository, move: RefMove): Promise<string | undefined> {
  const unsigned: string[] = [];
  for (const sha of await newCommits(repo, move)) {
    if (!(await isVerified(world, repo, { sha, bare: move.bare ?? repo.bare }))) unsigned.push(sha);
  }
  if (unsigned.length === 0) return undefined;
  const count = `Found ${unsigned.length} violation${unsigned.length === 1 ? "" : "s"}:`;
  return `Commits must have verified signatures.\n  ${count}\n\n  ${unsigned.join("\n  ")}`;
}

async function mergesText(repo: Repository, move: RefMove): Promise<string | undefined> {
  for (const sha of await newCommits(repo, move)) {
    const { parents } = await readCommit(move.bare ?? repo.bare, sha);
    if (parents.length > 1) return "This branch must not contain merge commits.";
  }
  return undefined;
}
