import type { Digest } from "../../domain/digest.ts";
import { timestampOf } from "../../domain/time.ts";
import type { ObjectiveVerdict, WaiverUse } from "../../domain/verdict.ts";
import type { GatePolicy, Objective, Waiver } from "../policy.ts";
import type { Ruling } from "./ruling.ts";

/** What can turn a blocking outcome into one that does not block. */
export interface Softening {
  readonly waivers: readonly Waiver[];
  readonly manifestDigest: Digest;
  readonly now: Date;
}

interface Case {
  readonly objective: Objective;
  readonly policy: GatePolicy;
  readonly softening: Softening;
}

export type Softened = Pick<ObjectiveVerdict, "outcome" | "reason" | "says" | "waiver">;

/**
 * Applies a later effective date, then a waiver. FAIL and INCONCLUSIVE are softened alike, so that a clearer failure
 * never fares better than a doubtful one. A waiver accepts a shortfall that was seen; evidence that is broken or missing stays a failure.
 */
export function soften(ruled: Ruling, of: Case): Softened {
  const { outcome, reason, says } = ruled;
  const plain = { outcome, reason, says, waiver: null };
  if (!isBlocking(outcome) || ruled.broken) return plain;
  const from = of.objective.effectiveFrom;
  if (from && of.softening.now < from) {
    return { ...plain, outcome: "WARN", says: `${says} It warns now and blocks from ${dayOf(from)}.` };
  }
  const waiver = activeWaiver(of);
  if (waiver) return { ...plain, outcome: "WAIVED", waiver: useOf(waiver, outcome) };
  return { ...plain, says: `${says}${lapsedNote(of)}` };
}

function isBlocking(outcome: Ruling["outcome"]): outcome is "FAIL" | "INCONCLUSIVE" {
  return outcome === "FAIL" || outcome === "INCONCLUSIVE";
}

function activeWaiver(of: Case): Waiver | undefined {
  const { now } = of.softening;
  return waiversFor(of).find(({ granted, expires }) => granted <= now && now < expires);
}

function waiversFor({ objective, policy, softening }: Case): readonly Waiver[] {
  return softening.waivers
    .filter(
      (waiver) =>
        waiver.objective === objective.id && (waiver.policy === null || waiver.policy === policy.name),
    )
    .filter((waiver) => waiver.manifestDigest === softening.manifestDigest)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function lapsedNote(of: Case): string {
  const lapsed = waiversFor(of).find(({ expires }) => expires <= of.softening.now);
  return lapsed ? ` The waiver ${lapsed.id} expired on ${dayOf(lapsed.expires)}.` : "";
}

function useOf(waiver: Waiver, outcome: "FAIL" | "INCONCLUSIVE"): WaiverUse {
  const { id, reason, owner, expires } = waiver;
  return { id, reason, owner, expires: timestampOf(expires), instead_of: outcome };
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
