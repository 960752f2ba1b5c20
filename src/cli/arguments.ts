import { isModelId, type ModelRef, parseModelRef } from "../domain/model-ref.ts";
import { gateError } from "../errors.ts";

/** `id@version`, or HOST_ARGUMENT_INVALID. */
export function modelRef(text: string): ModelRef {
  const ref = parseModelRef(text);
  if (ref) return ref;
  throw invalid(`"${text}" is no model version; write it as flight-delay@1.1.0.`);
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

/** A time that has a zone or is a date, or HOST_ARGUMENT_INVALID. */
export function time(option: string, text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(date.getTime()))
    return date;
  throw invalid(`${option} is "${text}"; write it as 2026-11-21T08:00:00Z or 2026-11-21.`);
}

function invalid(message: string): Error {
  return gateError("HOST_ARGUMENT_INVALID", message);
}
