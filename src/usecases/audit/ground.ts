import type { Checkpoint, CommitVerdict } from "../../domain/audit.ts";
import { APPROVALS_REF } from "../../domain/records-ref.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { gateError, problem, refuse } from "../../errors.ts";
import type { Disguise, GitObjects } from "../../ports/git-objects.ts";
import type { Git } from "../../ports/git.ts";
import { goOnFrom } from "./checkpoint.ts";
import { takeAsGiven } from "./given.ts";
import { openWalk, type Walk } from "./walk.ts";

export interface AuditQuestion {
  /** What is audited; HEAD when it is left out. */
  readonly head?: string;
  /** A revision of the line that is taken as given; what follows it is audited. */
  readonly from?: string;
  /** Where an earlier audit ended: what follows it is audited. Not together with `from`. */
  readonly checkpoint?: Checkpoint | null;
  /** The newest commit of the records of reviews; that of the clone's own `refs/modelgate/approvals` when it is left out. */
  readonly approvals?: string;
  readonly signal?: AbortSignal;
}

/** Where an audit starts, and with what. */
export interface Ground {
  readonly walk: Walk;
  readonly head: string;
  /** Position of the first commit that is judged. */
  readonly first: number;
  /** The line of the commit that is taken as given; null when the line is judged from its first commit on. */
  readonly given: CommitVerdict | null;
}

/**
 * Opens the line that is audited, on a clone that hides nothing. GIT_NO_COMMITS, GIT_UNKNOWN_REVISION, GIT_SHALLOW,
 * AUDIT_CLONE_*, AUDIT_FROM_NOT_ON_LINE, AUDIT_HISTORY_REWRITTEN, AUDIT_CHECKPOINT_*.
 */
export async function groundOf(git: Git & GitObjects, question: AuditQuestion): Promise<Ground> {
  await refuseDisguises(git);
  const head = await commitNamed(git, question.head);
  const line = await git.line(head);
  const { from, checkpoint } = question;
  // Named once: what is recorded while the audit runs is for the next one, whichever thread comes to it.
  const approvals = question.approvals ?? (await git.resolve(APPROVALS_REF)) ?? null;
  const open = (whole: boolean): Walk => openWalk(git, { line, approvals }, whole);
  if (checkpoint) {
    const walk = open(false);
    return { walk, head, first: (await goOnFrom(walk, checkpoint)) + 1, given: null };
  }
  if (from === undefined) return { walk: open(true), head, first: 0, given: null };
  const position = await positionOf(git, line, from);
  const walk = open(false);
  await takeAsGiven(walk, position);
  return { walk, head, first: position + 1, given: givenVerdict(position, line[position] ?? head) };
}

const CODES: Readonly<Record<Disguise["kind"], ReasonCode>> = {
  shallow: "GIT_SHALLOW",
  grafts: "AUDIT_CLONE_GRAFTED",
  replaced: "AUDIT_CLONE_REPLACED",
  partial: "AUDIT_CLONE_PARTIAL",
  alternates: "AUDIT_CLONE_ALTERNATES",
};

/** Refuses a clone that shows another history than the one that was pushed, or a part of it. */
async function refuseDisguises(git: GitObjects): Promise<void> {
  const found = await git.disguises();
  refuse(found.map(({ kind, detail }) => problem(CODES[kind], `The clone is not whole: ${detail}.`)));
}

/** The full id of a commit that somebody names; HEAD for none. GIT_NO_COMMITS, GIT_UNKNOWN_REVISION. */
async function commitNamed(git: Git, revision: string | undefined): Promise<string> {
  if (revision === undefined) return (await git.head()).commit;
  const commit = await git.resolve(revision);
  if (commit !== undefined) return commit;
  throw gateError("GIT_UNKNOWN_REVISION", `There is no commit ${JSON.stringify(revision.slice(0, 120))}.`);
}

async function positionOf(git: Git, line: readonly string[], from: string): Promise<number> {
  const commit = await commitNamed(git, from);
  const at = line.indexOf(commit);
  if (at >= 0) return at;
  const text = `${commit} is not on the line that ends in ${line.at(-1) ?? ""}.`;
  throw gateError("AUDIT_FROM_NOT_ON_LINE", text);
}

function givenVerdict(position: number, commit: string): CommitVerdict {
  const none = { signer: null, transition: null, exception: null };
  return { position, commit, kind: "root", outcome: "PASS", reasons: [], ...none };
}
