import type { CommitVerdict } from "../../domain/audit.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { showsWhatIsInForce, takeAsGiven } from "./given.ts";
import { judgeLine } from "./judge-line.ts";
import { type AuditedLine, openWalk, type Walk } from "./walk.ts";

/** A part of the audited line: from a position on, up to the one before `end`. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

/**
 * What came of a stretch that was judged on the ground which the commit before it shows. Plain data. It counts only where
 * that ground was in force: `side-by-side.ts` knows.
 */
export interface JudgedStretch {
  readonly verdicts: readonly CommitVerdict[];
  /** Whether the last commit holds what is in force after it, so that the next stretch may begin there. */
  readonly plain: boolean;
  /** The first of these commits that brought a trust.yaml into force. */
  readonly trustRoot: string | null;
  /** Highest version of each policy, as the ground showed them and as the stretch left them. */
  readonly versions: { readonly before: PolicyVersions; readonly after: PolicyVersions };
  /** SHA-256 of signed payloads -> commit. */
  readonly payloads: ReadonlyMap<string, string>;
}

type PolicyVersions = ReadonlyMap<string, number>;

/** Judges a stretch on the ground that its own parent shows. What that shows must be sound: GIT_*, LEDGER_*, TRUST_*, POLICY_*. */
export async function judgeStretch(
  git: Git & GitObjects,
  line: AuditedLine,
  { first, end }: Stretch,
  of: { readonly signal?: AbortSignal; readonly onStep: () => void },
): Promise<JudgedStretch> {
  const walk = openWalk(git, line, false);
  await takeAsGiven(walk, first - 1);
  walk.trustRoot = null;
  const before = new Map(walk.versions);
  const verdicts: CommitVerdict[] = [];
  for await (const verdict of judgeLine(walk, { first, end }, of.signal)) {
    verdicts.push(verdict);
    of.onStep();
  }
  return {
    verdicts,
    plain: await showsWhatIsInForce(walk, end - 1),
    trustRoot: walk.trustRoot,
    versions: { before, after: walk.versions },
    payloads: walk.payloads,
  };
}

/** Whether a stretch that was judged elsewhere stands on this walk, which has come to its first commit. */
export function standsOn(walk: Walk, judged: JudgedStretch): boolean {
  const { plain, versions, payloads } = judged;
  return (
    plain &&
    (!asksForVersions(judged) || sameVersions(walk.versions, versions.before)) &&
    ![...payloads.keys()].some((digest) => walk.payloads.has(digest))
  );
}

/** Whether verdicts rest on versions that policies had, or what was judged adds to them. */
function asksForVersions({ verdicts, versions }: JudgedStretch): boolean {
  const asked = verdicts.some(({ kind }) => kind === "policy" || kind === "trust" || kind === "adoption");
  return asked || !sameVersions(versions.before, versions.after);
}

/** Versions only grow, so that more of them, or higher ones, were seen before the ground. */
function sameVersions(one: PolicyVersions, other: PolicyVersions): boolean {
  return one.size === other.size && [...one].every(([key, version]) => other.get(key) === version);
}

/** Goes on behind a stretch that stands: its last commit holds what is in force. */
export async function goBehind(walk: Walk, { end }: Stretch, judged: JudgedStretch): Promise<void> {
  const root = walk.trustRoot ?? judged.trustRoot;
  const versions = asksForVersions(judged) ? judged.versions.after : new Map(walk.versions);
  await takeAsGiven(walk, end - 1);
  walk.trustRoot = root;
  walk.held.interrupt(end - 1);
  // What the commit shows may not be what the walk has seen.
  walk.versions.clear();
  for (const [key, version] of versions) walk.versions.set(key, version);
  for (const [digest, commit] of judged.payloads) walk.payloads.set(digest, commit);
}
