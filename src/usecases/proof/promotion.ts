import type { Evidence } from "../../domain/evidence.ts";
import type { Transition } from "../../domain/ledger.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { type Problem, problem, refuse } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { type GateBase, readBase } from "../gate/base.ts";
import { readBasis } from "../gate/about.ts";
import { readStoredEvidence } from "../gate/stored-evidence.ts";
import { type TransitionRequest, requestOf } from "../request.ts";
import { requireLawful } from "../gate/ledger-history.ts";
import { checkBindings, type Claim } from "./bindings.ts";
import type { Change } from "./change.ts";
import { rejudge } from "./rejudge.ts";
import { holdsEvidence, readStoredPack, type StoredPack } from "./stored-pack.ts";
import { provenTransition } from "./transition.ts";

/** A promotion of which everything that it claims was proven. */
export interface ProvenPromotion {
  readonly base: GateBase;
  readonly transition: Transition;
  readonly request: TransitionRequest;
  readonly evidence: readonly Evidence[];
  readonly stored: StoredPack;
  /** The stored verdict, derived again. */
  readonly told: Verdict;
}

export interface ProofPorts {
  readonly git: Git;
  /** The files of a commit. */
  readonly filesAt: (commit: string) => Files;
}

/**
 * Proves what a promotion says: the ledger follows byte for byte, the pack is whole and bound to the base, its verdict is
 * what the base's policies make of it. Nothing is measured. Throws CHECK_*, EVIDENCE_*, LEDGER_* and GIT_SHALLOW.
 */
export async function provePromotion(
  { git, filesAt }: ProofPorts,
  change: Change,
  now: Date,
): Promise<ProvenPromotion> {
  refuse(await shallowProblems(git));
  const transition = await provenTransition(git, change);
  await requireLawful(git, change.base, transition.event);
  const request = requestOf(transition);
  const read = await readBase(git, change.base, request);
  const { base, ...about } = await readBasis({ git, files: filesAt(change.base) }, read, request);
  const stored = await readStoredPack(git, change, transition);
  const claim: Claim = { base, ...about, transition, stored, now };
  const before = await checkBindings(git, claim);
  const evidence = await storedEvidence({ git, filesAt }, change, claim);
  const told = await rejudge(git, claim, { evidence, before });
  return { base, transition, request, evidence, stored, told };
}

/** How long a state was held is read from the history. */
async function shallowProblems(git: Git): Promise<Problem[]> {
  if (!(await git.isShallow())) return [];
  const fix = "Check out the whole history: actions/checkout with fetch-depth: 0.";
  return [problem("GIT_SHALLOW", "The clone holds a part of the history only.", { fix })];
}

/** Schema, subject and engine of each file; the bindings of the pack itself were compared before. */
async function storedEvidence(
  { filesAt }: ProofPorts,
  { head }: Change,
  { stored, subject }: Claim,
): Promise<readonly Evidence[]> {
  const { pack, folder } = stored;
  if (!holdsEvidence(stored)) return [];
  return readStoredEvidence(filesAt(head), folder, {
    manifestDigest: subject.manifest_digest,
    policyDigest: pack.policy_digest,
    baseCommit: pack.base_commit,
    ledgerDigest: pack.ledger_digest,
  });
}
