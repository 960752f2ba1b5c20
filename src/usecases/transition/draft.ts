import type { Digest } from "../../domain/digest.ts";
import { LEDGER_FILE, modelState, type Transition } from "../../domain/ledger.ts";
import { apply } from "../../ledger/apply.ts";
import { formatLedger, modelDigest, parseLedger } from "../../ledger/ledger-text.ts";
import type { Git, TreeChange } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import { environmentsFor } from "../gate/environments.ts";
import { packFolder } from "../../domain/evidence.ts";
import { proposalBranch } from "./branches.ts";
import { transitionMessage } from "./message.ts";
import { transitionOf } from "./from-decision.ts";

/** Everything that a proposal commits, wherever the commit is made. */
export interface Draft {
  readonly branch: string;
  readonly transition: Transition;
  /** Number of the model's revision that merging makes. */
  readonly revision: number;
  /** SHA-256 of what the next deployed.json says of the model. */
  readonly ledgerDigest: Digest;
  /** deployed.json and the evidence pack. */
  readonly change: TreeChange;
  readonly message: string;
}

/** Turns a decision that may merge into its commit. LEDGER_* when the move is illegal, EVIDENCE_*, DOCUMENT_*. */
export async function draftProposal(git: Git, decision: Decision): Promise<Draft> {
  const environments = await environmentsFor(git, decision.baseCommit, decision.request.event);
  const transition = transitionOf(decision, environments);
  const next = apply(decision.ledger, transition, environments);
  const text = Buffer.from(formatLedger(next));
  // Written is only what can be read back: free text such as the requester's name meets the schema here.
  parseLedger(text);
  const made = modelState(next, transition.model);
  return {
    branch: proposalBranch(transition),
    transition,
    revision: made.revision,
    ledgerDigest: modelDigest(made),
    change: new Map([[LEDGER_FILE, text], ...packChange(decision)]),
    message: transitionMessage(transition, made.revision),
  };
}

/** The evidence pack, where it will stay. */
export function packChange({ request, verdict, pack }: Decision): ReadonlyMap<string, Uint8Array> {
  const folder = packFolder({ model: request.model, version: request.version, runId: verdict.run_id });
  return new Map([...pack].map(([path, bytes]) => [`${folder}/${path}`, bytes]));
}
