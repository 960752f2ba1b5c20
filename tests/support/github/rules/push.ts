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
    const message = await VERDICTS[rule.type]?.({ world, repo, move });
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

interface Question {
  readonly world: World;
  readonly repo: Repository;
  readonly move: RefMove;
}

type Answer = string | undefined;

/** What each type of rule says to a direct write; types that are not here say nothing to it. */
const VERDICTS: Readonly<Record<string, (question: Question) => Answer | Promise<Answer>>> = {
  creation: ({ move }) =>
    creates(move) ? "Cannot create ref due to creations being restricted." : undefined,
  update: ({ move }) => (updates(move) ? "Cannot update this protected ref." : undefined),
  deletion: ({ move }) => (deletes(move) ? "Cannot delete this protected ref." : undefined),
  pull_request: ({ move }) => (updates(move) ? "Changes must be made through a pull request." : undefined),
  merge_queue: ({ move }) => (updates(move) ? "Changes must be made through the merge queue" : undefined),
  non_fast_forward: async ({ repo, move }) =>
    (await isForced(repo, move)) ? "Cannot force-push to this branch" : undefined,
  required_signatures: ({ world, repo, move }) => unsignedText(world, repo, move),
  required_linear_history: ({ repo, move }) => mergesText(repo, move),
};

const creates = ({ before }: RefMove): boolean => before === NO_COMMIT;
const deletes = ({ after }: RefMove): boolean => after === NO_COMMIT;
const updates = (move: RefMove): boolean => !creates(move) && !deletes(move);

async function isForced(repo: Repository, move: RefMove): Promise<boolean> {
  if (!updates(move)) return false;
  return !(await (move.bare ?? repo.bare).isAncestor(move.before, move.after));
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
