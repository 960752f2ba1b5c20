import type { AuditReport, CommitVerdict } from "../../domain/audit.ts";
import { reasons } from "../../domain/reasons/catalogue.ts";
import { GateError, gateError, problem } from "../../errors.ts";
import { HeldSince } from "../../ledger/audit/held-since.ts";
import type { Git, GitObjects, Progress } from "../../ports.ts";
import { ahead, Failure } from "./ahead.ts";
import { claimsOf } from "../../ledger/audit/claims.ts";
import { refuseDisguises } from "./ground.ts";
import { judgeCommit } from "./judge.ts";
import { type LinePlace, readLanded } from "./landed.ts";
import { Snapshots } from "./snapshots.ts";
import { ObjectStore } from "./store.ts";
import type { Walk } from "./walk.ts";

export interface AuditPorts {
  readonly git: Git & GitObjects;
  readonly progress: Progress;
}

export interface AuditQuestion {
  /** What is audited; HEAD when it is left out. */
  readonly head?: string;
  /** A revision of the line that is taken as given; what follows it is audited. */
  readonly from?: string;
  readonly signal?: AbortSignal;
}

/** Commits that are read while earlier ones are judged. */
const READ_AHEAD = 64;

/**
 * Replays the first-parent line of a commit from raw objects, oldest first, and judges each commit on what was in force
 * before it. Linear in commits. Whatever a commit holds is a verdict; errors are about the clone and the question:
 * GIT_NO_COMMITS, GIT_UNKNOWN_REVISION, GIT_SHALLOW, AUDIT_CLONE_*, AUDIT_FROM_NOT_ON_LINE.
 */
export async function audit(ports: AuditPorts, question: AuditQuestion = {}): Promise<AuditReport> {
  await refuseDisguises(ports.git);
  const head = await headOf(ports.git, question.head);
  const line = await ports.git.line(head);
  const first = await firstPosition(ports.git, line, question.from);
  const walk = openWalk(ports.git, line, first);
  const commits: CommitVerdict[] = [];
  for await (const verdict of judgeLine(walk, { first, signal: question.signal })) {
    commits.push(verdict);
    if (commits.length % 64 === 0) ports.progress.step("audit", commits.length, line.length - first);
  }
  ports.progress.end();
  return reportOf(walk, { head, first, commits });
}

async function headOf(git: Git, revision: string | undefined): Promise<string> {
  if (revision === undefined) return (await git.head()).commit;
  const commit = await git.resolve(revision);
  if (commit !== undefined) return commit;
  throw gateError("GIT_UNKNOWN_REVISION", `There is no commit ${JSON.stringify(revision.slice(0, 120))}.`);
}

async function firstPosition(git: Git, line: readonly string[], from: string | undefined): Promise<number> {
  if (from === undefined) return 0;
  const commit = await headOf(git, from);
  const at = line.indexOf(commit);
  if (at >= 0) return at;
  throw gateError(
    "AUDIT_FROM_NOT_ON_LINE",
    `${commit} is not on the line that ends in ${line.at(-1) ?? ""}.`,
  );
}

function openWalk(git: Git & GitObjects, line: readonly string[], first: number): Walk {
  return {
    git,
    snapshots: new Snapshots(new ObjectStore(git)),
    line,
    places: new Map(line.map((commit, position) => [commit, position])),
    walked: new Map(),
    held: new HeldSince(first === 0),
    payloads: new Map(),
    versions: new Map(),
    exceptions: [],
    trust: null,
    trustRoot: null,
    lawful: null,
    standing: null,
  };
}

async function* judgeLine(
  walk: Walk,
  of: { first: number; signal: AbortSignal | undefined },
): AsyncGenerator<CommitVerdict> {
  const places = walk.line.slice(of.first).map((commit, at): LinePlace => {
    const position = of.first + at;
    return { position, commit, before: walk.line[position - 1] ?? null };
  });
  const { store } = walk.snapshots;
  for await (const { item, loaded } of ahead(places, READ_AHEAD, (place) => readLanded(store, place))) {
    of.signal?.throwIfAborted();
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
  walk: Walk,
  of: { head: string; first: number; commits: readonly CommitVerdict[] },
): AuditReport {
  const { head, first, commits } = of;
  const outcomes = commits.map(({ outcome }) => outcome);
  const broken = commits.some(({ reasons: found }) => found.some(({ code }) => reasons[code].exit === 3));
  return {
    schema_version: "modelgate/audit/v1",
    head,
    count: walk.line.length,
    from: walk.line[first] ?? head,
    outcome: outcomes.includes("FAIL") ? "FAIL" : outcomes.every((one) => one === "PASS") ? "PASS" : "WARN",
    broken,
    revision: walk.lawful?.ledger.revision ?? null,
    ledger_digest: walk.standing,
    trust: walk.trust && walk.trustRoot !== null ? { root: walk.trustRoot, digest: walk.trust.digest } : null,
    claims: claimsOf({ commits, trustRoot: walk.trustRoot, lapse: null, root: walk.line[first] ?? head }),
    exceptions: [],
    problems: [],
    commits,
  };
}
