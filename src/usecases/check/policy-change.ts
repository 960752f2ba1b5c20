import { parseYaml } from "../../domain/document/yaml.ts";
import { GateError, type Problem, problem } from "../../errors.ts";
import { folded } from "../../ledger/classify.ts";
import { parsePolicies, type PolicySource } from "../../policy/parse-policies.ts";
import type { GatePolicy, PolicySet } from "../../policy/policy.ts";
import type { Git } from "../../ports.ts";
import { policySources } from "../gate/base.ts";
import type { Change } from "./change.ts";
import { checkGateChange } from "./gate-change.ts";
import { type Findings, tried } from "./report.ts";

const READ =
  /^policies\/(?:gates\/[^/]+\.yaml|environments\.yaml|waivers\.yaml|trust\.yaml|retention\.yaml)$/;

/**
 * Checks a change of policies, trust, schemas or the gate's own workflows: the head's policies must be sound as a whole,
 * and their versions only grow. The change is never judged by what it says itself; that the owners agree is for the
 * forge to enforce, and they are named. POLICY_*, DOCUMENT_*, CHECK_CASE_TWIN, CHECK_GATE_WEAKENED.
 */
export async function checkPolicies(git: Git, change: Change): Promise<Findings> {
  const before = parsePolicies(await policySources(git, change.base));
  const sources = await policySources(git, change.head);
  const parsed = tried(() => parsePolicies(sources));
  const after = parsed instanceof GateError ? null : parsed;
  const gate = await checkGateChange(git, change);
  const problems = [
    ...gate.problems,
    ...(await unreadProblems(git, change)),
    ...(parsed instanceof GateError ? parsed.problems : []),
    ...(await trustProblems(git, change.head)),
    ...(after ? await versionProblems(git, change, { before, after }) : []),
  ];
  return { problems, notes: [...(after ? notesOn(change, before, after) : []), ...gate.notes] };
}

/** A policy that nobody reads would not hold, and one that only some machines read is worse. */
async function unreadProblems(git: Git, { head, paths }: Change): Promise<Problem[]> {
  const changed = new Set(paths.filter(({ after }) => after !== null).map(({ path }) => path));
  const all = (await git.tree(head, "policies")).map(({ path }) => path);
  const unread = all.filter((path) => changed.has(path) && /\.ya?ml$/i.test(path) && !READ.test(path));
  const twins = all.filter((path, n) => all.findIndex((other) => folded(other) === folded(path)) < n);
  return [
    ...unread.map((file) =>
      problem("POLICY_FILE_UNREAD", `The gate does not read ${file}.`, { where: { file } }),
    ),
    ...twins.map((file) =>
      problem("CHECK_CASE_TWIN", `${file} differs from another file in case or accents alone.`, {
        where: { file },
      }),
    ),
  ];
}

/** Who is trusted with what is proven elsewhere; here the file must at least be read without doubt. */
async function trustProblems(git: Git, head: string): Promise<readonly Problem[]> {
  const file = "policies/trust.yaml";
  const bytes = await git.show(head, file);
  const read = bytes && tried(() => parseYaml(bytes, file));
  return read instanceof GateError ? read.problems : [];
}

async function versionProblems(
  git: Git,
  change: Change,
  of: { before: PolicySet; after: PolicySet },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  // A head that left the base long ago still has older policies: only those that it changed are its own.
  const changed = new Set(change.paths.map(({ path }) => path));
  for (const policy of of.after.policies.filter(({ path }) => changed.has(path))) {
    const known = of.before.policies.find(({ name }) => name === policy.name);
    if (known?.digest === policy.digest) continue;
    const highest = known?.version ?? (await highestBefore(git, change.base, policy));
    problems.push(...rise(policy, highest));
  }
  return problems;
}

/** A policy that changed has a higher version than any before: POLICY_ROLLBACK, POLICY_VERSION_NOT_RAISED. */
export function rise(policy: GatePolicy, highest: number): Problem[] {
  if (policy.version > highest) return [];
  const where = { file: policy.path, pointer: "/metadata/version" };
  const text = `Policy ${policy.name} has version ${policy.version}`;
  return policy.version < highest
    ? [problem("POLICY_ROLLBACK", `${text}; version ${highest} was merged before.`, { where })]
    : [problem("POLICY_VERSION_NOT_RAISED", `${text}, as before, and says something else.`, { where })];
}

/** A policy that was removed comes back: versions that it had at this path still count. 0 when it never was. */
async function highestBefore(git: Git, base: string, policy: GatePolicy): Promise<number> {
  if (await git.isShallow()) return 0;
  let highest = 0;
  for (const commit of await git.history(base, policy.path)) {
    const bytes = await git.show(commit, policy.path);
    if (bytes) highest = Math.max(highest, versionIn({ path: policy.path, bytes }));
  }
  return highest;
}

function versionIn({ bytes, path }: PolicySource): number {
  const read = tried(() => parseYaml(bytes, path).value as { metadata?: { version?: unknown } } | null);
  const version = read instanceof GateError ? 0 : read?.metadata?.version;
  return typeof version === "number" && Number.isSafeInteger(version) ? version : 0;
}

/** What changes, and whose word it needs: the owners whom the base names, not those whom the change names. */
function notesOn(change: Change, before: PolicySet, after: PolicySet): string[] {
  const names = [...new Set([...before.policies, ...after.policies].map(({ name }) => name))].sort();
  const policies = names.flatMap((name) => {
    const [old, now] = [before, after].map((set) => set.policies.find((each) => each.name === name));
    const touched = change.paths.some(({ path }) => path === old?.path || path === now?.path);
    if (old?.digest === now?.digest || !touched) return [];
    const step = `${old ? `v${old.version}` : "new"} -> ${now ? `v${now.version}` : "removed"}`;
    const owners = (old ?? now)?.owners.join(", ") ?? "";
    return [`Policy ${name}: ${step}. Its owners must agree: ${owners}.`];
  });
  const others = change.paths.map(({ path }) => path).filter((path) => !path.startsWith("policies/gates/"));
  return [
    ...policies,
    ...(others.length > 0 ? [`Changes what guards the gate: ${others.slice(0, 10).join(", ")}.`] : []),
    "Judged by nothing that it changes; the policies of the base hold until it is merged.",
  ];
}
