import { LEDGER_FILE, type Ledger, type Transition } from "../../domain/ledger.ts";
import { isWayOut, type EnvironmentPhases, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError, problem, tried } from "../../errors.ts";
import { followLine, type LedgerLine, NO_LEDGER } from "../../ledger/lawful.ts";
import { formatLedger, GENESIS } from "../../ledger/ledger-text.ts";
import { claimedTransition, type KnownRevision, verifyStep } from "../../ledger/verify.ts";
import type { Git } from "../../ports/git.ts";
import { contentOr } from "./broken.ts";
import { environmentReader } from "./environments.ts";

export type LedgerFiles = Pick<Git, "show" | "history" | "facts" | "isShallow">;

/** A ledger that lawful transitions made, and the newest commit that brought it, or put it back. */
export interface LawfulLedger extends KnownRevision {
  readonly commit: string;
}

/** A lawful step of the line. `since` never runs backwards. */
export interface ProvenRevision {
  readonly commit: string;
  /** When it reached the line, as its commit claims, and never before the step before it. */
  readonly since: Date;
  /** The ledger after it. */
  readonly ledger: Ledger;
  /** What made it; null for the first ledger, which is empty. */
  readonly transition: Transition | null;
}

/** The line as it is: its lawful steps, and since when deployed.json is something else. */
interface Followed {
  readonly line: LedgerLine;
  readonly lawful: LawfulLedger | null;
  /** Oldest first. */
  readonly revisions: readonly ProvenRevision[];
  /** The first commit since the last valid one that left something else there, and what is wrong with it. */
  readonly broken: { readonly commit: string; readonly why: GateError } | null;
}

const known = new WeakMap<object, Map<string, Promise<Followed>>>();

/**
 * Each step is derived from the one before. Answers are kept by the id of the commit. Evidence and signatures are judged by
 * the audit. GIT_*.
 */
function follow(git: LedgerFiles, commit: string): Promise<Followed> {
  const answers = known.get(git) ?? new Map<string, Promise<Followed>>();
  known.set(git, answers);
  const answer = answers.get(commit) ?? followHistory(git, commit);
  answers.set(commit, answer);
  return answer;
}

const NOTHING: Followed = { line: NO_LEDGER, lawful: null, revisions: [], broken: null };

async function followHistory(git: LedgerFiles, tip: string): Promise<Followed> {
  const environments = environmentReader(git);
  const revisions: ProvenRevision[] = [];
  let at: Followed = { ...NOTHING, revisions };
  for (const commit of (await git.history(tip, LEDGER_FILE)).toReversed()) {
    const bytes = (await contentOr(undefined, () => git.show(commit, LEDGER_FILE))) ?? null;
    const { parents, committedAt } = await git.facts(commit);
    const step = { commit, bytes, environments: await environments(parents[0]) };
    const line = followLine(at.line, bytes, step.environments);
    if (line.lawful && line.lawful !== at.line.lawful)
      revisions.push(revisionOf(at, { commit, committedAt, ledger: line.lawful.ledger }));
    at = { ...at, ...after(at, step, line) };
  }
  return at;
}

function revisionOf(
  { line, revisions }: Followed,
  { commit, committedAt, ledger }: { commit: string; committedAt: Date; ledger: Ledger },
): ProvenRevision {
  const last = revisions.at(-1)?.since ?? committedAt;
  const transition = line.lawful && claimedTransition(line.lawful.ledger, ledger);
  return { commit, since: committedAt > last ? committedAt : last, ledger, transition };
}

interface Step {
  readonly commit: string;
  /** Null where the commit deletes deployed.json, or holds no file there. */
  readonly bytes: Uint8Array | null;
  readonly environments: readonly EnvironmentPhases[];
}

function after(
  { line: before, lawful, broken }: Followed,
  step: Step,
  line: LedgerLine,
): Pick<Followed, "line" | "lawful" | "broken"> {
  const { commit } = step;
  if (line.lawful && line.current === line.lawful.digest)
    return { line, lawful: { ...line.lawful, commit }, broken: null };
  return { line, lawful, broken: broken ?? { commit, why: whyUnlawful(before, step) } };
}

function whyUnlawful({ lawful }: LedgerLine, { bytes, environments }: Step): GateError {
  const where = { file: LEDGER_FILE };
  if (!bytes) return gateError("LEDGER_MISSING", `It deletes ${LEDGER_FILE}.`, { where });
  if (!lawful) {
    const text = `The history starts with something else than ${JSON.stringify(formatLedger(GENESIS))}.`;
    return gateError("LEDGER_INVALID", text, { where });
  }
  const why = tried(() => verifyStep(lawful, bytes, environments));
  return why instanceof GateError ? why : gateError("LEDGER_INVALID", "It was changed twice.", { where });
}

/** The ledger that the last valid transition on the first-parent line of a commit made; null when there is none. GIT_*. */
export async function lawfulLedger(git: LedgerFiles, commit: string): Promise<LawfulLedger | null> {
  return (await follow(git, commit)).lawful;
}

/**
 * Every valid step on the first-parent line of a commit, oldest first; `commit` is an id. An edit by hand is no step, and neither
 * is undoing it: the audit names both. GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN where deployed.json is not the last valid
 * one.
 */
export async function provenHistory(git: LedgerFiles, commit: string): Promise<readonly ProvenRevision[]> {
  const { revisions, lawful, broken } = await follow(git, commit);
  if (broken) throw chainBroken(broken, lawful);
  if (lawful) return revisions;
  const text = `There was never a ${LEDGER_FILE} before ${shortCommit(commit)}.`;
  throw gateError("LEDGER_MISSING", text, { where: { file: LEDGER_FILE } });
}

/**
 * Refuses to bring anything forward on a deployed.json that is not what the last valid transition of the line made. The way
 * out builds on that one, whatever is there now. GIT_SHALLOW, LEDGER_MISSING, LEDGER_CHAIN_BROKEN.
 */
export async function requireLawful(git: LedgerFiles, commit: string, event: LifecycleEvent): Promise<void> {
  if (!isWayOut(event)) await provenHistory(git, commit);
}

/** Names the commit that broke it, why, and the command that puts back the last valid one. */
function chainBroken(
  { commit, why }: NonNullable<Followed["broken"]>,
  lawful: LawfulLedger | null,
): GateError {
  const message = `Commit ${commit} does not follow: ${why.problems[0].message}`;
  const fix = lawful ? { fix: `Put back the last valid one, and commit it: ${restoring(lawful)}` } : {};
  return new GateError([problem("LEDGER_CHAIN_BROKEN", message, fix), ...why.problems], { cause: why });
}

function restoring({ commit }: LawfulLedger): string {
  return `git checkout ${shortCommit(commit)} -- ${LEDGER_FILE}`;
}
