import { modelState } from "../domain/ledger.ts";
import { isRecordedEvent } from "../domain/lifecycle.ts";
import { effectOn } from "../ledger/effects.ts";
import type { ReportContext } from "../report/compose.ts";
import { describeEffect } from "../report/effect.ts";
import type { Decision } from "./gate/decision.ts";

/** What a report rests on besides the verdict: of a decision that is made now, or of one that a proposal stores. */
type Decided = Pick<Decision, "ledger" | "request" | "verdict" | "evidenceDigest"> &
  Partial<Pick<Decision, "attempts" | "claims">>;

/** What a report tells beside the verdict of a decision: its evidence, what merging it would change, and earlier attempts. */
export function reportContextOf(decision: Decided): ReportContext {
  const { attempts, claims, evidenceDigest } = decision;
  return {
    evidenceDigest,
    effect: effectOf(decision),
    ...(attempts ? { attempts } : {}),
    ...(claims ? { claims } : {}),
  };
}

/** The same for a transition that somebody asks for: also who, and why. */
export function proposalContextOf(decision: Decided): ReportContext {
  const { reason, requestedBy } = decision.request;
  return { ...reportContextOf(decision), asked: { reason, by: requestedBy } };
}

function effectOf({ ledger, request, verdict }: Decided): readonly string[] {
  const { event, model, version, environment, phase, reason } = request;
  if (!isRecordedEvent(event)) return [];
  const move = { event, model, version, environment, reason, ...(phase === null ? {} : { phase }) };
  const after = effectOn(ledger, { ...move, manifest_digest: verdict.subject.manifest_digest });
  return describeEffect(modelState(ledger, model), after);
}
