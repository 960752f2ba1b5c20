import type { Attempts, EarlierAttempt, LoosenedSince } from "../../domain/attempts.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { triedOr } from "../../errors.ts";
import { type Loosened, loosenedBetween } from "../../policy/loosened.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { parsePolicies } from "../../policy/parse-policies.ts";
import type { GatePolicy } from "../../policy/policy.ts";
import type { Git } from "../../ports/git.ts";
import { type GateBase, policySources } from "./base.ts";
import type { TransitionRequest } from "../request.ts";
import { type EarlierRefusal, type EarlierRefusals, MOST_RECORDS, readVerdict } from "../refusals/earlier.ts";

/** Bases of refusals that are compared with today's, and commits that are looked through for each change: the newest. */
const MOST_BASES = 8;
const MOST_COMMITS = 32;

/**
 * What a report tells about earlier attempts on the same transition: which one it is, and what of the policies was loosened
 * since, by which commit. Policies are read from the bases of the refusals, as far as they are on the base's own line: what
 * a record claims about limits is not believed.
 */
export async function attemptsOf(
  git: Git,
  base: GateBase,
  of: { request: TransitionRequest; known: EarlierRefusals },
): Promise<Attempts> {
  const { request, known } = of;
  const same = known.refusals.filter(({ verdict }) => verdict === null || isSame(verdict, request));
  return {
    number: 1 + same.length + known.unread,
    earlier: same.map(attemptOf),
    loosened: await loosenedSince(git, base, { request, refusals: same }),
    gone: await goneFrom(git, base, of),
    unread: known.unread,
    problems: known.problems,
  };
}

/** Phases of a canary are one transition: a smaller share is no other question. */
function isSame({ event, environment }: Verdict, request: TransitionRequest): boolean {
  return event === request.event && environment === request.environment;
}

function attemptOf({ version, outcome, objectives, decidedAt, commit }: EarlierRefusal): EarlierAttempt {
  return { version, outcome, objectives, decided_at: decidedAt, commit };
}

/**
 * Refusals that the newest merged verdict on the model remembers and no record tells any more: the ref was deleted or
 * rewritten, or is not here. The base cannot be rewritten like that.
 */
async function goneFrom(
  git: Git,
  { commit }: GateBase,
  { request, known }: { request: TransitionRequest; known: EarlierRefusals },
): Promise<Attempts["gone"]> {
  if (known.unread > 0) return [];
  const left = known.refusals.map(keyOf);
  const gone = (await rememberedBy(git, commit, request.model)).filter((one) => {
    const at = left.indexOf(keyOf(one));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return gone.slice(0, MOST_RECORDS);
}

function keyOf({ version, objectives }: Pick<EarlierAttempt, "version" | "objectives">): string {
  return JSON.stringify([version, objectives]);
}

async function rememberedBy(git: Git, commit: string, model: string): Promise<Verdict["refused_before"]> {
  const paths = (await git.paths(commit, `evidence/${model}`)).filter((path) =>
    path.endsWith("/verdict.json"),
  );
  const timeOf = (path: string): string => /_(\d{8}T\d{6}Z)_/.exec(path)?.[1] ?? "";
  const newest = paths.toSorted((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))[0];
  if (newest === undefined) return [];
  return triedOr([], async () => (await readVerdict(git, commit, newest)).refused_before);
}

async function loosenedSince(
  git: Git,
  base: GateBase,
  { request, refusals }: { request: TransitionRequest; refusals: readonly EarlierRefusal[] },
): Promise<readonly LoosenedSince[]> {
  const today = matchingPolicies(base.policies.policies, request);
  const found = new Map<string, LoosenedSince>();
  // The oldest last: its limits are those from which everything was loosened.
  for (const then of [...new Set(refusals.flatMap(({ verdict }) => verdict?.base_commit ?? []))].slice(
    0,
    MOST_BASES,
  )) {
    const before = await policiesAt(git, { commit: then, on: base.commit });
    if (!before) continue;
    for (const one of loosenedBetween(matchingPolicies(before, request), today)) {
      const commit = await loosenedBy(git, one, { before, since: then, until: base.commit });
      const { policy, what, from, to } = one;
      found.set(`${policy}\0${what}`, { policy, what, from, to, commit });
    }
  }
  return [...found.values()];
}

/** The policies of a commit on the base's line; null for any other, and where they cannot be read. */
async function policiesAt(
  git: Git,
  { commit, on }: { commit: string; on: string },
): Promise<readonly GatePolicy[] | null> {
  return triedOr(null, async () => {
    if ((await git.resolve(commit)) !== commit || !(await git.isAncestor(commit, on))) return null;
    return parsePolicies(await policySources(git, commit)).policies;
  });
}

/** The commit that made it what it is now: the oldest since then from which on it never was otherwise. */
async function loosenedBy(
  git: Git,
  one: Loosened,
  of: { before: readonly GatePolicy[]; since: string; until: string },
): Promise<string | null> {
  if (await git.isShallow()) return null;
  let found: string | null = null;
  for (const commit of (await git.history(of.until, one.path)).slice(0, MOST_COMMITS)) {
    if (await git.isAncestor(commit, of.since)) break;
    const then = await policiesAt(git, { commit, on: of.until });
    const is = then && loosenedBetween(of.before, then).some((each) => isSameStep(each, one));
    if (is !== true) break;
    found = commit;
  }
  return found;
}

function isSameStep(a: Loosened, b: Loosened): boolean {
  return a.policy === b.policy && a.what === b.what && a.to === b.to;
}
