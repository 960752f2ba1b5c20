import { formatJson } from "../domain/document/format.ts";
import type { Verdict } from "../domain/verdict.ts";

/** The verdict as `verdict.json`: the one spelling that evidence packs hold. */
export function renderJson(verdict: Verdict): string {
  return formatJson(verdict);
}
