import { transitionCount } from "../../domain/ledger.ts";
import type { AuditReport, Checkpoint, CommitVerdict } from "../../domain/audit.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { reasons } from "../../domain/reasons/catalogue.ts";
import type { Problem } from "../../errors.ts";
import { type ClaimGround, claimsOf, unprovenBy } from "../../ledger/audit/claims.ts";
import { acknowledge } from "../../ledger/audit/exceptions.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { Progress } from "../../ports/machine.ts";
import type { Signer } from "../../ports/signing.ts";
import { checkpointOf, signatureProblems } from "./checkpoint.ts";
import { type AuditQuestion, type Ground, groundOf } from "./ground.ts";
import { judgeLine } from "./judge-line.ts";
import { judgeSideBySide, type SideJudges } from "./side-by-side.ts";
import type { Walk } from "./walk.ts";

export interface AuditPorts {
  readonly git: Git & GitObjects;
  readonly progress: Progress;
  /** Who helps with a long line; left out where nobody does. */
  readonly judges?: SideJudges | null;
}

/** A finished audit. */
export interface Audited {
  readonly report: AuditReport;
  /** What the next audit may go on from; null when this one found something to object to. */
  checkpoint(signer: Signer | null): Promise<Checkpoint | null>;
}

/**
 * Replays the first-parent line of a commit from raw objects, oldest first, and judges each commit on what was in force
 * before it. Linear in commits. Whatever a commit holds is a verdict; errors are about the clone and the question:
 * GIT_NO_COMMITS, GIT_UNKNOWN_REVISION, GIT_SHALLOW, AUDIT_CLONE_*, AUDIT_FROM_NOT_ON_LINE, and those of a checkpoint.
 */
export async function audit(ports: AuditPorts, question: AuditQuestion = {}): Promise<Audited> {
  const ground = await groundOf(ports.git, question);
  const { walk } = ground;
  const judged = await judgeAll(ports, ground, question.signal);
  const report = reportOf(ground, judged, question.checkpoint ?? null);
  return {
    report,
    checkpoint: async (signer) =>
      report.outcome === "FAIL" || walk.standing !== (walk.lawful?.digest ?? null)
        ? null
        : checkpointOf(walk, report, { before: question.checkpoint ?? null, signer }),
  };
}

async function judgeAll(
  { git, progress, judges = null }: AuditPorts,
  { walk, first, given }: Ground,
  signal: AbortSignal | undefined,
): Promise<readonly CommitVerdict[]> {
  const judged: CommitVerdict[] = given ? [given] : [];
  const total = walk.line.length - first;
  let done = 0;
  const onStep = (): void => {
    done += 1;
    // Stretches that do not stand are judged twice.
    if (done % 64 === 0) progress.step("audit", Math.min(done, total), total);
  };
  const watch = signal ? { signal } : {};
  const side = judges ? await judgeSideBySide({ git, walk, judges, onStep, ...watch }, first) : null;
  for (const verdict of side?.verdicts ?? []) judged.push(verdict);
  const rest = { first: side?.next ?? first, end: walk.line.length };
  for await (const verdict of judgeLine(walk, rest, signal)) {
    judged.push(verdict);
    onStep();
  }
  progress.end();
  return judged;
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
}: Walk): Pick<AuditReport, "transitions" | "ledger_digest" | "trust"> {
  return {
    transitions: lawful ? transitionCount(lawful.ledger) : null,
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
