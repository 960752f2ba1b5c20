import type { Attempts } from "../../domain/attempts.ts";
import type { Digest } from "../../domain/digest.ts";
import type { Evidence, EvidenceKind } from "../../domain/evidence.ts";
import { isWayOut } from "../../domain/lifecycle.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { refuse } from "../../errors.ts";
import { planTransition } from "../../ledger/plan.ts";
import { revokedBehind } from "../../trust/dependencies.ts";
import type { EnforcedElsewhere, EvaluateInput } from "../../policy/judge/request.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { parityRulesOf, toleranceProblems } from "../../policy/parity.ts";
import type { GatePolicy } from "../../policy/policy.ts";
import type { Files } from "../../ports/files.ts";
import { policyDigestOf } from "../../policy/policy-digest.ts";
import type { Decision } from "./decision.ts";
import { type GateBase, readBase } from "./base.ts";
import { requireBytes } from "./base-bytes.ts";
import { readClaims } from "./claims.ts";
import { type PackHead, packEvidence } from "./evidence-pack.ts";
import { readHistory } from "./history.ts";
import { type Basis, readBasis } from "./about.ts";
import { contentOr } from "./broken.ts";
import { type AskApprovals, judgeWithApprovals } from "./judge-with-approvals.ts";
import { keptEvidence, type NewBindings, requireKept } from "./kept-evidence.ts";
import { giveUpAbove, neededKinds } from "./asked-measurements.ts";
import { measureEvidence } from "./measure-evidence.ts";
import type { MeasurePorts, MeasureTask } from "./measure-task.ts";
import { readStoredEvidence } from "./stored-evidence.ts";
import { loadCandidate, loadLive } from "./subjects.ts";
import { attemptsOf } from "./attempts.ts";
import { type EarlierRefusals, refusedBefore } from "../refusals/earlier.ts";
import type { RecordsElsewhere } from "../refusals/kept-packs.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { AskedTransition, TransitionRequest } from "../request.ts";
import { type RunStart, runOf } from "../run-context.ts";
import { timestampOf } from "../../domain/time.ts";

export interface GateOptions {
  readonly start: RunStart;
  /** Commit that policies, ledger and registered versions are read from; HEAD when it is left out. */
  readonly base?: string;
  /** Evidence that is proven to be about this candidate: what it covers is not measured again. */
  readonly carried?: readonly Evidence[];
  /** Folder of stored evidence, relative to the repository's root; without it everything is measured now. */
  readonly evidence?: string;
  /** The decision on an earlier base: what it measured is kept as far as its bindings hold on this one. */
  readonly before?: Decision;
  /** Fetches records of refused attempts, besides those of this repository; asked when everything is measured. */
  readonly refusals?: () => Promise<RecordsElsewhere>;
  readonly enforcedElsewhere?: EnforcedElsewhere;
  /** Tells the approvals of the change; asked only by the check of one. */
  readonly approvals?: AskApprovals;
  readonly benchmark?: NonNullable<MeasureTask["benchmark"]>;
  readonly signal?: AbortSignal;
}

/** `filesAt`: the files of a commit; where it is left out, the way out is measured in the work tree as all else is. */
export interface GatePorts extends MeasurePorts {
  readonly filesAt?: (commit: string) => Files;
}

/**
 * Measures what the matching policies need, or takes stored evidence, and judges it on the base commit's policies.
 * Writes nothing. A verdict of FAIL is a value; errors are bad input (GIT_*, POLICY_*, LEDGER_*, EVIDENCE_*, GATE_VERSION_*)
 * or transitions that the lifecycle forbids (LEDGER_*).
 */
export async function gate(
  ports: GatePorts,
  asked: AskedTransition,
  options: GateOptions,
): Promise<Decision> {
  const commit = options.base ?? (await ports.git.head()).commit;
  const read = await readBase(ports.git, commit, asked);
  const request = settle(read, asked);
  const basis = await readBasis(ports, read, request);
  await requireBytes(ports, read.commit, request);
  const scene = { ports: measuringPorts(ports, basis.base, request), ...basis };
  const evidence = await collectEvidence(scene, { ports, request, options });
  return decide(scene, { request, evidence, options });
}

/** The way out reads nothing from the work tree: what is broken there stops nothing. */
function measuringPorts(ports: GatePorts, { commit }: GateBase, { event }: TransitionRequest): MeasurePorts {
  return isWayOut(event) && ports.filesAt ? { ...ports, files: ports.filesAt(commit) } : ports;
}

/** Finds the version that was meant and refuses what the lifecycle forbids, before anything is measured. */
function settle(base: GateBase, asked: AskedTransition): TransitionRequest {
  // REGISTER is the merge of a folder, no revision of the ledger: there is no transition to plan.
  if (asked.event === "REGISTER" && asked.version !== null) return { ...asked, version: asked.version };
  return { ...asked, version: planTransition(base.ledger, asked, base.policies.environments).version };
}

interface Scene extends Basis {
  readonly ports: MeasurePorts;
}

interface Asked {
  /** Those that were handed in: stored evidence lies where somebody put it. */
  readonly ports: MeasurePorts;
  readonly request: TransitionRequest;
  readonly options: GateOptions;
}

async function collectEvidence(scene: Scene, asked: Asked): Promise<Evidence[]> {
  const { request, options } = asked;
  const kinds = neededKinds(scene.base, request);
  if (kinds.length === 0) return [];
  const policies = matchingPolicies(scene.base.policies.policies, request);
  const given = await givenEvidence(scene, asked, policies);
  refuse(toleranceProblems(options.evidence ?? "evidence", given, policies));
  if (options.evidence !== undefined && options.before === undefined) return [...given];
  const carried = given.filter(({ kind }) => kinds.includes(kind));
  const left = kinds.filter((kind) => !carried.some((one) => one.kind === kind));
  if (left.length === 0) return carried;
  return [...carried, ...(await freshEvidence(scene, { ...asked, policies, kinds: left }))];
}

/** What need not be measured: stored evidence, or what was carried over and kept. */
async function givenEvidence(
  scene: Scene,
  { ports, request, options }: Asked,
  policies: readonly GatePolicy[],
): Promise<readonly Evidence[]> {
  const { base, subject } = scene;
  if (options.evidence === undefined || options.before !== undefined)
    return [...(options.carried ?? []), ...(await keptFrom(scene, request, options))];
  return readStoredEvidence(ports.files, options.evidence, {
    manifestDigest: subject.manifest_digest,
    policyDigest: policyDigestOf(policies),
    baseCommit: base.commit,
    ledgerDigest: base.ledgerDigest,
    request,
  });
}

async function freshEvidence(
  scene: Scene,
  of: Asked & { readonly policies: readonly GatePolicy[]; readonly kinds: readonly EvidenceKind[] },
): Promise<Evidence[]> {
  const { ports, base, subject } = scene;
  const { request, options } = of;
  return measureEvidence(ports, of.kinds, {
    ...options,
    benchmark: { giveUpAbove: giveUpAbove(base, request), ...options.benchmark },
    run: runOf(options.start, request),
    candidate: await loadCandidate(ports.files, subject),
    live: await liveFor(scene, request),
    ground: base,
    rules: parityRulesOf(of.policies),
  });
}

/** The live version to measure alongside; of a way out as far as it is there. */
async function liveFor({ ports, base }: Scene, request: TransitionRequest): Promise<ModelVersion | null> {
  const load = (): Promise<ModelVersion | null> => loadLive(ports.files, base, request);
  return isWayOut(request.event) ? contentOr(null, load) : load();
}

/** What an earlier decision measured and still holds; where evidence was handed in, all of it must. */
async function keptFrom(
  { ports, base, subject, baseline }: Scene,
  request: TransitionRequest,
  { before, evidence }: GateOptions,
): Promise<readonly Evidence[]> {
  if (!before) return [];
  const now: NewBindings = {
    commit: base.commit,
    policyDigest: policyDigestOf(matchingPolicies(base.policies.policies, request)),
    subject,
    baseline,
  };
  if (evidence !== undefined) await requireKept(ports.git, before, now);
  return keptEvidence(ports.git, before, now);
}

/** What is to be decided, once all of it was collected. */
interface Collected {
  readonly request: TransitionRequest;
  readonly evidence: readonly Evidence[];
  readonly options: GateOptions;
}

async function decide(scene: Scene, of: Collected): Promise<Decision> {
  const { base } = scene;
  const { known, attempts } = await earlierAttempts(scene, of);
  const input = await judgedInput(scene, of, [...known.refusals, ...attempts.gone]);
  const verdict = await judgeWithApprovals(input, of.options.approvals);
  const pack = packEvidence(packHead(verdict, base.ledgerDigest), of.evidence, verdict);
  return {
    request: of.request,
    verdict,
    baseCommit: base.commit,
    ledger: base.ledger,
    ledgerDigest: base.ledgerDigest,
    pack: pack.files,
    evidenceDigest: pack.digest,
    attempts,
    claims: await claimsFor(scene, of.request),
  };
}

function claimsFor({ ports, base, subject, baseline }: Scene, request: TransitionRequest) {
  return readClaims(ports, { request, subject, baseline, commit: base.commit });
}

async function earlierAttempts(
  { ports, base }: Scene,
  { request, options }: Collected,
): Promise<{ readonly known: EarlierRefusals; readonly attempts: Attempts }> {
  const elsewhere = await options.refusals?.();
  const of = { model: request.model, ...(elsewhere ? { elsewhere } : {}) };
  const known = await refusedBefore(ports.git, of);
  return { known, attempts: await attemptsOf(ports.git, base, { request, known }) };
}

/** Everything that the verdict depends on, but approvals. */
async function judgedInput(
  { ports, base, subject, baseline, lineages }: Scene,
  { request, evidence, options }: Collected,
  refused: Verdict["refused_before"],
): Promise<Omit<EvaluateInput, "approvals">> {
  const { since } = await readHistory(ports.git, base, request);
  return {
    policies: base.policies,
    evidence,
    ledger: base.ledger,
    request,
    subject,
    baseline,
    broken: base.broken,
    history: { since, refusedBefore: refused.map(({ version, objectives }) => ({ version, objectives })) },
    enforcedElsewhere: options.enforcedElsewhere ?? [],
    revoked: revokedBehind(base.trust, { ledger: base.ledger, request, lineages }),
    // Whole seconds, as `decided_at` tells them: a replay from the record must come to the same bytes.
    now: new Date(timestampOf(options.start.now)),
    runId: runOf(options.start, request).runId,
    baseCommit: base.commit,
  };
}

function packHead(verdict: Verdict, ledgerDigest: Digest): PackHead {
  return {
    run_id: verdict.run_id,
    subject: verdict.subject,
    baseline: verdict.baseline,
    event: verdict.event,
    environment: verdict.environment,
    canary_phase: verdict.canary_phase,
    base_commit: verdict.base_commit,
    ledger_digest: ledgerDigest,
    policy_digest: verdict.policy_digest,
    created_at: verdict.decided_at,
  };
}
