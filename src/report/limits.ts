import type { ObjectiveVerdict } from "../domain/verdict.ts";

/** `hard <= 200 ms, soft <= 60 ms`. */
export function limitsOf({ hard, soft }: Pick<ObjectiveVerdict, "hard" | "soft">): string {
  return [hard === null ? "" : `hard ${hard}`, soft === null ? "" : `soft ${soft}`]
    .filter(Boolean)
    .join(", ");
}

/** The plain number of a limit, to print a value with enough digits to tell the two apart. */
export function thresholdIn(limit: string | null): number | null {
  const number =
    limit === null || limit.includes("live") ? undefined : /-?\d[\d.]*(?:e[+-]?\d+)?/i.exec(limit)?.[0];
  return number === undefined ? null : Number(number);
}
