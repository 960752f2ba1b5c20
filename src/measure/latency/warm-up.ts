import { median } from "../quantiles.ts";

/** Calls of one window; the warm-up compares the medians of the last two. */
const WARM_UP_WINDOW = 10;
const MIN_CALLS = 2 * WARM_UP_WINDOW;
const MAX_CALLS = 10 * WARM_UP_WINDOW;
const STEADY = 0.05;

/**
 * Whether a model is warm after the given call times: at least 20 calls, and the median of the last ten within 5 % of
 * the ten before; 100 calls at most, for a model that never settles.
 */
export function isWarm(times: readonly number[]): boolean {
  if (times.length >= MAX_CALLS) return true;
  if (times.length < MIN_CALLS || times.length % WARM_UP_WINDOW !== 0) return false;
  const last = median(times.slice(-WARM_UP_WINDOW));
  const before = median(times.slice(-MIN_CALLS, -WARM_UP_WINDOW));
  return Math.abs(last / before - 1) <= STEADY;
}
