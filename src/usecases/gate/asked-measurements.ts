import type { EvidenceKind } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { TransitionRequest } from "../request.ts";
import type { GateBase } from "./base.ts";

/** The kinds of evidence that the matching policies ask for, in the order in which they are measured. */
export function neededKinds(base: GateBase, request: TransitionRequest): EvidenceKind[] {
  const policies = matchingPolicies(base.policies.policies, request);
  const kinds = policies.flatMap(({ objectives, requires }) => [
    ...objectives.map(({ metric }) => METRICS.get(metric)?.kind),
    ...requires.freshness.map(({ kind }) => kind),
    ...(requires.modelSignature ? (["integrity"] as const) : []),
  ]);
  return ORDER.filter((kind) => kinds.includes(kind));
}

const LATENCY = /^benchmark\.p\d+_batch(\d+)_ms$/;

/**
 * Rows -> ms of a call above which the answer is no, whatever else is measured: the smallest hard limit that matching
 * policies set as a number. One that only warns yet, or that has a waiver, blocks nothing and is left out.
 */
export function giveUpAbove(base: GateBase, request: TransitionRequest): ReadonlyMap<number, number> {
  const limits = new Map<number, number>();
  for (const { metric, hard, id, effectiveFrom } of matchingPolicies(base.policies.policies, request).flatMap(
    ({ objectives }) => objectives,
  )) {
    const rows = Number(LATENCY.exec(metric)?.[1]);
    const isSoft = effectiveFrom !== null || base.policies.waivers.some((one) => one.objective === id);
    if (!rows || isSoft || hard?.bound.kind !== "absolute" || !hard.operator.startsWith("<")) continue;
    limits.set(rows, Math.min(hard.bound.value, limits.get(rows) ?? Infinity));
  }
  return limits;
}

const ORDER: readonly EvidenceKind[] = ["integrity", "parity", "benchmark"];
