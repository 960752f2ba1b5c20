import { LEDGER_FILE, modelState, type Transition } from "../../domain/ledger.ts";
import { CLOCK_SKEW_MS, timestampOf } from "../../domain/time.ts";
import { GateError, type Problem, problem, refuse } from "../../errors.ts";
import { commandFor } from "../../ledger/command.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { policyDigestOf } from "../../policy/policy-digest.ts";
import type { Git } from "../../ports/git.ts";
import type { Basis } from "../gate/about.ts";
import { type GateBase, readBase } from "../gate/base.ts";
import { bindingProblems, swapped } from "../gate/binding.ts";
import { requestOf } from "../request.ts";
import type { StoredPack } from "./stored-pack.ts";

/** What a promotion claims, and what the base says. */
export interface Claim extends Basis {
  readonly transition: Transition;
  readonly stored: StoredPack;
  readonly now: Date;
}

/**
 * Checks every binding of a pack against the base: swap any one, and it is refused by its own code. Where the base moved,
 * only what the pack is bound to counts: then it is CHECK_STALE with the command that proposes it again.
 * EVIDENCE_SUBJECT_MISMATCH, EVIDENCE_BASELINE_MISMATCH, EVIDENCE_POLICY_MISMATCH, EVIDENCE_LEDGER_MISMATCH,
 * EVIDENCE_BASE_MISMATCH, CHECK_RUN_MISMATCH, CHECK_REQUEST_MISMATCH, CHECK_TIME_IMPLAUSIBLE, CHECK_STALE.
 * The pack's own base, as it was, is returned.
 */
export async function checkBindings(git: Git, claim: Claim): Promise<GateBase> {
  refuse(swappedBindings(claim));
  const before = await packBase(git, claim);
  const { committedAt } = await git.facts(claim.stored.pack.base_commit);
  refuse(basisProblems(claim, { before, committedAt }));
  return before;
}

/** The pack's own base, as it was, and when it was committed, as the commit claims. */
export interface PackBasis {
  readonly before: GateBase;
  readonly committedAt: Date;
}

/** What a pack is bound to that lies in its base: CHECK_TIME_IMPLAUSIBLE, CHECK_STALE, EVIDENCE_POLICY_MISMATCH, EVIDENCE_LEDGER_MISMATCH. */
export function basisProblems(claim: Claim, { before, committedAt }: PackBasis): Problem[] {
  return [...timeProblems(claim, committedAt), ...basedProblems(claim, before)];
}

/** Bindings of pack and transition to one another and to the subject: EVIDENCE_*_MISMATCH, CHECK_RUN_MISMATCH, CHECK_REQUEST_MISMATCH. */
export function swappedBindings({ transition, stored, subject, baseline }: Claim): Problem[] {
  const { pack } = stored;
  const request = requestOf(transition);
  return bindingProblems(packFile(stored), [
    ["EVIDENCE_SUBJECT_MISMATCH", "/subject", pack.subject, subject],
    ["EVIDENCE_BASELINE_MISMATCH", "/baseline", pack.baseline, baseline],
    ["CHECK_RUN_MISMATCH", "/run_id", pack.run_id, transition.run_id],
    ["CHECK_RUN_MISMATCH", "/created_at", pack.created_at, transition.decided_at],
    ["CHECK_REQUEST_MISMATCH", "/event", pack.event, request.event],
    ["CHECK_REQUEST_MISMATCH", "/environment", pack.environment, request.environment],
    ["CHECK_REQUEST_MISMATCH", "/canary_phase", pack.canary_phase, request.phase],
    ["EVIDENCE_POLICY_MISMATCH", "/policy_digest", pack.policy_digest, transition.policy_digest],
    [
      "EVIDENCE_SUBJECT_MISMATCH",
      "/subject/manifest_digest",
      transition.manifest_digest,
      subject.manifest_digest,
    ],
  ]);
}

function packFile({ folder }: StoredPack): string {
  return `${folder}/pack.json`;
}

async function packBase(git: Git, { base, stored, transition }: Claim): Promise<GateBase> {
  const { base_commit: commit } = stored.pack;
  if (commit === base.commit) return base;
  if ((await git.resolve(commit)) !== commit || !(await git.isAncestor(commit, base.commit))) {
    const wanted = `${base.commit} or a commit before it`;
    throw new GateError([
      swapped(packFile(stored), ["EVIDENCE_BASE_MISMATCH", "/base_commit", commit, wanted]),
    ]);
  }
  return readBase(git, commit, requestOf(transition));
}

/** Earlier than its base or than the transition before, or in the future: then soak times would be made up. */
function timeProblems({ base, transition, now }: Claim, committedAt: Date): Problem[] {
  const decided = Date.parse(transition.decided_at);
  const last = Date.parse(
    modelState(base.ledger, transition.model).transition?.decided_at ?? transition.decided_at,
  );
  // A base whose clock ran ahead must not lock everybody out: nothing needs to be later than now.
  const earliest = Math.min(Math.max(committedAt.getTime(), last), now.getTime()) - CLOCK_SKEW_MS;
  if (decided >= earliest && decided <= now.getTime() + CLOCK_SKEW_MS) return [];
  const range = `between ${timestampOf(new Date(earliest))} and now (${timestampOf(now)})`;
  const message = `It was decided at ${transition.decided_at}, which is not ${range}.`;
  const where = { file: LEDGER_FILE, pointer: `/models/${transition.model}/transition/decided_at` };
  return [problem("CHECK_TIME_IMPLAUSIBLE", message, { where })];
}

/** What was true on the pack's own base and is not any more is overtaken; what was never true is swapped. */
function basedProblems({ base, transition, stored }: Claim, before: GateBase): Problem[] {
  const request = requestOf(transition);
  const policy = (of: GateBase) => policyDigestOf(matchingPolicies(of.policies.policies, request));
  const { pack } = stored;
  const bound = [
    [
      "EVIDENCE_POLICY_MISMATCH",
      "/policy_digest",
      pack.policy_digest,
      policy(base),
      policy(before),
      "the policies",
    ],
    [
      "EVIDENCE_LEDGER_MISMATCH",
      "/ledger_digest",
      pack.ledger_digest,
      base.ledgerDigest,
      before.ledgerDigest,
      `${transition.model} in deployed.json`,
    ],
  ] as const;
  return bound.flatMap(([code, pointer, claimed, wanted, earlier, what]) => {
    if (claimed === wanted) return [];
    return [
      claimed === earlier
        ? stale(transition, what)
        : swapped(packFile(stored), [code, pointer, claimed, wanted]),
    ];
  });
}

/** CHECK_STALE: the base changed something that the decision rests on. */
export function stale(transition: Transition, what: string): Problem {
  const fix = `Propose it again on the new base: ${commandFor(requestOf(transition))}`;
  return problem("CHECK_STALE", `The base changed ${what} since the transition was decided.`, {
    where: { file: LEDGER_FILE, pointer: `/models/${transition.model}/transition` },
    fix,
  });
}
