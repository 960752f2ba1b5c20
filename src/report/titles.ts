import type { Unit } from "../domain/metrics.ts";

/** Of a number that means nothing without them; the others are shares, ratios and counts. */
const NAMED: ReadonlySet<string> = new Set<Unit>(["ms", "MiB", "rows/s"]);

/** The title of a number, in a table: `p95 latency (ms)`. */
export function titleWithUnit(title: string, unit: string): string {
  return NAMED.has(unit) ? `${title} (${unit})` : title;
}
