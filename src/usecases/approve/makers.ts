import { coAuthorsIn, requesterNames } from "../../domain/claimed-logins.ts";
import type { Git, GitObjects } from "../../ports.ts";
import { type Makers, principalsNamed } from "../../trust/approval/prove.ts";
import { APPROVALS_FOLDER } from "../../trust/approval/statement.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { commitSigner } from "../trust/commit-signer.ts";

type Repository = Git & Pick<GitObjects, "object">;

/** Commits of a proposal that are looked at; one that has more was not made by modelgate. */
const MOST_COMMITS = 64;

export interface ProposalCommits {
  readonly base: string;
  readonly head: string;
  /** Of the evidence pack. */
  readonly folder: string;
  readonly requestedBy: string;
  readonly trust: TrustRegistry;
}

/**
 * Who made a proposal: the principals whose keys signed its commits, and whoever its ledger or its messages name. Commits
 * that only add approvals change nothing that is approved, and their makers are none of the proposal's.
 */
export async function makersOf(git: Repository, of: ProposalCommits): Promise<Makers> {
  const commits = await contentCommits(git, of);
  const signers: (string | null)[] = [];
  const claimed = [...requesterNames(of.requestedBy)];
  for (const commit of commits ?? []) {
    signers.push(await commitSigner(git, of.trust, commit));
    claimed.push(...coAuthorsIn(await git.message(commit)));
  }
  const known = signers.flatMap((signer) => signer ?? []);
  return {
    authors: [...new Set([...known, ...principalsNamed(of.trust, claimed)])],
    authorsKnown: signers.length > 0 && known.length === signers.length,
    lastPusher: signers[0] ?? null,
  };
}

/** Newest first: what leads from the base to the head along first parents, without approvals; null when it is too long. */
async function contentCommits(git: Repository, of: ProposalCommits): Promise<readonly string[] | null> {
  const found: string[] = [];
  let at = await proposedHead(git, of);
  for (let count = 0; count < MOST_COMMITS; count += 1) {
    if (await git.isAncestor(at, of.base)) return found;
    const { parents } = await git.facts(at);
    const [parent] = parents;
    if (parent === undefined) return null;
    if (parents.length > 1 || !(await addsApprovals(git, { parent, commit: at, folder: of.folder })))
      found.push(at);
    at = parent;
  }
  return null;
}

/** A pull request is checked as a merge onto its base: what is proposed is behind the second parent. */
async function proposedHead(git: Repository, { base, head }: ProposalCommits): Promise<string> {
  const [first, second, third] = (await git.facts(head)).parents;
  const isMerge = first !== undefined && second !== undefined && third === undefined;
  return isMerge && (await git.isAncestor(first, base)) ? second : head;
}

async function addsApprovals(
  git: Repository,
  { parent, commit, folder }: { parent: string; commit: string; folder: string },
): Promise<boolean> {
  const changed = await git.changed(parent, commit);
  return changed.length > 0 && changed.every((path) => path.startsWith(`${folder}/${APPROVALS_FOLDER}/`));
}
