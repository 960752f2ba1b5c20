import { digestOf } from "../../domain/digest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { isWayOut, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError } from "../../errors.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import { type ProvenRevision, replay, type Revision } from "../../ledger/replay.ts";
import type { Git } from "../../ports/git.ts";
import { environmentReader } from "../gate/base-ledger.ts";

/**
 * The whole history of the ledger on the first-parent line of a revision, oldest first, proven without a gap.
 * GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN with the first commit that does not follow.
 */
export async function provenHistory(git: Git, revision: string): Promise<readonly ProvenRevision[]> {
  const commits = await readRevisions(git, revision);
  return replay(commits.map((each) => ("bytes" in each ? each : refuseDeletion(each.commit))));
}

/**
 * Proves that the ledger of a commit follows from revision 0, each step by its own transition. Unlike the whole history,
 * it looks only at the revisions that the ledger stands on: an edit that was taken back is for the audit to tell.
 * GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN with the first commit that does not follow.
 */
async function proveLedger(git: Git, commit: string): Promise<void> {
  const commits = await readRevisions(git, commit);
  replay(foundations(commits.filter((each) => "bytes" in each)));
}

/**
 * Proves the ledger that an event would build on. The way out builds on the last lawful one, whatever is there now; nothing
 * is brought forward on a ledger that somebody has broken. GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN.
 */
export async function proveGround(git: Git, commit: string, event: LifecycleEvent): Promise<void> {
  if (!isWayOut(event)) await proveLedger(git, commit);
}

/** The last revision and those before it, oldest first, found by the digests that they name. */
function foundations(revisions: readonly Revision[]): readonly Revision[] {
  const byDigest = new Map(revisions.toReversed().map((each) => [digestOf(each.bytes), each]));
  const chain: Revision[] = [];
  for (let at = revisions.at(-1); at;) {
    chain.push(at);
    const { previous } = parseLedger(at.bytes);
    at = previous === null ? undefined : byDigest.get(previous);
  }
  return chain.toReversed();
}

/** A commit that deletes the file. */
interface Deletion {
  readonly commit: string;
}

function refuseDeletion(commit: string): never {
  throw gateError("LEDGER_CHAIN_BROKEN", `Commit ${commit} deletes ${LEDGER_FILE}.`, {
    where: { file: LEDGER_FILE },
  });
}

/** Every commit of the first-parent line that changed the ledger, oldest first. */
async function readRevisions(git: Git, revision: string): Promise<readonly (Revision | Deletion)[]> {
  const commits = (await git.history(revision, LEDGER_FILE)).toReversed();
  if (commits.length === 0) {
    const where = { file: LEDGER_FILE };
    throw gateError("LEDGER_MISSING", `There was never a ${LEDGER_FILE} before ${shortCommit(revision)}.`, {
      where,
    });
  }
  const environments = environmentReader(git);
  const revisions: (Revision | Deletion)[] = [];
  for (const commit of commits) revisions.push(await readRevision(git, commit, environments));
  return revisions;
}

type EnvironmentReader = ReturnType<typeof environmentReader>;

async function readRevision(
  git: Git,
  commit: string,
  environments: EnvironmentReader,
): Promise<Revision | Deletion> {
  const [bytes, facts] = [await git.show(commit, LEDGER_FILE), await git.facts(commit)];
  if (!bytes) return { commit };
  return { commit, at: facts.committedAt, bytes, environments: await environments(facts.parents[0]) };
}
