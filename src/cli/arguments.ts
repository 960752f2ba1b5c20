import { isModelId, type ModelRef, parseModelRef, versionComplaint } from "../domain/model-ref.ts";
import { gateError } from "../errors.ts";

/** `id@version`, or HOST_ARGUMENT_INVALID. */
export function modelRef(text: string): ModelRef {
  const ref = parseModelRef(text);
  if (ref) return ref;
  const complaint = versionComplaint(text.slice(text.indexOf("@") + 1));
  throw invalid(
    `"${text}" is no model version; write it as flight-delay@1.1.0.${complaint ? ` ${complaint}` : ""}`,
  );
}

/** A model id, or `id@version`: the version is null when it is left out. */
export function modelAndVersion(text: string): { readonly id: string; readonly version: string | null } {
  if (text.includes("@")) return modelRef(text);
  return { id: modelId(text), version: null };
}

export function modelId(text: string): string {
  if (isModelId(text)) return text;
  throw invalid(`"${text}" is no model id: lower-case letters, digits, ".", "_" and "-".`);
}

export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalid(`${option} is "${text}"; it must be a whole number.`);
}

const TIME = /^(\d{4}-\d\d-\d\d)(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/;

/** A time up to now, that has a zone or is a date; HOST_ARGUMENT_INVALID, also for a day that no calendar has. */
export function pastTime(option: string, text: string, now = new Date()): Date {
  const [day = ""] = TIME.exec(text)?.slice(1) ?? [];
  const [date, midnight] = [new Date(text), new Date(day)];
  // Otherwise the 31st of February would silently be the 3rd of March.
  if (
    Number.isNaN(date.getTime()) ||
    Number.isNaN(midnight.getTime()) ||
    !midnight.toISOString().startsWith(day)
  )
    throw invalid(`${option} is "${text}"; write it as 2026-11-21T08:00:00Z or 2026-11-21.`);
  if (date > now) throw invalid(`${option} is ${text}; what will be then cannot be proved.`);
  return date;
}

function invalid(message: string): Error {
  return gateError("HOST_ARGUMENT_INVALID", message);
}
