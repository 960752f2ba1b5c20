import type { EvidenceKind } from "../../domain/evidence.ts";
import type { Decision } from "../gate/decision.ts";
import { gate } from "../gate/gate.ts";
import { approvalsFor, refuseStrays } from "./approvals.ts";
import type { CheckScene } from "./scene.ts";
import { type ProvenPromotion, provePromotion } from "../proof/promotion.ts";
import { remeasuredKinds } from "./remeasure.ts";
import type { Findings } from "./report.ts";

/**
 * Proves a promotion: the ledger follows byte for byte, the pack is whole and bound to the base, its verdict is what the
 * base's policies make of it, and what lies among its approvals approves it. Then measures again what the policies ask
 * for, and judges with the clock of today. Throws CHECK_*, EVIDENCE_*, LEDGER_*, APPROVAL_* and GIT_SHALLOW.
 */
export async function checkPromotion(scene: CheckScene): Promise<Findings> {
  const { ports, change, options } = scene;
  const proven = await provePromotion(ports, change, options.start.now);
  const again = remeasuredKinds(proven.base, proven.request);
  const decision = await judgeToday(scene, proven, again);
  const notes = [whatWasDone(proven, again)];
  return { problems: [], decisions: [decision], told: proven.told.outcome, notes };
}

/** A reader must see which numbers are of today, and which are those that the proposal brought. */
function whatWasDone({ told, evidence }: ProvenPromotion, again: readonly EvidenceKind[]): string {
  const kept = evidence.map(({ kind }) => kind).filter((kind) => !again.includes(kind));
  return [
    `Derived again: the transition, byte for byte, and its verdict (${told.outcome}).`,
    `Measured again: ${again.length === 0 ? "nothing" : again.join(", ")}.`,
    ...(kept.length === 0 ? [] : [`Taken from the proposal's evidence: ${kept.join(", ")}.`]),
  ].join(" ");
}

/** Stored evidence counts only for what no policy wants measured again. */
async function judgeToday(
  scene: CheckScene,
  proven: ProvenPromotion,
  again: readonly EvidenceKind[],
): Promise<Decision> {
  const { ports, change, options } = scene;
  const { base, request, evidence, stored, told } = proven;
  const brought = { git: ports.git, change, stored, told };
  await refuseStrays(brought, { trust: base.trust, ref: options.ref ?? null });
  const { approvals: _ask, legs: _legs, ref: _ref, ...judging } = options;
  const carried = [
    ...evidence.filter(({ kind }) => !again.includes(kind)),
    ...(scene.handedIn ?? []).filter(({ kind }) => again.includes(kind)),
  ];
  return gate({ ...ports, files: ports.filesAt(change.base) }, request, {
    ...judging,
    ...approvalsFor(options, base, { request, carried: brought }),
    base: base.commit,
    carried,
  });
}
