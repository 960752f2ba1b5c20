import type { Broken } from "../../domain/broken.ts";
import { type Digest, sameDigest } from "../../domain/digest.ts";
import type { Subject } from "../../domain/evidence.ts";
import { isWayOut } from "../../domain/lifecycle.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { ENVIRONMENTS_FILE, GATES_FOLDER, TRUST_FILE } from "../../domain/policy-files.ts";
import { GateError, type Problem, problem } from "../../errors.ts";
import { holdsEverywhere, type Matchable, matchingPolicies } from "../../policy/match.ts";
import type { PolicySet } from "../../policy/policy.ts";
import type { Lineage } from "../../trust/dependencies.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { brokenBy, sortedBroken, triedContent } from "./broken.ts";

/** A version as its manifest has it. */
export interface RegisteredVersion {
  readonly subject: Subject;
  readonly lineage: Lineage;
}

/** A first-parent line of commits, as far as it is asked what was lawful on it: from Git, or from an audit's raw objects. */
export interface BaseLine {
  /** POLICY_*, DOCUMENT_*, GIT_*. */
  readonly policies: (commit: string) => Promise<PolicySet>;
  /** Null without a trust.yaml. TRUST_*, DOCUMENT_*, GIT_*. */
  readonly trust: (commit: string) => Promise<TrustRegistry | null>;
  /** Undefined where there is no such version. MANIFEST_*, DOCUMENT_*, GIT_*. */
  readonly version: (commit: string, ref: ModelRef) => Promise<RegisteredVersion | undefined>;
  /** Commits of the line up to a commit that changed a path, newest first. */
  readonly history: (commit: string, path: string) => Promise<readonly string[]>;
}

/** What judges a change, apart from the ledger: all that lies below `policies/`. */
export interface Rules {
  readonly policies: PolicySet;
  /** Null where nobody is trusted. */
  readonly trust: TrustRegistry | null;
  /** What the commit holds of it and could not be used. */
  readonly broken: readonly Broken[];
}

/**
 * The rules by which a commit judges a request. For the way out, what cannot be used is replaced by what could be, last on
 * the line: policies, environments, waivers and retention as the one set that they are read as, and trust.yaml. Those rules
 * hold in full. For all else what cannot be read is refused: POLICY_*, TRUST_*, DOCUMENT_*, GIT_*.
 */
export async function rulesFor(line: BaseLine, commit: string, asked: Matchable): Promise<Rules> {
  if (!isWayOut(asked.event)) {
    const [policies, trust] = await Promise.all([line.policies(commit), line.trust(commit)]);
    return { policies, trust, broken: [] };
  }
  const policies = await usablePolicies(line, commit, asked);
  const trust = await usableTrust(line, commit);
  return {
    policies: policies.value,
    trust: trust.value,
    broken: sortedBroken([...policies.broken, ...trust.broken]),
  };
}

async function usablePolicies(line: BaseLine, commit: string, asked: Matchable): Promise<Used<PolicySet>> {
  const found = await newestUsable(line, {
    commit,
    path: "policies",
    read: line.policies,
    unusable: (set) => coversNothing(set, asked),
  });
  return found.value === undefined
    ? { value: await line.policies(commit), broken: [] }
    : { ...found, value: found.value };
}

/** Policies that do not cover a way out, or do not know where it leads out of, are as good as none. */
function coversNothing({ policies, environments }: PolicySet, asked: Matchable): readonly Problem[] {
  const { event, environment } = asked;
  if (matchingPolicies(policies, asked).length === 0) {
    const where = environment === null ? "" : ` in ${environment}`;
    const message = `No policy covers ${event}${where} for ${asked.model}.`;
    return [problem("POLICY_NONE_MATCHES", message, { where: { file: GATES_FOLDER } })];
  }
  if (holdsEverywhere(event) || environments.some(({ name }) => name === environment)) return [];
  const message = `There is no environment ${environment} any more.`;
  return [problem("ENVIRONMENT_UNKNOWN", message, { where: { file: ENVIRONMENTS_FILE } })];
}

/** The last trust that could be read; nobody is trusted where there never was any. */
export async function usableTrust(line: BaseLine, commit: string): Promise<Used<TrustRegistry | null>> {
  const wanted = { commit, path: TRUST_FILE, read: line.trust, unusable: isGone };
  const found = await newestUsable(line, wanted);
  if (found.value !== undefined) return { ...found, value: found.value };
  const wasThere = (await line.history(commit, TRUST_FILE)).length > 0;
  return { value: null, broken: wasThere ? found.broken : [] };
}

function isGone(trust: TrustRegistry | null): readonly Problem[] {
  if (trust) return [];
  return [problem("TRUST_FILE_REMOVED", `${TRUST_FILE} is gone.`, { where: { file: TRUST_FILE } })];
}

/** What of the rules of a commit cannot be used for any way out; nothing is said of what never was there. */
export async function brokenRules(line: BaseLine, commit: string): Promise<readonly Broken[]> {
  const wanted = { commit, path: "policies", read: line.policies, unusable: () => [] };
  const policies = await newestUsable(line, wanted);
  const trust = await usableTrust(line, commit);
  const once = policies.broken.filter(({ instead, reason }) => instead !== null || reason !== "POLICY_EMPTY");
  return sortedBroken([...once, ...trust.broken]);
}

/**
 * A version as it was registered, whatever became of its folder: its manifest is that of the commit, or the last one of the
 * line that could be read and is the one that `known` names. Undefined when there is none.
 */
export async function usableVersion(
  line: BaseLine,
  commit: string,
  { ref, known }: { readonly ref: ModelRef; readonly known: Digest | null },
): Promise<Used<RegisteredVersion | undefined>> {
  const file = `${versionFolder(ref)}/manifest.json`;
  return newestUsable(line, {
    commit,
    path: file,
    read: (at) => line.version(at, ref),
    unusable: (version) => isOther(version, { ref, known, file }),
  });
}

function isOther(
  version: RegisteredVersion | undefined,
  { ref, known, file }: { ref: ModelRef; known: Digest | null; file: string },
): readonly Problem[] {
  const where = { file };
  if (!version)
    return [problem("MANIFEST_MISSING", `${formatModelRef(ref)} has no manifest.json.`, { where })];
  if (known === null || sameDigest(version.subject.manifest_digest, known)) return [];
  const message = `The manifest of ${formatModelRef(ref)} is not the one that deployed.json names.`;
  return [problem("LEDGER_MANIFEST_CHANGED", message, { where })];
}

/** What is used of a path, and what was wrong with it in the commit, where that is something else. */
export interface Used<T> {
  readonly value: T;
  readonly broken: readonly Broken[];
}

interface Wanted<T> {
  readonly commit: string;
  readonly path: string;
  readonly read: (commit: string) => Promise<T>;
  /** Why what was read cannot be used; nothing when it can. */
  readonly unusable: (value: T) => readonly Problem[];
}

/** The newest of a line that can be used; `value` is undefined when none can. */
async function newestUsable<T>(line: BaseLine, wanted: Wanted<T>): Promise<Used<T | undefined>> {
  const { commit, path: file } = wanted;
  const now = await usableAt(wanted, commit);
  if (!(now instanceof GateError)) return { value: now, broken: [] };
  for (const earlier of await line.history(commit, file)) {
    const then = await usableAt(wanted, earlier);
    if (!(then instanceof GateError))
      return { value: then, broken: brokenBy(now, { file, instead: earlier }) };
  }
  return { value: undefined, broken: brokenBy(now, { file, instead: null }) };
}

async function usableAt<T>({ read, unusable }: Wanted<T>, commit: string): Promise<T | GateError> {
  const value = await triedContent(() => read(commit));
  if (value instanceof GateError) return value;
  const [first, ...more] = unusable(value);
  return first ? new GateError([first, ...more]) : value;
}
