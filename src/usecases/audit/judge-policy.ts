import type { AuditException } from "../../domain/audit.ts";
import { EXCEPTIONS_FILE } from "../../domain/policy-files.ts";
import { parseExceptions } from "../../ledger/audit/exceptions.ts";
import { parsePolicies } from "../../policy/parse-policies.ts";
import type { GatePolicy, PolicySet } from "../../policy/policy.ts";
import { tried } from "../../errors.ts";
import { kindOfPath } from "../../ledger/classify.ts";
import { policySources } from "../gate/base.ts";
import { rise } from "../check/policy-versions.ts";
import { type Finding, findingOr } from "./finding.ts";
import type { Scene } from "./walk.ts";

/**
 * A change of policies: they are sound as a whole, and the version of each that changed is higher than any that it ever
 * had. POLICY_*, DOCUMENT_*.
 */
export async function judgePolicies(scene: Scene): Promise<BroughtPolicies> {
  const brought = await exceptionsIn(scene);
  const gates = await findingOr(() => judgeGates(scene));
  return { ...gates, ...(brought ? { exceptions: brought } : {}) };
}

/** Exceptions that a commit brought; they count when it passed. */
export interface BroughtPolicies extends Finding {
  readonly exceptions?: readonly AuditException[];
}

async function exceptionsIn({ walk, landed, after }: Scene): Promise<readonly AuditException[] | null> {
  if (!landed.changes.some(({ path }) => path === EXCEPTIONS_FILE)) return null;
  const bytes = await walk.snapshots.store.file(after, EXCEPTIONS_FILE);
  return bytes ? parseExceptions(bytes) : [];
}

async function judgeGates(scene: Scene): Promise<Finding> {
  const { walk, landed, after, before } = scene;
  const sources = await policySources(walk.snapshots.files(after), after);
  if (sources.length === 0) return { problems: [] };
  const policies = parsePolicies(sources);
  const known = before === null ? null : await policiesOf(scene, before);
  const changed = new Set(landed.changes.map(({ path }) => path));
  const risen = policies.policies.filter(
    (policy) => changed.has(policy.path) && known?.get(policy.name) !== policy.digest,
  );
  const problems = risen.flatMap((policy) => rise(policy, highest(scene, policy)));
  for (const policy of policies.policies) noteVersion(scene, policy);
  return { problems };
}

/** Versions of policies that came in a commit of another kind: they lay there, whatever becomes of it. */
export async function noteVersions(scene: Scene): Promise<void> {
  if (scene.landed.changes.some(({ path }) => kindOfPath(path) === "policy"))
    await findingOr(() => judgeGates(scene));
}

/** Digests of the policies before, by name; null when they could not be read. */
async function policiesOf({ walk }: Scene, root: string): Promise<ReadonlyMap<string, string> | null> {
  const sources = await policySources(walk.snapshots.files(root), root);
  const parsed = tried((): PolicySet => parsePolicies(sources));
  return "policies" in parsed ? new Map(parsed.policies.map(({ name, digest }) => [name, digest])) : null;
}

/** Under its name or in its file: a policy that was removed and comes back has had its versions all the same. */
function highest({ walk }: Scene, policy: GatePolicy): number {
  return Math.max(...keysOf(policy).map((key) => walk.versions.get(key) ?? 0));
}

function noteVersion(scene: Scene, policy: GatePolicy): void {
  const most = Math.max(policy.version, highest(scene, policy));
  for (const key of keysOf(policy)) scene.walk.versions.set(key, most);
}

function keysOf({ name, path }: GatePolicy): readonly string[] {
  return [name, path];
}
