import { GateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { isApprovalPath } from "../../trust/approval/statement.ts";
import { isTrusted } from "../../trust/judge-key.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { judgeVoucher, VOUCHERS } from "../../trust/voucher.ts";
import { sshKeyOf } from "../trust/proven-key.ts";

/** Who vouches for the evidence that a proposal brings, or why it is nobody. */
export type Vouching =
  | { readonly vouched: true; readonly by: readonly string[] }
  | { readonly vouched: false; readonly why: string };

export type VouchingGit = Pick<Git, "facts" | "tree" | "isAncestor"> & Pick<GitObjects, "object">;

/** The evidence of a proposal: commits of the head that the base has not. */
export interface BroughtEvidence {
  readonly base: string;
  readonly head: string;
  /** Of the evidence pack. */
  readonly folder: string;
  /** Of the base. */
  readonly trust: TrustRegistry;
}

/** Commits of a proposal that are looked at; one that has more, or is merged more wildly, was not made by modelgate. */
const MOST_COMMITS = 64;
const MOST_LINKS = 2 * MOST_COMMITS;

/**
 * Every commit that adds or changes files of the pack must be signed by an SSH key that the base lets vouch; a merge counts as
 * such when the pack is not that of one of its parents. Approvals are no evidence. OpenPGP does not count: a forge signs with
 * its key whatever somebody edits in its pages. What cannot be read is vouched for by nobody: it is a reason to measure again,
 * and no refusal.
 */
export async function vouchingFor(git: VouchingGit, brought: BroughtEvidence): Promise<Vouching> {
  try {
    const commits = await bringingCommits(git, brought);
    if (commits === null) return nobody(`it is more than ${MOST_COMMITS} commits, or too many merges`);
    if (commits.length === 0) return nobody("none of its commits brings them");
    const by = new Set<string>();
    for (const commit of commits) {
      const voucher = await voucherOf(git, brought.trust, commit);
      if ("why" in voucher) return nobody(voucher.why);
      by.add(voucher.principal);
    }
    return { vouched: true, by: [...by] };
  } catch (error) {
    if (error instanceof GateError) return nobody(`its commits cannot be read (${error.code})`);
    throw error;
  }
}

function nobody(why: string): Vouching {
  return { vouched: false, why };
}

async function voucherOf(
  git: VouchingGit,
  trust: TrustRegistry,
  commit: string,
): Promise<{ readonly principal: string } | { readonly why: string }> {
  const unsigned = `its commit ${commit.slice(0, 12)} is not signed by a ${VOUCHERS.join(" or ")}`;
  const fingerprint = await sshKeyOf(git, commit);
  if (fingerprint === null) return { why: `${unsigned} (no SSH signature that proves a key)` };
  const judged = judgeVoucher(trust, fingerprint);
  return isTrusted(judged) ? judged : { why: `${unsigned} (${judged.code}: ${judged.message})` };
}

/** Newest first; null when there are too many to look at. */
async function bringingCommits(
  git: VouchingGit,
  { base, head, folder }: BroughtEvidence,
): Promise<readonly string[] | null> {
  const waiting = new Set([head]);
  const bringing: string[] = [];
  const packIn = packReader(git, folder);
  let links = 0;
  for (const commit of waiting) {
    const { parents } = await git.facts(commit);
    links += parents.length;
    if (waiting.size > MOST_COMMITS || links > MOST_LINKS) return null;
    const proposed = await notOfTheBase(git, parents, base);
    const own = await packIn(commit);
    let isInherited = own === "";
    for (const parent of proposed) {
      isInherited ||= (await packIn(parent)) === own;
      waiting.add(parent);
    }
    if (!isInherited) bringing.push(commit);
  }
  return bringing;
}

/** A pack that the base once had is brought by whoever brings it again: nobody of the base vouched for it here. */
async function notOfTheBase(
  git: VouchingGit,
  commits: readonly string[],
  base: string,
): Promise<readonly string[]> {
  const proposed: string[] = [];
  for (const commit of commits)
    if (commit !== base && !(await git.isAncestor(commit, base))) proposed.push(commit);
  return proposed;
}

/** The entries of the pack's folder in a commit, without approvals, as one text to compare; each commit is read once. */
function packReader(git: VouchingGit, folder: string): (commit: string) => Promise<string> {
  const read = new Map<string, string>();
  return async (commit) => {
    const known = read.get(commit);
    if (known !== undefined) return known;
    const entries = await git.tree(commit, folder);
    const evidence = entries.filter(({ path }) => !isApprovalPath(path.slice(folder.length + 1)));
    const text = evidence.map(({ mode, blob, path }) => `${mode} ${blob} ${path}`).join("\0");
    read.set(commit, text);
    return text;
  };
}
