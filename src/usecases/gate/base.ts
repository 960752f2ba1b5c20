import { ENVIRONMENTS_FILE, WAIVERS_FILE, RETENTION_FILE } from "../../domain/policy-files.ts";
import { type Digest, digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE } from "../../domain/ledger.ts";
import { LIMITS } from "../../domain/limits.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError, problem, type Problem, refuse } from "../../errors.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import { parsePolicies, type PolicySource } from "../../policy/parse-policies.ts";
import type { PolicySet } from "../../policy/policy.ts";
import type { Git } from "../../ports/git.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { readTrust } from "../trust/read-trust.ts";

/** Files of a commit; the audit reads them from raw objects. */
export type CommitFiles = Pick<Git, "show" | "paths">;

/** What judges a change: all of it from the base commit, so that no change can loosen what judges it. */
export interface GateBase {
  readonly commit: string;
  readonly policies: PolicySet;
  readonly ledger: Ledger;
  /** SHA-256 of the bytes of deployed.json. */
  readonly ledgerDigest: Digest;
  /** Null where the base has no trust.yaml. */
  readonly trust: TrustRegistry | null;
}

/** Errors: GIT_*, LEDGER_MISSING, LEDGER_*, POLICY_EMPTY, POLICY_FILE_UNREAD, POLICY_*, with places in files of the base commit. */
export async function readBase(git: CommitFiles, commit: string): Promise<GateBase> {
  const bytes = await git.show(commit, LEDGER_FILE);
  if (!bytes) {
    throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`, {
      where: { file: LEDGER_FILE },
    });
  }
  const rules = await readRules(git, commit);
  return { commit, ...rules, ledger: parseLedger(bytes, LEDGER_FILE), ledgerDigest: digestOf(bytes) };
}

/** What judges a change, apart from the ledger: all that lies below `policies/`. */
export type Rules = Pick<GateBase, "policies" | "trust">;

/** The same of a commit whatever its ledger is. GIT_*, POLICY_*, TRUST_*, DOCUMENT_*. */
export async function readRules(git: CommitFiles, commit: string): Promise<Rules> {
  const [sources, paths, trust] = await Promise.all([
    policySources(git, commit),
    git.paths(commit, "policies"),
    readTrust(git, commit),
  ]);
  refuse(paths.filter(isUnread).map(unread));
  return { policies: parsePolicies(sources), trust };
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
