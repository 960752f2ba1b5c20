import { digestOf } from "../domain/digest.ts";
import { LIMITS } from "../domain/limits.ts";
import { YAML_SIZE_LIMIT } from "../domain/document/yaml.ts";
import { type Problem, problem, refuse } from "../errors.ts";
import { crossCheck } from "./parse/cross-check.ts";
import { readEnvironments } from "./parse/environments.ts";
import { readGatePolicy } from "./parse/gate-policy.ts";
import { inOrder, openFile, type PolicySource } from "./parse/policy-file.ts";
import { readRetention } from "./parse/retention.ts";
import { readWaivers } from "./parse/waivers.ts";
import type { PolicySet } from "./policy.ts";
import { ENVIRONMENTS_V1 } from "../generated/environments-v1.js";
import { POLICY_V1 } from "../generated/policy-v1.js";
import { RETENTION_V1 } from "../generated/retention-v1.js";
import { WAIVERS_V1 } from "../generated/waivers-v1.js";

export type { PolicySource } from "./parse/policy-file.ts";

const SCHEMAS = {
  GatePolicy: POLICY_V1,
  Environments: ENVIRONMENTS_V1,
  Waivers: WAIVERS_V1,
  RetentionPolicy: RETENTION_V1,
} as const;

/**
 * Parses gate policies, environments and waivers, in any order and mixture. A retention policy among them is checked with
 * the rest; it judges nothing, so that it is no part of the set. Throws one GateError with every problem of every file
 * (POLICY_*, DOCUMENT_*), sorted by file, line and column.
 */
export function parsePolicies(sources: readonly PolicySource[]): PolicySet {
  refuse(tooMuch(sources));
  const problems: Problem[] = [];
  const files = sources
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((source) => openFile(source, SCHEMAS, problems))
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
  refuse(tooManyObjectives(parsed.policies.map(({ policy }) => policy)));
  crossCheck(parsed);
  refuse(inOrder(problems));
  return {
    policies: parsed.policies.map(({ policy }) => policy),
    environments: parsed.environments.flatMap(({ environments }) => environments),
    waivers: parsed.waivers.map(({ waiver }) => waiver),
  };
}

/** POLICY_TOO_MUCH, before anything is parsed. A file over its own limit is refused by its reader, which names that limit. */
function tooMuch(sources: readonly PolicySource[]): Problem[] {
  const read = sources.filter(({ bytes }) => bytes.length <= YAML_SIZE_LIMIT);
  const bytes = read.reduce((sum, source) => sum + source.bytes.length, 0);
  const [largest] = read.toSorted((a, b) => b.bytes.length - a.bytes.length);
  return [
    ...above(sources.length, LIMITS.policyFiles, { what: "policy files" }),
    ...above(bytes, LIMITS.policyBytes, { what: "bytes of policy files", file: largest?.path }),
  ];
}

function tooManyObjectives(policies: PolicySet["policies"]): Problem[] {
  const count = policies.reduce((sum, { objectives }) => sum + objectives.length, 0);
  return above(count, LIMITS.objectives, { what: "objectives" });
}

/** `file` is where to look first. */
function above(
  count: number,
  most: number,
  { what, file = "policies" }: { what: string; file?: string | undefined },
): Problem[] {
  if (count <= most) return [];
  const message = `There are ${count} ${what} below policies/; at most ${most} are read.`;
  return [problem("POLICY_TOO_MUCH", message, { where: { file } })];
}
