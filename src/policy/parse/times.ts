import { type Reader, report } from "../../domain/document/reader.ts";
import { parseDate, parseDuration } from "../durations.ts";

/** A date, or null when it is absent or POLICY_DATE_INVALID. */
export function readDate(reader: Reader): Date | null {
  if (typeof reader.value !== "string") return null;
  const date = parseDate(reader.value);
  if (!date) report(reader, "POLICY_DATE_INVALID", `"${reader.value.slice(0, 40)}" is not a date.`);
  return date ?? null;
}

/** Milliseconds, or 0 when it is absent or POLICY_DURATION_INVALID. */
export function readDuration(reader: Reader): number {
  if (typeof reader.value !== "string") return 0;
  const duration = parseDuration(reader.value);
  if (duration === undefined) {
    report(reader, "POLICY_DURATION_INVALID", `"${reader.value.slice(0, 40)}" is not a duration.`);
  }
  return duration ?? 0;
}
