import { schemaProblems } from "../../domain/document/check-schema.ts";
import type { Document } from "../../domain/document/document.ts";
import type { Schema } from "../../domain/document/schema.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { GateError, type Problem, tried } from "../../errors.ts";
import { at, readerOf, report, textOr, type Reader } from "../../domain/document/reader.ts";

export interface PolicySource {
  /** Relative to the repository's root. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A policy file that could be read; its meaning may still be wrong. */
export interface PolicyFile<Kind extends string> {
  readonly kind: Kind;
  readonly source: PolicySource;
  readonly root: Reader;
}

/** Reads a file of one of the kinds that have a schema; undefined when it is none, and then a problem says why. */
export function openFile<Kind extends string>(
  source: PolicySource,
  schemas: Readonly<Record<Kind, Schema>>,
  problems: Problem[],
): PolicyFile<Kind> | undefined {
  const document = readDocument(source, problems);
  if (!document) return undefined;
  const root = readerOf(document, problems);
  const text = textOr(at(root, "kind"), "");
  const kinds = Object.keys(schemas) as Kind[];
  const kind = kinds.find((known) => known === text);
  if (kind === undefined) {
    const message = `The kind is "${text.slice(0, 40)}".`;
    report(at(root, "kind"), "POLICY_KIND_UNKNOWN", message, didYouMean(text, kinds));
    return undefined;
  }
  problems.push(...schemaProblems(document, schemas[kind]));
  return { kind, source, root };
}

/** Problems by file, line and column, each value's once. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return sorted(distinct(problems));
}

function readDocument(source: PolicySource, problems: Problem[]): Document | undefined {
  const document = tried(() => parseYaml(source.bytes, source.path));
  if (!(document instanceof GateError)) return document;
  problems.push(...document.problems);
  return undefined;
}

/** Where both the schema and the reader object to a value, the reader's words count: they know what it means. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const key = ({ where }: Problem): string => `${where?.file}#${where?.pointer}`;
  const told = new Set(problems.filter(({ code }) => !code.startsWith("DOCUMENT_")).map(key));
  return problems.filter((found) => !/^DOCUMENT_(?:VALUE|TYPE)_/.test(found.code) || !told.has(key(found)));
}

function sorted(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ where, code }: Problem): string {
  const [line, column] = [where?.line ?? 0, where?.column ?? 0].map((number) =>
    String(number).padStart(9, "0"),
  );
  return [where?.file ?? "", line, column, code].join("\0");
}
