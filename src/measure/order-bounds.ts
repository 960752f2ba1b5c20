/** 1-based ranks of the order statistics that bound a percentile; null where the sample is too small. */
export interface RankBounds {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Distribution-free one-sided bounds of the `share` percentile by the binomial distribution (measurement.md §7):
 * low is the largest l with P(Bin(n, share) <= l - 1) <= 1 - confidence,
 * high the smallest k with P(Bin(n, share) <= k - 1) >= confidence.
 * Each holds with `confidence` by itself, both together with 2 * confidence - 1.
 */
export function rankBounds(n: number, share: number, confidence = 0.95): RankBounds {
  let low: number | null = null;
  let cumulative = 0;
  let logMass = n * Math.log1p(-share);
  const logOdds = Math.log(share) - Math.log1p(-share);
  for (let successes = 0; successes < n; successes += 1) {
    cumulative += Math.exp(logMass);
    const rank = successes + 1;
    if (cumulative <= 1 - confidence + ROUNDING) low = rank;
    if (cumulative >= confidence - ROUNDING) return { low, high: rank };
    logMass += Math.log(n - successes) - Math.log(rank) + logOdds;
  }
  return { low, high: null };
}

const ROUNDING = 1e-12;
