import type { PromotionBlock } from "../../domain/promotion-block.ts";
import type { Decision } from "../gate/decision.ts";
import type { Draft } from "../transition/draft.ts";

/** What a pull request announces about its commit. */
export function promotionBlock(decision: Decision, draft: Draft, commit: string): PromotionBlock {
  const { transition, revision, ledgerDigest } = draft;
  return {
    schema_version: "modelgate/promotion/v1",
    event: transition.event,
    model: transition.model,
    version: transition.version,
    environment: transition.environment,
    canary_phase: transition.phase ?? null,
    revision,
    ledger_digest: ledgerDigest,
    manifest_digest: transition.manifest_digest,
    policy_digest: transition.policy_digest,
    evidence_digest: transition.evidence_digest,
    verdict: transition.verdict === "WARN" ? "WARN" : "PASS",
    run_id: transition.run_id,
    base_commit: decision.baseCommit,
    commit,
  };
}
