import { LEDGER_FILE, type ModelState, modelState } from "../../domain/ledger.ts";
import { triedOr } from "../../errors.ts";
import { modelDigest, parseLedger } from "../../ledger/ledger-text.ts";
import { coAuthorsIn, requesterNames } from "../../domain/claimed-logins.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { type Makers, principalsNamed } from "../../trust/approval/prove.ts";
import { APPROVALS_FOLDER } from "../../trust/approval/statement.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { commitSigner } from "../trust/commit-signer.ts";

/** The commits of a proposal, from wherever they are read. */
export interface ProposedCommits {
  /** Whether the base has a commit. */
  isBase(commit: string): Promise<boolean>;
  parents(commit: string): Promise<readonly string[]>;
  message(commit: string): Promise<string>;
  /** Paths that a commit changed, compared with one of its parents. */
  changed(parent: string, commit: string): Promise<readonly string[]>;
  /** deployed.json of a commit; undefined when there is none. */
  ledger(commit: string): Promise<Uint8Array | undefined>;
  /** Raw objects, for signatures. */
  readonly objects: Pick<GitObjects, "object">;
}

/** Commits of a proposal that are looked at; one that has more was not made by modelgate. */
const MOST_COMMITS = 64;

export interface ProposalOf {
  readonly head: string;
  /** Of the evidence pack. */
  readonly folder: string;
  readonly requestedBy: string;
  readonly trust: TrustRegistry;
}

/** The commits of a repository that lead to a base. */
export function commitsOnto(git: Git & Pick<GitObjects, "object">, base: string): ProposedCommits {
  return {
    isBase: (commit) => git.isAncestor(commit, base),
    parents: async (commit) => (await git.facts(commit)).parents,
    message: async (commit) => (await git.facts(commit)).message,
    changed: (parent, commit) => git.changed(parent, commit),
    ledger: (commit) => git.show(commit, LEDGER_FILE),
    objects: git,
  };
}

/**
 * Who made a proposal: the principals whose keys signed its commits, and whoever its ledger or its messages name. Commits
 * that only add approvals change nothing that is approved, and their makers are none of the proposal's.
 */
export async function makersOf(commits: ProposedCommits, of: ProposalOf): Promise<Makers> {
  const signers: (string | null)[] = [];
  const claimed = [...requesterNames(of.requestedBy)];
  for (const commit of (await contentCommits(commits, of)) ?? []) {
    signers.push(await commitSigner(commits.objects, of.trust, commit));
    claimed.push(...coAuthorsIn(await commits.message(commit)));
  }
  const known = signers.flatMap((signer) => signer ?? []);
  return {
    authors: [...new Set([...known, ...principalsNamed(of.trust, claimed)])],
    authorsKnown: signers.length > 0 && known.length === signers.length,
    lastPusher: signers[0] ?? null,
  };
}

/** Newest first: what leads from the base to the head along first parents, without approvals; null when it is too long. */
async function contentCommits(commits: ProposedCommits, of: ProposalOf): Promise<readonly string[] | null> {
  let at = await proposedHead(commits, of.head);
  const found = (await mergesOnly(commits, at, of)) ? [] : [of.head];
  for (let count = 0; count < MOST_COMMITS; count += 1) {
    if (await commits.isBase(at)) return found;
    const [parent, ...others] = await commits.parents(at);
    if (parent === undefined) return null;
    if (others.length > 0 || !(await addsApprovals(commits, { parent, commit: at, folder: of.folder })))
      found.push(at);
    at = parent;
  }
  return null;
}

/** A pull request is checked as a merge onto its base: what is proposed is behind the second parent. */
async function proposedHead(commits: ProposedCommits, head: string): Promise<string> {
  const [first, second, third] = await commits.parents(head);
  const isMerge = first !== undefined && second !== undefined && third === undefined;
  return isMerge && (await commits.isBase(first)) ? second : head;
}

/** Whether a merge leaves what is proposed as it was; else it was made by whoever merged. */
async function mergesOnly(
  commits: ProposedCommits,
  proposed: string,
  { head, folder }: ProposalOf,
): Promise<boolean> {
  if (proposed === head) return true;
  const changed = await commits.changed(proposed, head);
  if (changed.some((path) => path.startsWith(`${folder}/`))) return false;
  return !changed.includes(LEDGER_FILE) || sameEntry(commits, [proposed, head], folder);
}

/** Whether two commits say the same of the model of an evidence pack; other models may differ. */
async function sameEntry(
  commits: ProposedCommits,
  pair: readonly [string, string],
  folder: string,
): Promise<boolean> {
  const [, model = ""] = folder.split("/");
  const entryOf = async (commit: string): Promise<ModelState> =>
    modelState(parseLedger((await commits.ledger(commit)) ?? NOTHING), model);
  return triedOr(false, async () => {
    const [one, other] = [await entryOf(pair[0]), await entryOf(pair[1])];
    return modelDigest(one) === modelDigest(other);
  });
}

/** No ledger at all: it is refused as one that cannot be read. */
const NOTHING = new Uint8Array();

async function addsApprovals(
  commits: ProposedCommits,
  { parent, commit, folder }: { parent: string; commit: string; folder: string },
): Promise<boolean> {
  const changed = await commits.changed(parent, commit);
  return changed.length > 0 && changed.every((path) => path.startsWith(`${folder}/${APPROVALS_FOLDER}/`));
}
