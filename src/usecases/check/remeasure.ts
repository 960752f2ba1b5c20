import { EVIDENCE_KINDS, type EvidenceKind } from "../../domain/evidence.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { asksForVouchers } from "../../trust/voucher.ts";
import type { GateBase } from "../gate/base.ts";
import { neededKinds } from "../gate/asked-measurements.ts";
import type { Change } from "../proof/change.ts";
import type { TransitionRequest } from "../request.ts";
import { type Vouching, vouchingFor, type VouchingGit } from "./vouching.ts";

/** Numbers of a benchmark are only comparable on one machine, so policies ask for it only by name. */
const BY_DEFAULT: readonly EvidenceKind[] = EVIDENCE_KINDS.filter((kind) => kind !== "benchmark");

/** Which kinds of evidence are measured again before a promotion merges, of those that it needs. */
export interface Remeasurement {
  readonly again: readonly EvidenceKind[];
  /** Taken from the proposal. */
  readonly taken: readonly EvidenceKind[];
  /** What no policy asks to measure again. */
  readonly left: readonly EvidenceKind[];
  /** Who vouches for the evidence of `left`; null where nobody has to. */
  readonly vouching: Vouching | null;
}

/** A promotion whose transition was proven. */
export interface Proposed {
  readonly base: GateBase;
  readonly request: TransitionRequest;
  readonly change: Pick<Change, "base" | "head">;
  /** Of its evidence pack. */
  readonly folder: string;
}

/**
 * What any matching policy asks for (`requires.remeasure`), and, where the base trusts keys, what nobody vouches for. Commits
 * are read only when policies leave something out.
 */
export async function remeasured(git: VouchingGit, proposed: Proposed): Promise<Remeasurement> {
  const { base, request, change, folder } = proposed;
  const needed = neededKinds(base, request);
  const asked = askedKinds(base, request);
  const left = needed.filter((kind) => !asked.has(kind));
  const { trust } = base;
  const vouching =
    left.length > 0 && trust && asksForVouchers(trust)
      ? await vouchingFor(git, { base: change.base, head: change.head, folder, trust })
      : null;
  if (vouching?.vouched === false) return { again: needed, taken: [], left, vouching };
  return { again: needed.filter((kind) => asked.has(kind)), taken: left, left, vouching };
}

function askedKinds(base: GateBase, request: TransitionRequest): ReadonlySet<EvidenceKind> {
  const policies = matchingPolicies(base.policies.policies, request);
  return new Set(policies.flatMap(({ requires }) => requires.remeasure ?? BY_DEFAULT));
}
