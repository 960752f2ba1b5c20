import { GateError } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { formatAllowedSigners } from "../../trust/allowed-signers.ts";
import { SIGNERS_FILE, TRUST_FILE } from "../../domain/policy-files.ts";
import { trustChangeProblems } from "../../trust/compare.ts";
import { describeTrustChange } from "../../trust/describe-change.ts";
import { editTrust } from "../../trust/file/edit-trust.ts";
import type { TrustDocument } from "../../trust/file/trust-document.ts";
import { TRUST_SIZE_LIMIT } from "../../trust/registry.ts";
import { type Dependent, dependentsOf, type OpenPullRequests } from "./dependents.ts";

/** A written change of trust. */
export interface TrustChange {
  readonly version: number;
  /** What it does, one sentence each. */
  readonly changes: readonly string[];
  /** Relative to the repository's root. */
  readonly written: readonly string[];
  /** Versions of HEAD that depend on what it revokes. */
  readonly dependents: readonly Dependent[];
}

/**
 * Edits trust.yaml of the work tree, and writes git's list of signers from it. It counts once it is merged, from the commit
 * after that one on. What the check would refuse is refused here. TRUST_*, DOCUMENT_*, FILE_*, and what `dependentsOf`
 * throws; then nothing is written.
 */
export async function changeTrust(
  ports: {
    readonly git: Git;
    readonly files: Files;
    readonly openPullRequests?: OpenPullRequests | undefined;
  },
  edit: (document: TrustDocument) => TrustDocument,
  options: { readonly rewrite?: boolean } = {},
): Promise<TrustChange> {
  const bytes = await ports.files.readIfExists(TRUST_FILE, TRUST_SIZE_LIMIT);
  const { before, after, text } = editTrust(bytes ?? null, edit, options);
  const [first, ...rest] = trustChangeProblems(before, after);
  if (first) throw new GateError([first, ...rest]);
  const commit = await ports.git.resolve("HEAD");
  const dependents = commit === undefined ? [] : await dependentsOf(ports, { before, after, commit });
  await ports.files.write(TRUST_FILE, text);
  await ports.files.write(SIGNERS_FILE, formatAllowedSigners(after));
  return {
    version: after.version,
    changes: describeTrustChange(before, after),
    written: [TRUST_FILE, SIGNERS_FILE],
    dependents,
  };
}
