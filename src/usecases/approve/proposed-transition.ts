import { digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE, type ModelState } from "../../domain/ledger.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { TreeReader } from "../../ledger/audit/raw-tree.ts";
import { formatLedger, modelDigest } from "../../ledger/ledger-text.ts";
import { treeWith } from "../../ledger/proposal-tree.ts";
import type { ProposedTransition } from "../../trust/approval/bind.ts";
import { findingsOf } from "../../trust/approval/findings.ts";
import type { StoredPack } from "../proof/stored-pack.ts";

/** A proposal whose ledger and pack were proven. */
export interface ProvenProposal {
  readonly stored: StoredPack;
  /** The ledger of the commit that the pack is bound to. */
  readonly before: Ledger;
  /** What it becomes for the model. */
  readonly after: ModelState;
  /** The stored verdict, derived again. */
  readonly verdict: Verdict;
  /** Root tree of the commit that the pack is bound to. */
  readonly root: string;
  /** Full name of the branch that it goes into; null where that has no name. */
  readonly ref: string | null;
}

/** What there is to approve of a proposal, by everything that could be exchanged in it. GIT_OBJECT_*. */
export async function proposedTransition(read: TreeReader, of: ProvenProposal): Promise<ProposedTransition> {
  const { stored, before, after, verdict, root, ref } = of;
  const { pack, folder, bytes, files } = stored;
  const models = { ...before.models, [pack.subject.model_id]: after };
  const ledger = Buffer.from(formatLedger({ ...before, models }));
  const inPack = [...files, ["pack.json", bytes] as const];
  const written = inPack.map(([path, content]) => [`${folder}/${path}`, content] as const);
  return {
    ref,
    from: { commit: pack.base_commit, ledger_digest: pack.ledger_digest },
    to: {
      tree: await treeWith(read, root, new Map([[LEDGER_FILE, ledger], ...written])),
      ledger_digest: modelDigest(after),
    },
    run_id: pack.run_id,
    subject: pack.subject,
    event: pack.event as LifecycleEvent,
    environment: pack.environment,
    canary_phase: pack.canary_phase,
    policy_digest: pack.policy_digest,
    evidence_digest: digestOf(bytes),
    findings: findingsOf(verdict),
  };
}
