import { parseYaml } from "../../domain/document/yaml.ts";
import { GateError, type Problem, problem, tried } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { dependentLines } from "../../report/dependents.ts";
import { formatAllowedSigners } from "../../trust/allowed-signers.ts";
import { SIGNERS_FILE, TRUST_FILE } from "../../domain/policy-files.ts";
import { trustChangeProblems } from "../../trust/compare.ts";
import { describeTrustChange } from "../../trust/describe-change.ts";
import { parseTrust, TRUST_SIZE_LIMIT, type TrustRegistry } from "../../trust/registry.ts";
import { dependentsOf, type OpenPullRequests } from "../trust-change/dependents.ts";
import { gitLine } from "../gate/base.ts";
import { usableTrust } from "../gate/last-lawful.ts";
import type { Change } from "../proof/change.ts";
import type { Findings } from "./report.ts";

/**
 * Checks a change of trust as a whole: the head's trust.yaml is sound, its version grows, no key is erased or replaced, no
 * revocation taken back, and the last policy-owner stays. It counts from the next commit on, never for itself. What depends
 * on what it revokes is named. TRUST_*, DOCUMENT_*.
 */
export async function checkTrust(
  git: Git,
  change: Change,
  openPullRequests?: OpenPullRequests,
): Promise<Findings> {
  // Who repairs a broken trust.yaml is compared with the last one that could be read.
  const before = (await usableTrust(gitLine(git), change.base)).value;
  const bytes = await git.show(change.head, TRUST_FILE);
  if (!bytes) return { problems: before ? [removed()] : [] };
  const after = tried(() => parseTrust(bytes, TRUST_FILE));
  if (after instanceof GateError) return { problems: after.problems };
  const problems = [
    ...(await versionProblems(git, change, { before, after })),
    ...trustChangeProblems(before, after),
    ...(await signersProblems(git, change.head, after)),
  ];
  const dependents = await dependentsOf({ git, openPullRequests }, { before, after, commit: change.base });
  return { problems, notes: [...notesOn(before, after), ...dependentLines(dependents)] };
}

function removed(): Problem {
  return problem("TRUST_FILE_REMOVED", `${TRUST_FILE} is deleted.`, { where: { file: TRUST_FILE } });
}

/** One version is one text, and grows; also when the file was away in between. */
async function versionProblems(
  git: Git,
  { base }: Change,
  of: { before: TrustRegistry | null; after: TrustRegistry },
): Promise<readonly Problem[]> {
  const { before, after } = of;
  if (before?.digest === after.digest) return [];
  const highest = before?.version ?? (await highestBefore(git, base));
  if (after.version > highest) return [];
  const where = { file: TRUST_FILE, pointer: "/metadata/version" };
  const is = `${TRUST_FILE} has version ${after.version}`;
  return after.version < highest
    ? [problem("TRUST_ROLLBACK", `${is}; version ${highest} was merged before.`, { where })]
    : [problem("TRUST_VERSION_NOT_GROWN", `${is}, as before, and says something else.`, { where })];
}

async function highestBefore(git: Git, base: string): Promise<number> {
  if (await git.isShallow()) return 0;
  let highest = 0;
  for (const commit of await git.history(base, TRUST_FILE)) {
    const bytes = await git.show(commit, TRUST_FILE);
    if (bytes) highest = Math.max(highest, versionIn(bytes));
  }
  return highest;
}

/** Also of a file that could not be parsed today. */
function versionIn(bytes: Uint8Array): number {
  const read = tried(() => parseYaml(bytes, TRUST_FILE, TRUST_SIZE_LIMIT).value);
  const metadata = (read as { metadata?: { version?: unknown } } | null)?.metadata;
  const version = read instanceof GateError ? 0 : metadata?.version;
  return typeof version === "number" && Number.isSafeInteger(version) ? version : 0;
}

/** Nobody needs the file; but where it is, people believe it. */
async function signersProblems(git: Git, head: string, after: TrustRegistry): Promise<readonly Problem[]> {
  const bytes = await git.show(head, SIGNERS_FILE);
  if (!bytes || Buffer.from(formatAllowedSigners(after)).equals(bytes)) return [];
  const message = `${SIGNERS_FILE} is not what version ${after.version} of ${TRUST_FILE} makes of it.`;
  return [problem("TRUST_SIGNERS_STALE", message, { where: { file: SIGNERS_FILE } })];
}

function notesOn(before: TrustRegistry | null, after: TrustRegistry): readonly string[] {
  const owners = (before ?? after).owners.join(", ");
  return [
    `Trust: ${before ? `v${before.version}` : "new"} -> v${after.version}. Its owners must agree: ${owners}.`,
    ...(before ? [] : ["This is the root of trust: what was merged before it is vouched for by nobody."]),
    ...describeTrustChange(before, after),
    "Judged by nothing that it changes; the keys of the base hold until it is merged.",
  ];
}
