import { LEDGER_FILE } from "../../domain/ledger.ts";
import { isWayOut, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { type Problem, problem, refuse } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";

/** What the gate reads or a transition writes; uncommitted edits there would make the verdict about something else. */
const GOVERNED_PATHS: readonly string[] = [LEDGER_FILE, "evidence", "models", "policies"];

/** The commit that a transition stands on, and the branch that its proposal will be merged into. */
export interface Base {
  readonly commit: string;
  readonly branch: string;
}

/** The base of a new transition, and what a person should know of the clone before it is written. */
export interface ReadyBase extends Base {
  readonly notes: readonly Problem[];
}

/**
 * The base of a new transition. The way out reads and writes commits alone, so that uncommitted edits are a note. Refuses what cannot carry one, with all that is wrong at once:
 * GIT_NO_COMMITS, GIT_DETACHED, GIT_SHALLOW, GIT_DIRTY.
 */
export async function readyBase(git: Git, event: LifecycleEvent): Promise<ReadyBase> {
  const { commit, branch } = await git.head();
  const problems: Problem[] = [];
  if (branch === null)
    problems.push(problem("GIT_DETACHED", `HEAD is at ${shortCommit(commit)} and on no branch.`));
  if (await git.isShallow())
    problems.push(problem("GIT_SHALLOW", "The clone holds a part of the history only."));
  const dirty = await git.dirty(GOVERNED_PATHS);
  const edits = dirty.length > 0 ? [dirtyProblem(dirty)] : [];
  refuse([...problems, ...(isWayOut(event) ? [] : edits)]);
  return { commit, branch: branch ?? "", notes: edits.map(unread) };
}

function unread({ message, ...rest }: Problem): Problem {
  return { ...rest, message: `${message} The way out reads the commit alone.`, fix: "Nothing to do for it." };
}

function dirtyProblem(paths: readonly string[]): Problem {
  const shown = paths.slice(0, 5).join(", ");
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : "";
  return problem("GIT_DIRTY", `Not committed: ${shown}${more}.`, { where: { file: paths[0] ?? "" } });
}
