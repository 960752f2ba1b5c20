import type { Evidence, EvidenceKind } from "../../domain/evidence.ts";
import { GateError } from "../../errors.ts";
import { failedMeasurement } from "./failed-measurement.ts";
import type { MeasurePorts, MeasureTask } from "./measure-task.ts";

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
