import { GATES_FOLDER } from "../../domain/policy-files.ts";
import { digestOf } from "../../domain/digest.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { GateError, type Problem, problem, tried } from "../../errors.ts";
import type { GatePolicy, PolicySet } from "../../policy/policy.ts";
import type { Git } from "../../ports/git.ts";
import { policySources } from "../gate/base.ts";
import type { Change } from "../proof/change.ts";

/** Every policy that a change edits has a higher version than it ever had. POLICY_ROLLBACK, POLICY_VERSION_NOT_RAISED. */
export async function versionProblems(
  git: Git,
  change: Change,
  of: { before: PolicySet | null; after: PolicySet },
): Promise<Problem[]> {
  // A head that left the base long ago still has older policies: only those that it changed are its own.
  const paths = new Set(change.paths.map(({ path }) => path));
  const found = of.after.policies
    .filter(({ path }) => paths.has(path))
    .map((policy) => ({ policy, known: of.before?.policies.find(({ name }) => name === policy.name) }))
    .filter(({ policy, known }) => known?.digest !== policy.digest);
  if (found.length === 0) return [];
  const unknown = found.some(({ known }) => known === undefined);
  const seen = unknown ? await versionsBefore(git, change.base) : [];
  return found.flatMap(({ policy, known }) => rise(policy, known?.version ?? highest(seen, policy)));
}

/** A policy that changed has a higher version than any before: POLICY_ROLLBACK, POLICY_VERSION_NOT_RAISED. */
export function rise(policy: GatePolicy, before: number): Problem[] {
  if (policy.version > before) return [];
  const where = { file: policy.path, pointer: "/metadata/version" };
  const text = `Policy ${policy.name} has version ${policy.version}`;
  return policy.version < before
    ? [problem("POLICY_ROLLBACK", `${text}; version ${before} was merged before.`, { where })]
    : [problem("POLICY_VERSION_NOT_RAISED", `${text}, as before, and says something else.`, { where })];
}

interface Seen {
  readonly path: string;
  readonly name: unknown;
  readonly version: number;
}

/** A policy that was removed comes back, under its name or in its file: its versions still count. 0 when it never was. */
function highest(seen: readonly Seen[], { name, path }: GatePolicy): number {
  const same = seen.filter((one) => one.name === name || one.path === path);
  return same.reduce((most, { version }) => Math.max(most, version), 0);
}

/** All policies that were ever merged, read as far as they can be. None in a shallow clone. */
async function versionsBefore(git: Git, base: string): Promise<readonly Seen[]> {
  if (await git.isShallow()) return [];
  const seen = new Map<string, Seen>();
  for (const commit of await git.history(base, GATES_FOLDER)) {
    for (const { path, bytes } of await policySources(git, commit)) {
      const key = `${path}\0${digestOf(bytes)}`;
      if (!seen.has(key)) seen.set(key, { path, ...headOf(path, bytes) });
    }
  }
  return [...seen.values()];
}

function headOf(path: string, bytes: Uint8Array): Omit<Seen, "path"> {
  const read = tried(() => parseYaml(bytes, path).value as { metadata?: Record<string, unknown> } | null);
  const { name, version } = (read instanceof GateError ? null : read?.metadata) ?? {};
  return { name, version: typeof version === "number" && Number.isSafeInteger(version) ? version : 0 };
}
