import type { CommitFacts, Git } from "../../ports/git.ts";

/** An approval of a pack: `evidence/<id>/<version>/<run_id>/approvals/<name>.json`. */
const APPROVAL_FILE = /^evidence\/[^/]+\/[^/]+\/[^/]+\/approvals\/[^/]+$/;

/** More approvals than this do not stand on one proposal. */
const MOST_APPROVALS = 64;

/** The commit that made a proposal: the first one behind the tip that does more than add approvals to it. GIT_*. */
export async function behindApprovals(git: Git, tip: string): Promise<CommitFacts> {
  let facts = await git.facts(tip);
  for (let count = 0; count < MOST_APPROVALS; count += 1) {
    const [parent, ...others] = facts.parents;
    if (parent === undefined || others.length > 0 || !(await approvesOnly(git, parent, facts.commit)))
      return facts;
    facts = await git.facts(parent);
  }
  return facts;
}

/** Whether a commit changes approvals of evidence packs and nothing else. */
async function approvesOnly(git: Git, parent: string, commit: string): Promise<boolean> {
  const changed = await git.changed(parent, commit);
  return changed.length > 0 && changed.every((path) => APPROVAL_FILE.test(path));
}
