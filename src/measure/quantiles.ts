/** An ascending copy. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/**
 * Nearest-rank percentile of an ascending, non-empty sample: x_(ceil(share * n)), share in (0, 1].
 * The answer is always a value that was seen.
 */
export function nearestRank(ascending: Float64Array, share: number): number {
  return valueAt(ascending, nearestRankOf(ascending.length, share));
}

/** 1-based rank of a percentile; the tolerance keeps 0.07 * 100 at 7. */
export function nearestRankOf(n: number, share: number): number {
  return Math.max(1, Math.ceil(share * n - 1e-9));
}

/** The value of a 1-based rank. Throws a RangeError outside [1, n]. */
export function valueAt(ascending: Float64Array, rank: number): number {
  const value = ascending[rank - 1];
  if (value === undefined)
    throw new RangeError(`There is no rank ${rank} in a sample of ${ascending.length}.`);
  return value;
}

/** Middle value, or the mean of the two middle values, of an ascending, non-empty sample. */
export function medianOfSorted(ascending: Float64Array): number {
  const half = ascending.length >> 1;
  const upper = valueAt(ascending, half + 1);
  return ascending.length % 2 === 1 ? upper : (valueAt(ascending, half) + upper) / 2;
}

export function median(values: ArrayLike<number>): number {
  return medianOfSorted(sorted(values));
}

/** Median absolute deviation from the median, unscaled. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const centre = median(values);
  return median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

/** Arithmetic mean of a non-empty sample. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] ?? 0;
  return sum / values.length;
}

/** Sample standard deviation (n - 1) over the mean; 0 for fewer than two values. */
export function coefficientOfVariation(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i += 1) squares += ((values[i] ?? 0) - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1)) / centre;
}
