/** Clocks of two machines may differ by this much, in ms, before a time counts as from the future. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** ISO-8601 UTC with whole seconds, as all our documents tell times. */
export function timestampOf(time: Date): string {
  return `${time.toISOString().slice(0, -".000Z".length)}Z`;
}
