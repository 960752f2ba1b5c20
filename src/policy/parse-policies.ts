import { digestOf } from "../domain/digest.ts";
import type { Document } from "../domain/document/document.ts";
import { schemaProblems } from "../domain/document/check-schema.ts";
import { parseYaml } from "../domain/document/yaml.ts";
import { GateError, problem, type Problem, refuse } from "../errors.ts";
import { crossCheck } from "./parse/cross-check.ts";
import { readEnvironments } from "./parse/environments.ts";
import { readGatePolicy } from "./parse/gate-policy.ts";
import { readRetention } from "./parse/retention.ts";
import { at, readerOf, report, textOr, type Reader } from "./parse/reader.ts";
import { readWaivers } from "./parse/waivers.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import type { PolicySet } from "./policy.ts";
import type { Retention } from "./retention.ts";
import { ENVIRONMENTS_V1 } from "../generated/environments-v1.js";
import { POLICY_V1 } from "../generated/policy-v1.js";
import { RETENTION_V1 } from "../generated/retention-v1.js";
import { WAIVERS_V1 } from "../generated/waivers-v1.js";

export interface PolicySource {
  /** Relative to the repository's root. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const SCHEMAS = {
  GatePolicy: POLICY_V1,
  Environments: ENVIRONMENTS_V1,
  Waivers: WAIVERS_V1,
  RetentionPolicy: RETENTION_V1,
} as const;
type PolicyKind = keyof typeof SCHEMAS;

/** A policy file that could be read; its meaning may still be wrong. */
interface PolicyFile {
  readonly kind: PolicyKind;
  readonly source: PolicySource;
  readonly root: Reader;
}

/**
 * Parses gate policies, environments and waivers, in any order and mixture. A retention policy among them is checked with
 * the rest; it judges nothing, so that it is no part of the set. Throws one GateError with every problem of every file
 * (POLICY_*, DOCUMENT_*), sorted by file, line and column.
 */
export function parsePolicies(sources: readonly PolicySource[]): PolicySet {
  const problems: Problem[] = [];
  const files = sources
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((source) => openFile(source, problems))
    .filter((file) => file !== undefined);
  const gates = files.filter(({ kind }) => kind === "GatePolicy");
  const parsed = {
    policies: gates.map(({ root, source }) => ({
      root,
      policy: readGatePolicy(root, { path: source.path, digest: digestOf(source.bytes) }),
    })),
    environments: files
      .filter(({ kind }) => kind === "Environments")
      .map(({ root }) => ({ root, environments: readEnvironments(root) })),
    waivers: files.filter(({ kind }) => kind === "Waivers").flatMap(({ root }) => readWaivers(root)),
  };
  if (gates.length === 0 && problems.length === 0)
    problems.push(problem("POLICY_EMPTY", "There is no gate policy."));
  for (const { kind, root } of files) if (kind === "RetentionPolicy") readRetention(root);
  crossCheck(parsed);
  refuse(sorted(distinct(problems)));
  return {
    policies: parsed.policies.map(({ policy }) => policy),
    environments: parsed.environments.flatMap(({ environments }) => environments),
    waivers: parsed.waivers.map(({ waiver }) => waiver),
  };
}

/** Parses `policies/retention.yaml`. POLICY_*, DOCUMENT_*, sorted by line and column. */
export function parseRetention(source: PolicySource): Retention {
  const problems: Problem[] = [];
  const file = openFile(source, problems);
  if (file && file.kind !== "RetentionPolicy") {
    const message = `The kind is "${file.kind}", and this file is for RetentionPolicy.`;
    report(at(file.root, "kind"), "POLICY_KIND_UNKNOWN", message);
  }
  const retention = file && readRetention(file.root);
  refuse(sorted(distinct(problems)));
  return retention as Retention;
}

function openFile(source: PolicySource, problems: Problem[]): PolicyFile | undefined {
  const document = readDocument(source, problems);
  if (!document) return undefined;
  const root = readerOf(document, problems);
  const kind = textOr(at(root, "kind"), "");
  if (!isKind(kind)) {
    const where = at(root, "kind");
    report(
      where,
      "POLICY_KIND_UNKNOWN",
      `The kind is "${kind.slice(0, 40)}".`,
      didYouMean(kind, Object.keys(SCHEMAS)),
    );
    return undefined;
  }
  problems.push(...schemaProblems(document, SCHEMAS[kind]));
  return { kind, source, root };
}

function isKind(text: string): text is PolicyKind {
  return Object.hasOwn(SCHEMAS, text);
}

function readDocument(source: PolicySource, problems: Problem[]): Document | undefined {
  try {
    return parseYaml(source.bytes, source.path);
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
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
