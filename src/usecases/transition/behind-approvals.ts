import { LEDGER_FILE, type Transition } from "../../domain/ledger.ts";
import type { CommitFacts, Git } from "../../ports/git.ts";
import { claimedMove } from "../gate/base-ledger.ts";
import type { LedgerFiles } from "../gate/ledger-history.ts";

/** An approval of a pack: `evidence/<id>/<version>/<run_id>/approvals/<name>.json`. */
const APPROVAL_FILE = /^evidence\/[^/]+\/[^/]+\/[^/]+\/approvals\/[^/]+$/;

/** More approvals than this do not stand on one proposal. */
const MOST_APPROVALS = 64;

/** The commit that made a proposal: the first one behind the tip that does more than add approvals to it. GIT_*. */
export async function behindApprovals(
  git: Pick<Git, "facts" | "changed">,
  tip: string,
): Promise<CommitFacts> {
  let facts = await git.facts(tip);
  for (let count = 0; count < MOST_APPROVALS; count += 1) {
    const [parent, ...others] = facts.parents;
    if (parent === undefined || others.length > 0 || !(await approvesOnly(git, parent, facts.commit)))
      return facts;
    facts = await git.facts(parent);
  }
  return facts;
}

/**
 * The transition that a proposal claims: what the commit that made it changed in deployed.json. It is not proven.
 * GIT_*, LEDGER_*, DOCUMENT_*.
 */
export async function proposedMove(
  git: LedgerFiles & Pick<Git, "changed">,
  tip: string,
): Promise<Transition | null> {
  const { commit, parents } = await behindApprovals(git, tip);
  const [parent] = parents;
  const bytes = await git.show(commit, LEDGER_FILE);
  return parent === undefined || !bytes ? null : claimedMove(git, parent, bytes);
}

/** Whether a commit changes approvals of evidence packs and nothing else. */
async function approvesOnly(git: Pick<Git, "changed">, parent: string, commit: string): Promise<boolean> {
  const changed = await git.changed(parent, commit);
  return changed.length > 0 && changed.every((path) => APPROVAL_FILE.test(path));
}
