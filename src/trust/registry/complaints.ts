import { MAX_PROBLEMS } from "../../domain/document/document.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import type { Problem } from "../../errors.ts";
import { type Reader, report } from "../../domain/document/reader.ts";

/** Reports a value, up to the number of problems that anybody reads: placing one costs a walk through the text. */
export function complain(reader: Reader, code: ReasonCode, message: string): void {
  if (reader.problems.length < MAX_PROBLEMS) report(reader, code, message);
}

/** Complains about every value but the first of those that are equal. */
export function complainOfTwins(
  entries: readonly { readonly reader: Reader; readonly name: string }[],
  code: ReasonCode,
  noun: string,
): void {
  const seen = new Set<string>();
  for (const { reader, name } of entries) {
    if (name === "") continue;
    if (seen.has(name)) complain(reader, code, `${JSON.stringify(name)} stands for two ${noun}.`);
    seen.add(name);
  }
}

/** Where both the schema and the reader object to a value, the reader's words count: they know what it means. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  const told = new Set(problems.filter(({ code }) => !code.startsWith("DOCUMENT_")).map(placeKey));
  return problems.filter((one) => !/^DOCUMENT_(?:VALUE|TYPE)_/.test(one.code) || !told.has(placeKey(one)));
}

function placeKey({ where }: Problem): string {
  return where?.pointer ?? "";
}

/** The first problems by line and column. */
export function byPlace(problems: readonly Problem[]): readonly Problem[] {
  const at = ({ where }: Problem): number => (where?.line ?? 0) * 1e6 + (where?.column ?? 0);
  return problems.toSorted((a, b) => at(a) - at(b)).slice(0, MAX_PROBLEMS);
}
