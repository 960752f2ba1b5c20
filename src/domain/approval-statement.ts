import type { Digest } from "./digest.ts";
import type { Subject } from "./evidence.ts";
import type { LifecycleEvent } from "./lifecycle.ts";

/** How an approval was given: signed by the approver's own key, or as a review on GitHub that the gate vouches for. */
export type ApprovalSource =
  | { readonly kind: "key" }
  | {
      readonly kind: "github-review";
      /** Login on GitHub. */
      readonly reviewer: string;
      /** Id of the review. */
      readonly review: number;
      /** The head commit that was reviewed. */
      readonly head: string;
    };

/** What an approval is about: one transition, by everything that could be exchanged in it. */
export interface ApprovedTransition {
  /** The branch that it may be merged into, for example `refs/heads/main`. */
  readonly ref: string;
  readonly from: { readonly commit: string; readonly ledger_digest: Digest };
  /** `tree`: that of the base commit with the new deployed.json and the evidence pack, without its approvals. */
  readonly to: { readonly tree: string; readonly ledger_digest: Digest };
  readonly run_id: string;
  readonly subject: Subject;
  readonly event: LifecycleEvent;
  readonly environment: string | null;
  readonly canary_phase: string | null;
  readonly policy_digest: Digest;
  readonly evidence_digest: Digest;
  /** Everything in the verdict that is no plain pass, sorted. */
  readonly findings: readonly string[];
}

/**
 * `evidence/<id>/<version>/<run_id>/approvals/<principal>.json` of a proposal; reviews on GitHub lie in the same place of
 * the records on refs/modelgate/approvals.
 */
export interface ApprovalStatement extends ApprovedTransition {
  readonly schema_version: "modelgate/approval/v1";
  /** Who approved, by the name in trust.yaml. */
  readonly principal: string;
  /** The key that signed; null for a review that the signed commit vouches for which keeps it. */
  readonly key: string | null;
  /** ISO-8601 UTC with seconds; a claim, by which nothing is judged. */
  readonly approved_at: string;
  readonly comment: string | null;
  readonly source: ApprovalSource;
  /** SSHSIG (namespace `approval@modelgate`) of the RFC 8785 form of the rest, in base64; null where `key` is. */
  readonly signature: string | null;
}
