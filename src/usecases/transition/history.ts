import { type Digest, digestOf } from "../../domain/digest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import type { EnvironmentPhases } from "../../domain/lifecycle.ts";
import { gateError } from "../../errors.ts";
import { type ProvenRevision, replay, type Revision } from "../../ledger/replay.ts";
import type { Git } from "../../ports.ts";
import { parseEnvironments } from "./base.ts";

/**
 * The whole history of the ledger on the first-parent line of a revision, oldest first, proven without a gap.
 * GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN with the first commit that does not follow.
 */
export async function provenHistory(git: Git, revision: string): Promise<readonly ProvenRevision[]> {
  const commits = (await git.history(revision, LEDGER_FILE)).toReversed();
  if (commits.length === 0) {
    const where = { file: LEDGER_FILE };
    throw gateError("LEDGER_MISSING", `There was never a ${LEDGER_FILE} before ${revision.slice(0, 12)}.`, {
      where,
    });
  }
  const environments = environmentReader(git);
  const revisions: Revision[] = [];
  for (const commit of commits) revisions.push(await readRevision(git, commit, environments));
  return replay(revisions);
}

type EnvironmentReader = (commit: string | undefined) => Promise<readonly EnvironmentPhases[]>;

async function readRevision(git: Git, commit: string, environments: EnvironmentReader): Promise<Revision> {
  const [bytes, facts] = [await git.show(commit, LEDGER_FILE), await git.facts(commit)];
  if (!bytes)
    throw gateError("LEDGER_CHAIN_BROKEN", `Commit ${commit} deletes ${LEDGER_FILE}.`, {
      where: { file: LEDGER_FILE },
    });
  return { commit, at: facts.committedAt, bytes, environments: await environments(facts.parents[0]) };
}

/** Environments change rarely: each spelling of the file is parsed once. */
function environmentReader(git: Git): EnvironmentReader {
  const parsed = new Map<Digest, readonly EnvironmentPhases[]>();
  return async (commit) => {
    const bytes = commit === undefined ? undefined : await git.show(commit, "policies/environments.yaml");
    if (!bytes) return [];
    const digest = digestOf(bytes);
    const environments = parsed.get(digest) ?? parseEnvironments(bytes);
    parsed.set(digest, environments);
    return environments;
  };
}
