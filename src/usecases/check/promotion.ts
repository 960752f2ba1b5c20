import type { EvidenceKind } from "../../domain/evidence.ts";
import { refuse } from "../../errors.ts";
import { approvalsFor } from "../approve/ask-approvals.ts";
import { refuseStrays } from "../approve/carried-approvals.ts";
import type { Decision } from "../gate/decision.ts";
import { gate } from "../gate/gate.ts";
import { neededKinds } from "../gate/asked-measurements.ts";
import { proposalContextOf } from "../report-context.ts";
import type { CheckScene } from "./scene.ts";
import { type ProvenPromotion, provePromotion } from "../proof/promotion.ts";
import { type Remeasurement, remeasured } from "./remeasure.ts";
import { contradicted, unaskedEvidence } from "./contradicted.ts";
import type { Findings } from "./report.ts";

/**
 * Proves a promotion: the ledger follows byte for byte, the pack is whole and bound to the base, its verdict is what the
 * base's policies make of it, and what lies among its approvals approves it. Then measures again what the policies ask
 * for and what nobody vouches for, judges with the clock of today, and compares what was measured with what the proposal says
 * (CHECK_EVIDENCE_CONTRADICTED). Throws CHECK_*, EVIDENCE_*, LEDGER_*, APPROVAL_*
 * and GIT_SHALLOW.
 */
export async function checkPromotion(scene: CheckScene): Promise<Findings> {
  const { ports, change, options } = scene;
  const proven = await provePromotion(ports, change, options.start.now);
  const { base, request, stored } = proven;
  refuse(unaskedEvidence(proven, neededKinds(base, request)));
  const measuring = await remeasured(ports.git, { base, request, change, folder: stored.folder });
  const decision = await judgeToday(scene, proven, measuring.again);
  const notes = [whatWasDone(proven, measuring)];
  const decisions = [{ ...decision, ...proposalContextOf(decision) }];
  const problems = contradicted(proven, decision, measuring.again);
  return { problems, decisions, told: proven.told.outcome, notes };
}

/** A reader must see which numbers are of today, which are those that the proposal brought, and on whose word. */
function whatWasDone({ told, evidence }: ProvenPromotion, measuring: Remeasurement): string {
  const { again, taken, left, vouching } = measuring;
  const kept = taken.filter((one) => evidence.some(({ kind }) => kind === one));
  const word = vouching?.vouched === true ? `, on the word of ${vouching.by.join(" and ")}` : "";
  return [
    `Derived again: the transition, byte for byte, and its verdict (${told.outcome}).`,
    `Measured again: ${again.length === 0 ? "nothing" : again.join(", ")}.`,
    ...(vouching?.vouched === false
      ? [`Nobody vouches for the ${left.join(" and ")} of the proposal: ${vouching.why}.`]
      : []),
    ...(kept.length === 0 ? [] : [`Taken from the proposal's evidence: ${kept.join(", ")}${word}.`]),
  ].join(" ");
}

/** Stored evidence counts only for what is not measured again. */
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
