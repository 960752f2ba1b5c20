import type { AuditReport, Checkpoint, CommitVerdict } from "../../domain/audit.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { reasons } from "../../domain/reasons/catalogue.ts";
import { GateError, type Problem, problem } from "../../errors.ts";
import { type ClaimGround, claimsOf, unprovenBy } from "../../ledger/audit/claims.ts";
import { acknowledge } from "../../ledger/audit/exceptions.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { Progress } from "../../ports/machine.ts";
import type { Signer } from "../../ports/signing.ts";
import { ahead, Failure } from "./ahead.ts";
import { checkpointOf, signatureProblems } from "./checkpoint.ts";
import { type AuditQuestion, type Ground, groundOf } from "./ground.ts";
import { judgeCommit } from "./judge.ts";
import { type LinePlace, readLanded } from "./landed.ts";
import type { Walk } from "./walk.ts";

export interface AuditPorts {
  readonly git: Git & GitObjects;
  readonly progress: Progress;
}

/** A finished audit. */
export interface Audited {
  readonly report: AuditReport;
  /** What the next audit may go on from; null when this one found something to object to. */
  checkpoint(signer: Signer | null): Promise<Checkpoint | null>;
}

/** Commits that are read while earlier ones are judged. */
const READ_AHEAD = 64;

/**
 * Replays the first-parent line of a commit from raw objects, oldest first, and judges each commit on what was in force
 * before it. Linear in commits. Whatever a commit holds is a verdict; errors are about the clone and the question:
 * GIT_NO_COMMITS, GIT_UNKNOWN_REVISION, GIT_SHALLOW, AUDIT_CLONE_*, AUDIT_FROM_NOT_ON_LINE, and those of a checkpoint.
 */
export async function audit(ports: AuditPorts, question: AuditQuestion = {}): Promise<Audited> {
  const ground = await groundOf(ports.git, question);
  const { walk } = ground;
  const judged: CommitVerdict[] = ground.given ? [ground.given] : [];
  for await (const verdict of judgeLine(walk, ground.first, question.signal)) {
    judged.push(verdict);
    if (judged.length % 64 === 0)
      ports.progress.step("audit", judged.length, walk.line.length - ground.first);
  }
  ports.progress.end();
  const report = reportOf(ground, judged, question.checkpoint ?? null);
  return {
    report,
    checkpoint: async (signer) =>
      report.outcome === "FAIL" || walk.standing !== (walk.lawful?.digest ?? null)
        ? null
        : checkpointOf(walk, report, { before: question.checkpoint ?? null, signer }),
  };
}

/** The verdicts on the commits of a line from a position on, in their order. */
export async function* judgeLine(
  walk: Walk,
  first: number,
  signal?: AbortSignal,
): AsyncGenerator<CommitVerdict> {
  const places = walk.line.slice(first).map((commit, at): LinePlace => {
    const position = first + at;
    return { position, commit, before: walk.line[position - 1] ?? null };
  });
  const { store } = walk.snapshots;
  for await (const { item, loaded } of ahead(places, READ_AHEAD, (place) => readLanded(store, place))) {
    signal?.throwIfAborted();
    if (loaded instanceof Failure) yield failed(item, loaded.error);
    else yield await judgeCommit(walk, loaded).catch((error: unknown) => failed(item, error));
  }
}

/** An internal error is a failure of the commit that it came up at, never the end of the audit. */
function failed({ position, commit }: LinePlace, error: unknown): CommitVerdict {
  const crash = error instanceof Error ? error.message : String(error);
  const found =
    error instanceof GateError ? error.problems : [problem("AUDIT_CRASHED", `The audit failed: ${crash}`)];
  const none = { signer: null, transition: null, exception: null };
  return { position, commit, kind: "other", outcome: "FAIL", reasons: found, ...none };
}

function reportOf(
  ground: Ground,
  judged: readonly CommitVerdict[],
  checkpoint: Checkpoint | null,
): AuditReport {
  const { walk, head, first } = ground;
  const earlier = new Set(walk.line.slice(0, first));
  const { commits, problems: objections } = acknowledge(judged, walk.exceptions, earlier);
  const problems = [...objections, ...(checkpoint ? signatureProblems(walk, checkpoint, "earlier") : [])];
  const about = claimGround(ground, commits, checkpoint);
  return {
    schema_version: "modelgate/audit/v1",
    head,
    count: walk.line.length,
    audited: commits.length,
    from: walk.line[first] ?? head,
    outcome: outcomeOf(commits, problems),
    broken: commits.some(({ reasons: found }) => found.some(({ code }) => reasons[code].exit === 3)),
    ...standingOf(walk),
    claims: claimsOf(about),
    unproven: unprovenBy(about),
    exceptions: commits.flatMap(({ exception }) => exception ?? []),
    problems,
    commits,
  };
}

function standingOf({
  lawful,
  standing,
  trust,
  trustRoot,
}: Walk): Pick<AuditReport, "revision" | "ledger_digest" | "trust"> {
  return {
    revision: lawful ? lawful.ledger.revision : null,
    ledger_digest: standing,
    trust: trust && trustRoot !== null ? { root: trustRoot, digest: trust.digest } : null,
  };
}

function claimGround(
  { walk, given }: Ground,
  commits: readonly CommitVerdict[],
  checkpoint: Checkpoint | null,
): ClaimGround {
  const place = (commit: string | null): number | null =>
    commit === null ? null : (walk.places.get(commit) ?? null);
  return {
    commits,
    line: walk.line,
    root: given ? given.position : 0,
    trustRoot: place(walk.trustRoot),
    lapse: place(checkpoint ? checkpoint.lapse : null),
    continued: checkpoint !== null,
  };
}

function outcomeOf(commits: readonly CommitVerdict[], problems: readonly Problem[]): Outcome {
  const wrong = problems.some(({ code }) => code !== "AUDIT_EXCEPTION_UNUSED");
  if (wrong || commits.some(({ outcome }) => outcome === "FAIL")) return "FAIL";
  return problems.length > 0 || commits.some(({ outcome }) => outcome !== "PASS") ? "WARN" : "PASS";
}
