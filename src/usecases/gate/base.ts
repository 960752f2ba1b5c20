import type { Digest } from "../../domain/digest.ts";
import { type Ledger, modelState } from "../../domain/ledger.ts";
import { isWayOut, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { ENVIRONMENTS_FILE, RETENTION_FILE, WAIVERS_FILE } from "../../domain/policy-files.ts";
import { gateError, problem, type Problem, refuse } from "../../errors.ts";
import { modelDigest } from "../../ledger/ledger-text.ts";
import { type Matchable, matchingPolicies } from "../../policy/match.ts";
import { parityRulesOf } from "../../policy/parity.ts";
import { parsePolicies, type PolicySource } from "../../policy/parse-policies.ts";
import type { PolicySet } from "../../policy/policy.ts";
import type { ParityRules } from "../../domain/parity-rules.ts";
import type { Git } from "../../ports/git.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { type ModelVersion, readVersion } from "../registry/load-version.ts";
import { readTrust } from "../trust/read-trust.ts";
import { readBaseLedger } from "./base-ledger.ts";
import { sortedBroken } from "./broken.ts";
import { type BaseLine, type RegisteredVersion, type Rules, rulesFor, usableTrust } from "./last-lawful.ts";

/** Files of a commit; the audit reads them from raw objects. */
export type CommitFiles = Pick<Git, "show" | "paths">;

/** What judges a change: all of it from the base commit's line, so that no change can loosen what judges it. */
export interface GateBase extends Rules {
  readonly commit: string;
  /** Of the base commit; for the way out the last lawful one. */
  readonly ledger: Ledger;
  /** SHA-256 of what it says of the model that is asked for: decisions on other models make no other. */
  readonly ledgerDigest: Digest;
}

/** The first-parent line of a commit, as Git has it. */
export type LineFiles = Pick<Git, "show" | "paths" | "history" | "facts" | "isShallow">;

/**
 * What judges a request on a base commit: the commit's own, and for the way out the last lawful of what is broken there,
 * with `broken` naming it. Errors: GIT_*, LEDGER_MISSING, LEDGER_*, TRUST_*, POLICY_EMPTY, POLICY_FILE_UNREAD, POLICY_*,
 * DOCUMENT_*, with places in files of the base commit.
 */
export async function readBase(git: LineFiles, commit: string, asked: Matchable): Promise<GateBase> {
  const { ledger, broken } = await readBaseLedger(git, commit, asked.event);
  const rules = await rulesFor(gitLine(git), commit, asked);
  return {
    commit,
    ...rules,
    ledger,
    ledgerDigest: modelDigest(modelState(ledger, asked.model)),
    broken: sortedBroken([...broken, ...rules.broken]),
  };
}

/** A first-parent line from the repository as its owner uses it. */
export function gitLine(git: LineFiles): BaseLine {
  return {
    policies: (commit) => readPolicies(git, commit),
    trust: (commit) => readTrust(git, commit),
    version: (commit, ref) => versionAt(git, commit, ref),
    // A cut history shows nothing that was lawful before.
    history: async (commit, path) => ((await git.isShallow()) ? [] : git.history(commit, path)),
  };
}

/** Who a commit's way out trusts: the last trust.yaml of its line that can be read; null where there never was one. GIT_*. */
export async function readTrustFor(
  git: LineFiles,
  commit: string,
  event: LifecycleEvent,
): Promise<TrustRegistry | null> {
  return isWayOut(event) ? (await usableTrust(gitLine(git), commit)).value : readTrust(git, commit);
}

/** The policies of a commit, whatever its ledger is. GIT_*, POLICY_*, DOCUMENT_*. */
export async function readPolicies(git: CommitFiles, commit: string): Promise<PolicySet> {
  const [sources, paths] = await Promise.all([policySources(git, commit), git.paths(commit, "policies")]);
  refuse(paths.filter(isUnread).map(unread));
  return parsePolicies(sources);
}

async function versionAt(
  git: CommitFiles,
  commit: string,
  ref: ModelRef,
): Promise<RegisteredVersion | undefined> {
  const bytes = await git.show(commit, `${versionFolder(ref)}/manifest.json`);
  return bytes && registeredVersion(readVersion(ref, bytes));
}

/** What is asked of a version that was registered. */
export function registeredVersion({ subject, manifest }: ModelVersion): RegisteredVersion {
  const { dataset_hash, trainer_code_hash, signing_key_id } = manifest;
  return { subject, lineage: { dataset_hash, trainer_code_hash, signing_key_id } };
}

/** What the policies of a commit allow an output in the transition that is asked for. GIT_*, POLICY_*. */
export async function parityRulesAt(
  git: CommitFiles,
  commit: string,
  request: Matchable,
): Promise<ParityRules> {
  const { policies } = await readPolicies(git, commit);
  return parityRulesOf(matchingPolicies(policies, request));
}

const GATES = /^policies\/gates\/[^/]+\.yaml$/;
const BESIDE = new Set([ENVIRONMENTS_FILE, WAIVERS_FILE, RETENTION_FILE]);

/** Looks like a policy and is none by its place or its ending: `gates/strict.yml`, `gates/prod/strict.yaml`. */
function isUnread(path: string): boolean {
  const looks = /^policies\/(?:gates\/.*|environments|waivers|retention)\.ya?ml$/i.test(path);
  return looks && !GATES.test(path) && !BESIDE.has(path);
}

function unread(file: string): Problem {
  return problem("POLICY_FILE_UNREAD", `The gate does not read ${file}.`, { where: { file } });
}

/** The policy files of a commit that the judge reads. */
export async function policySources(git: CommitFiles, commit: string): Promise<PolicySource[]> {
  const paths = (await git.paths(commit, "policies")).filter((path) => GATES.test(path) || BESIDE.has(path));
  if (paths.length > LIMITS.policyFiles) {
    const message = `There are ${paths.length} policy files below policies/; at most ${LIMITS.policyFiles} are read.`;
    throw gateError("POLICY_TOO_MUCH", message, { where: { file: "policies" } });
  }
  return Promise.all(paths.map(async (path) => ({ path, bytes: await present(git, commit, path) })));
}

async function present(git: CommitFiles, commit: string, path: string): Promise<Uint8Array> {
  const bytes = await git.show(commit, path);
  if (!bytes)
    throw gateError("GIT_NOT_A_FILE", `${path} is no regular file in commit ${commit}.`, {
      where: { file: path },
    });
  return bytes;
}
