import type { PastDecision } from "../../domain/backtest.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { Ledger } from "../../domain/ledger.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { GateError, tried } from "../../errors.ts";
import type { History } from "../../policy/evaluate.ts";
import type { Git } from "../../ports/git.ts";
import { holdsEvidence, packFilesAt, packOf, type StoredPack } from "../proof/stored-pack.ts";
import { boundEvidence } from "../gate/stored-evidence.ts";
import type { TransitionRequest } from "../request.ts";
import { readVerdict } from "../refusals/earlier.ts";

/** Everything that judging a past decision again takes. */
export interface PastCase {
  readonly decision: PastDecision;
  readonly request: TransitionRequest;
  readonly stored: StoredPack;
  readonly verdict: Verdict;
  readonly evidence: readonly Evidence[];
  /** The ledger that it was decided on. */
  readonly ledger: Ledger;
  readonly since: History["since"];
}

/** A past decision, or why there is nothing to judge it by. */
export type Past = PastCase | { readonly decision: PastDecision; readonly failure: GateError };

/** What reports tell of a decision, out of whatever holds it. */
export function decisionOf(kind: PastDecision["kind"], made: Omit<PastDecision, "kind">): PastDecision {
  const { event, model, version, environment, run_id, decided_at, decided } = made;
  return { kind, event, model, version, environment, run_id, decided_at, decided };
}

/** A decision with what it is judged by, or the refusal in place of that. */
export async function pastOf(
  decision: PastDecision,
  read: () => Promise<Omit<PastCase, "decision">>,
): Promise<Past> {
  const found = await tried(read);
  return found instanceof GateError ? { decision, failure: found } : { decision, ...found };
}

/**
 * A stored pack with its evidence and verdict, whole by its own list. CHECK_PACK_MISSING, CHECK_PACK_TOO_LARGE, CHECK_PACK_*,
 * EVIDENCE_*, DOCUMENT_*.
 */
export async function readPast(
  git: Git,
  { commit, folder }: { commit: string; folder: string },
): Promise<Pick<PastCase, "stored" | "verdict" | "evidence">> {
  const stored = packOf(folder, await packFilesAt(git, commit, folder));
  const { pack } = stored;
  const bindings = {
    manifestDigest: pack.subject.manifest_digest,
    policyDigest: pack.policy_digest,
    baseCommit: pack.base_commit,
    ledgerDigest: pack.ledger_digest,
  };
  const evidence = !holdsEvidence(stored) ? [] : boundEvidence(folder, stored.files, bindings, pack);
  return { stored, evidence, verdict: await readVerdict(git, commit, `${folder}/verdict.json`) };
}
