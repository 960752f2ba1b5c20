import { LEDGER_FILE } from "../../domain/ledger.ts";
import { gateError, type Problem, problem } from "../../errors.ts";
import { type Classified, classify, kindOfPath } from "../../ledger/classify.ts";
import type { Git, PathChange } from "../../ports/git.ts";

/** Two revisions, as somebody names them. */
export interface Range {
  /** What the change goes onto: everything that judges comes from there. */
  readonly base: string;
  /** The change: a merge with the base (pull request, merge group), or a branch that is to be merged. */
  readonly head: string;
}

/** A change between two commits, and what it is about. */
export interface Change extends Range, Classified {
  /** Where the change left the base; `base` itself when it stands on it. */
  readonly from: string;
  readonly paths: readonly PathChange[];
}

/**
 * Reads what a change is about: a few git calls that follow the difference alone. A head that does not stand on the base
 * is compared with where it left it, as GitHub does; governed paths that the base changed too are CHECK_STALE.
 * Errors: GIT_UNKNOWN_REVISION.
 */
export async function readChange(git: Git, range: Range): Promise<Change> {
  const [base, head] = await Promise.all([known(git, range.base), known(git, range.head)]);
  // Asked at once: nearly every head stands on its base, and then the second answer is the right one.
  const [from, direct] = await Promise.all([leftAt(git, base, head), git.diff(base, head)]);
  const paths = from === base ? direct : await git.diff(from, head);
  const classified = classify(paths);
  const overtaken =
    from === base || classified.kind === "other" ? [] : await overlap(git, { base, from, paths });
  return { base, head, from, paths, ...classified, problems: [...classified.problems, ...overtaken] };
}

/** Commits that are looked through before git is asked to search the whole history. */
const NEAR = 32;

/** Where the head left the base; no process of its own for a merge onto the base or a few commits on it. */
async function leftAt(git: Git, base: string, head: string): Promise<string> {
  const near = [head];
  for (let at = 0; at < near.length && at < NEAR; at += 1) {
    if (near[at] === base) return base;
    near.push(...(await parentsOf(git, near[at] ?? head)));
  }
  return (await git.mergeBase(base, head)) ?? base;
}

/** None where a shallow clone ends. */
async function parentsOf(git: Git, commit: string): Promise<readonly string[]> {
  const { parents } = await git.facts(commit);
  const here = await Promise.all(parents.map(async (one) => (await git.resolve(one)) === one));
  return parents.filter((_, index) => here[index]);
}

async function known(git: Git, revision: string): Promise<string> {
  const commit = await git.resolve(revision);
  if (commit !== undefined) return commit;
  throw gateError("GIT_UNKNOWN_REVISION", `There is no commit ${JSON.stringify(revision.slice(0, 120))}.`, {
    fix: "Check the spelling, or fetch it: git fetch origin (in GitHub Actions: actions/checkout with fetch-depth: 0).",
  });
}

/** The ledger is left out: what it says is compared byte for byte later, with words of its own. */
async function overlap(
  git: Git,
  of: { base: string; from: string; paths: readonly PathChange[] },
): Promise<Problem[]> {
  const theirs = new Set(await git.changed(of.from, of.base));
  return of.paths
    .filter(({ path }) => theirs.has(path) && kindOfPath(path) !== "other" && path !== LEDGER_FILE)
    .map(({ path }) => {
      const message = `The base changed ${path} too, since the change left it.`;
      const fix = "Merge the base into the branch, or run the check on the merge commit.";
      return problem("CHECK_STALE", message, { where: { file: path }, fix });
    });
}
