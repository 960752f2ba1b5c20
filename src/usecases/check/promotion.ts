import type { Evidence, EvidenceKind } from "../../domain/evidence.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Decision } from "../decision.ts";
import { type Problem, problem, refuse } from "../../errors.ts";
import { gate } from "../gate.ts";
import { type GateBase, readBase } from "../gate/base.ts";
import { readLineages } from "../gate/lineages.ts";
import { readStoredEvidence } from "../gate/stored-evidence.ts";
import { loadLive, readSubject } from "../gate/subjects.ts";
import { type TransitionRequest, requestOf } from "../request.ts";
import { proveGround } from "../transition/history.ts";
import { approvalsFor } from "./approvals.ts";
import { checkBindings, type Claim } from "./bindings.ts";
import type { CheckScene } from "./check.ts";
import { rejudge } from "./rejudge.ts";
import { remeasuredKinds } from "./remeasure.ts";
import type { Findings } from "./report.ts";
import { evidenceFiles, readStoredPack, type StoredPack } from "./stored-pack.ts";
import { provenTransition } from "./transition.ts";

/** A promotion of which everything that it claims was proven. */
interface Proven {
  readonly base: GateBase;
  readonly request: TransitionRequest;
  readonly evidence: readonly Evidence[];
  readonly stored: StoredPack;
  /** The stored verdict, derived again. */
  readonly told: Verdict;
}

/**
 * Proves a promotion: the ledger follows byte for byte, the pack is whole and bound to the base, its verdict is what the
 * base's policies make of it. Then measures again what the policies ask for, and judges with the clock of today.
 * Throws CHECK_*, EVIDENCE_*, LEDGER_* and GIT_SHALLOW.
 */
export async function checkPromotion(scene: CheckScene): Promise<Findings> {
  refuse(await shallowProblems(scene));
  const proven = await prove(scene);
  const again = remeasuredKinds(proven.base, proven.request);
  const decision = await judgeToday(scene, proven, again);
  const notes = [whatWasDone(proven, again)];
  return { problems: [], decisions: [decision], told: proven.told.outcome, notes };
}

/** A reader must see which numbers are of today, and which are those that the proposal brought. */
function whatWasDone({ told, evidence }: Proven, again: readonly EvidenceKind[]): string {
  const kept = evidence.map(({ kind }) => kind).filter((kind) => !again.includes(kind));
  return [
    `Derived again: the transition, byte for byte, and its verdict (${told.outcome}).`,
    `Measured again: ${again.length === 0 ? "nothing" : again.join(", ")}.`,
    ...(kept.length === 0 ? [] : [`Taken from the proposal's evidence: ${kept.join(", ")}.`]),
  ].join(" ");
}

async function prove(scene: CheckScene): Promise<Proven> {
  const { ports, change, options } = scene;
  const transition = await provenTransition(ports.git, change);
  await proveGround(ports.git, change.base, transition.event);
  const base = await readBase(ports.git, change.base);
  const request = requestOf(transition);
  const atBase = { git: ports.git, files: ports.filesAt(change.base) };
  const subject = await readSubject(atBase, base, request);
  const baseline = (await loadLive(atBase.files, base, request))?.subject ?? null;
  const stored = await readStoredPack(ports.git, change, transition);
  const lineages = await readLineages(atBase, base, request);
  const claim: Claim = { base, transition, stored, subject, baseline, lineages, now: options.start.now };
  const before = await checkBindings(ports.git, claim);
  const evidence = await storedEvidence(scene, claim);
  const told = await rejudge(ports.git, claim, { evidence, before });
  return { base, request, evidence, stored, told };
}

/** Stored evidence counts only for what no policy wants measured again. */
async function judgeToday(
  scene: CheckScene,
  { base, request, evidence, stored, told }: Proven,
  again: readonly EvidenceKind[],
): Promise<Decision> {
  const { ports, change } = scene;
  const { approvals: _ask, legs: _legs, ref: _ref, ...judging } = scene.options;
  const carried = [
    ...evidence.filter(({ kind }) => !again.includes(kind)),
    ...(scene.handedIn ?? []).filter(({ kind }) => again.includes(kind)),
  ];
  const { git } = ports;
  const reviewed = approvalsFor(scene.options, base, { request, carried: { git, change, stored, told } });
  return gate({ ...ports, files: ports.filesAt(change.base) }, request, {
    ...judging,
    ...reviewed,
    base: base.commit,
    carried,
  });
}

/** How long a state was held is read from the history. */
async function shallowProblems({ ports }: CheckScene): Promise<Problem[]> {
  if (!(await ports.git.isShallow())) return [];
  const fix = "Check out the whole history: actions/checkout with fetch-depth: 0.";
  return [problem("GIT_SHALLOW", "The clone holds a part of the history only.", { fix })];
}

/** Schema, subject and engine of each file; the bindings of the pack itself were compared before. */
async function storedEvidence({ ports, change }: CheckScene, claim: Claim): Promise<readonly Evidence[]> {
  const { stored, subject } = claim;
  const { pack, folder } = stored;
  if (evidenceFiles(stored).length === 0) return [];
  return readStoredEvidence(ports.filesAt(change.head), folder, {
    manifestDigest: subject.manifest_digest,
    policyDigest: pack.policy_digest,
    baseCommit: pack.base_commit,
    ledgerDigest: pack.ledger_digest,
  });
}
