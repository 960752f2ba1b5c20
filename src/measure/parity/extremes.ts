import { type Extreme, MOST_EXTREMES } from "../../domain/parity-rules.ts";

interface Point {
  readonly diff: number;
  readonly scale: number;
  /** diff / scale; Infinity where the reference is zero. */
  readonly ratio: number;
}

/**
 * Keeps, of all differing elements, those that no other one exceeds both absolutely and relatively. Whether every element
 * is within a tolerance can be told from these alone, also under a tolerance that nobody had thought of when it was measured.
 */
export class Extremes {
  #points: Point[] = [];
  #tooMany = false;

  /** A finite difference, and the magnitude of its reference. */
  add(diff: number, scale: number): void {
    if (diff === 0 || this.#tooMany) return;
    const ratio = scale > 0 ? diff / scale : Infinity;
    if (this.#points.some((one) => one.diff >= diff && one.ratio >= ratio)) return;
    this.#points = this.#points.filter((one) => one.diff > diff || one.ratio > ratio);
    this.#points.push({ diff, scale, ratio });
    this.#tooMany = this.#points.length > MOST_EXTREMES;
  }

  /** The largest difference first. Null when there are too many to keep. */
  list(): readonly Extreme[] | null {
    if (this.#tooMany) return null;
    return this.#points.toSorted((a, b) => b.diff - a.diff).map(({ diff, scale }): Extreme => [diff, scale]);
  }
}

/** The extremes of all cases of an output. */
export function joinExtremes(lists: readonly (readonly Extreme[] | null)[]): readonly Extreme[] | null {
  const all = new Extremes();
  for (const list of lists) {
    if (list === null) return null;
    for (const [diff, scale] of list) all.add(diff, scale);
  }
  return all.list();
}
