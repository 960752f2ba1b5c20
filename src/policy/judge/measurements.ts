import type { Evidence, Measurement, Subject } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";

/** A metric as the evidence shows it. `evidence` is the file that it stands in. */
export type Found =
  | { readonly kind: "one"; readonly measurement: Measurement; readonly evidence: Evidence }
  | { readonly kind: "none" }
  | { readonly kind: "many"; readonly count: number };

/** The measurements of the evidence about one subject, by metric. */
export class Measurements {
  readonly #byMetric = new Map<string, { measurement: Measurement; evidence: Evidence }[]>();

  constructor(evidence: readonly Evidence[]) {
    for (const item of evidence) {
      for (const measurement of item.measurements) this.#add(measurement, item);
    }
  }

  find(metric: string): Found {
    const found = this.#byMetric.get(metric) ?? [];
    const [first, ...rest] = found;
    if (!first) return { kind: "none" };
    return rest.length === 0 ? { kind: "one", ...first } : { kind: "many", count: found.length };
  }

  /** A metric counts only in evidence of its own kind: a benchmark cannot vouch for parity. */
  #add(measurement: Measurement, evidence: Evidence): void {
    if (METRICS.get(measurement.metric)?.kind !== evidence.kind) return;
    const found = this.#byMetric.get(measurement.metric) ?? [];
    this.#byMetric.set(measurement.metric, [...found, { measurement, evidence }]);
  }
}

/** Whether two subjects are the same version with the same bytes. */
export function isSameSubject(a: Subject, b: Subject): boolean {
  return (
    a.model_id === b.model_id &&
    a.version === b.version &&
    a.manifest_digest === b.manifest_digest &&
    a.artifact_digest === b.artifact_digest
  );
}
