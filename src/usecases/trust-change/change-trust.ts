import { GateError, gateError, triedOr } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { formatAllowedSigners } from "../../trust/allowed-signers.ts";
import { SIGNERS_FILE, TRUST_FILE } from "../../domain/policy-files.ts";
import { trustChangeProblems } from "../../trust/compare.ts";
import { describeTrustChange } from "../../trust/describe-change.ts";
import { editTrust, trustWith } from "../../trust/file/edit-trust.ts";
import type { TrustEdit } from "../../trust/file/edits.ts";
import type { TrustStep } from "../../trust/new-revocations.ts";
import { parseTrust, TRUST_SIZE_LIMIT } from "../../trust/registry.ts";
import { type Dependent, dependentsOf, type OpenPullRequests } from "./dependents.ts";

/** A change of trust, as it is in the work tree now. */
export interface TrustChange {
  readonly version: number;
  /** What it does, one sentence each; empty when trust.yaml had the edit already. */
  readonly changes: readonly string[];
  /** Relative to the repository's root. */
  readonly written: readonly string[];
  /** Versions of HEAD that depend on what it revokes. */
  readonly dependents: readonly Dependent[];
}

export interface TrustPorts {
  readonly git: Git;
  readonly files: Files;
  readonly openPullRequests?: OpenPullRequests | undefined;
}

/** Every try that fails is an edit of another process that succeeded. */
const TRIES = 20;

/**
 * Edits trust.yaml of the work tree, and writes git's list of signers from it. It counts once it is merged, from the commit
 * after that one on. What the check would refuse is refused here. Written is only over the bytes that were read; when
 * another process was faster, the edit is applied anew to what that one wrote. An edit that trust.yaml has already writes
 * only the list of signers, so that the same command finishes what a kill cut short. TRUST_*, DOCUMENT_*, FILE_*, and what
 * `dependentsOf` throws; then nothing is written.
 */
export async function changeTrust(
  ports: TrustPorts,
  edit: TrustEdit,
  options: { readonly rewrite?: boolean } = {},
): Promise<TrustChange> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const bytes = (await ports.files.readIfExists(TRUST_FILE, TRUST_SIZE_LIMIT)) ?? null;
    const next = (await alreadyIn(ports, edit, bytes)) ?? editOf(edit, bytes, options);
    const dependents = await dependentsAtHead(ports, next.step);
    const { wanted } = next;
    if (await ports.files.swap({ expected: new Map([[TRUST_FILE, bytes]]), wanted }))
      return {
        version: next.step.after.version,
        changes: next.changes,
        written: [...wanted.keys()],
        dependents,
      };
  }
  const message = `Other processes changed it ${TRIES} times between reading and writing it; nothing was written.`;
  throw gateError("FILE_CHANGED", message, { where: { file: TRUST_FILE } });
}

/** Writes git's list of signers for the trust.yaml of the work tree. FILE_CHANGED when it has other bytes by now, TRUST_*. */
export async function writeSigners(files: Files, trust: Uint8Array): Promise<void> {
  const wanted = new Map([[SIGNERS_FILE, formatAllowedSigners(parseTrust(trust))]]);
  if (await files.swap({ expected: new Map([[TRUST_FILE, trust]]), wanted })) return;
  const message = "Another process changed it meanwhile; no list of signers was written from it.";
  throw gateError("FILE_CHANGED", message, { where: { file: TRUST_FILE } });
}

/** What is to be written. */
interface NextTrust {
  readonly step: TrustStep;
  readonly changes: readonly string[];
  readonly wanted: ReadonlyMap<string, string>;
}

function editOf(
  edit: TrustEdit,
  bytes: Uint8Array | null,
  options: { readonly rewrite?: boolean },
): NextTrust {
  const { before, after, text } = editTrust(bytes, edit.apply, options);
  const [first, ...rest] = trustChangeProblems(before, after);
  if (first) throw new GateError([first, ...rest]);
  return {
    step: { before, after },
    changes: describeTrustChange(before, after),
    wanted: new Map([
      [TRUST_FILE, text],
      [SIGNERS_FILE, formatAllowedSigners(after)],
    ]),
  };
}

/** Null: trust.yaml does not have the edit yet. Else what it revokes is compared with HEAD. */
async function alreadyIn(
  { git, files }: TrustPorts,
  edit: TrustEdit,
  bytes: Uint8Array | null,
): Promise<NextTrust | null> {
  const after = bytes && trustWith(bytes, edit);
  if (!after) return null;
  const signers = formatAllowedSigners(after);
  const there = await files.readIfExists(SIGNERS_FILE);
  const isStale = !there || Buffer.compare(there, Buffer.from(signers)) !== 0;
  const commit = await git.resolve("HEAD");
  const merged = commit === undefined ? undefined : await git.show(commit, TRUST_FILE);
  const before = merged ? triedOr(null, () => parseTrust(merged)) : null;
  return { step: { before, after }, changes: [], wanted: new Map(isStale ? [[SIGNERS_FILE, signers]] : []) };
}

async function dependentsAtHead(ports: TrustPorts, step: TrustStep): Promise<readonly Dependent[]> {
  const commit = await ports.git.resolve("HEAD");
  return commit === undefined ? [] : dependentsOf(ports, { ...step, commit });
}
