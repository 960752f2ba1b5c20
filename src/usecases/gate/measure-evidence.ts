import type { Evidence, EvidenceKind } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { GateError } from "../../errors.ts";
import type { TransitionRequest } from "../request.ts";
import type { GateBase } from "./base.ts";
import { failedMeasurement } from "./failed-measurement.ts";
import type { MeasurePorts, MeasureTask } from "./measure-task.ts";

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

/** Measures the given kinds one after the other: a benchmark next to anything else would measure that too. */
export async function measureEvidence(
  ports: MeasurePorts,
  kinds: readonly EvidenceKind[],
  task: MeasureTask,
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const kind of kinds) evidence.push(await measureOrFail(ports, kind, task));
  return evidence;
}

/** A version that cannot be measured gets a verdict too, so that the refusal is kept with its reason. */
async function measureOrFail(ports: MeasurePorts, kind: EvidenceKind, task: MeasureTask): Promise<Evidence> {
  try {
    return await measureKind(ports, kind, task);
  } catch (error) {
    if (!(error instanceof GateError) || task.signal?.aborted) throw error;
    return failedMeasurement(ports.machine, kind, { task, error });
  }
}

/** Measures one kind; each is loaded only when it is measured, so that judging stored evidence starts fast. */
export async function measureKind(
  ports: MeasurePorts,
  kind: EvidenceKind,
  task: MeasureTask,
): Promise<Evidence> {
  const { candidate, run, signal } = task;
  const stop = signal ? { signal } : {};
  switch (kind) {
    case "integrity": {
      const { measureIntegrity } = await import("../registry/measure-integrity.ts");
      return measureIntegrity(candidate, ports, run, task.ground);
    }
    case "parity": {
      const { measureParity } = await import("../measure/parity.ts");
      return measureParity(ports, {
        version: candidate,
        run,
        ...(task.rules ? { rules: task.rules } : {}),
        ...stop,
      });
    }
    case "benchmark": {
      const { measureBenchmark } = await import("../measure/benchmark.ts");
      return measureBenchmark(ports, {
        candidate,
        live: task.live ?? undefined,
        run,
        options: task.benchmark ?? {},
        ...stop,
      });
    }
  }
}
