import { formatBeside, formatPercent } from "../domain/numbers.ts";
import type { ObjectiveVerdict } from "../domain/verdict.ts";

/** `hard <= 200 ms, soft <= 60 ms`. */
export function limitsOf({ hard, soft }: Pick<ObjectiveVerdict, "hard" | "soft">): string {
  return [hard === null ? "" : `hard ${hard}`, soft === null ? "" : `soft ${soft}`]
    .filter(Boolean)
    .join(", ");
}

/** Whether people wrote the limits in percent, so that the numbers beside them are written so as well. */
export function inPercent({ hard, soft }: Pick<ObjectiveVerdict, "hard" | "soft">): boolean {
  return (hard ?? soft)?.includes("%") === true;
}

/** A number the way its limit is written: in percent beside `<= 20 %`, with enough digits to tell it from the limit. */
export function besideLimit(value: number, limits: Pick<ObjectiveVerdict, "hard" | "soft">): string {
  const format = inPercent(limits) ? formatPercent : formatBeside;
  return format(value, thresholdIn(limits.hard) ?? thresholdIn(limits.soft));
}

/** The plain number of a limit, to print a value with enough digits to tell the two apart. */
function thresholdIn(limit: string | null): number | null {
  const number =
    limit === null || limit.includes("live") ? undefined : /-?\d[\d.]*(?:e[+-]?\d+)?/i.exec(limit)?.[0];
  return number === undefined ? null : Number(number);
}
