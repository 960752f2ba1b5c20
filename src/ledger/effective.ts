import type { Transition } from "../domain/ledger.ts";

/**
 * When a transition took effect: the later of its decision and the commit that brought it, for a proposal may wait for days,
 * and a commit may claim any date. For no transition (revision 0) the commit alone counts.
 */
export function effectiveFrom(transition: Pick<Transition, "decided_at"> | null, committedAt: Date): Date {
  const decidedAt = new Date(transition?.decided_at ?? 0);
  return committedAt > decidedAt ? committedAt : decidedAt;
}
