import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GateError, gateError } from "../../errors.ts";
import type { CommitRequest, RecordRequest, TreeChange } from "../../ports/git.ts";
import { readConfiguration } from "./configuration.ts";
import type { Setting } from "./environment.ts";
import { pathParts, safeBranch, safeRecordsRef } from "./names.ts";
import { type GitPlace, gitText, runGit } from "./run.ts";
import { signCommit, type SignBytes } from "./sign-commit.ts";
import { planSigning } from "./signing.ts";

/** Where commits are written, and with what key; null: as git is set up. */
export interface WritingPlace extends GitPlace {
  readonly sign: SignBytes | null;
}

/** Objects reach the disk before the branch names them; a lock of another process is waited for. */
const DURABLE: readonly Setting[] = [
  ["core.fsync", "committed,loose-object,reference"],
  ["core.filesRefLockTimeout", "3000"],
];

/** Builds the commit beside everything that the user has open, and moves one branch in one step. */
export async function writeCommit(
  place: WritingPlace,
  request: CommitRequest,
): Promise<{ commit: string; signed: boolean }> {
  const ref = `refs/heads/${safeBranch(request.branch)}`;
  await refuseCheckedOut(place, ref, request.branch);
  return writeOnto(place, { ...request, ref });
}

/** Appends to a line of records; the new commit stands on nothing but the last one. */
export async function appendRecord(
  place: WritingPlace,
  { ref, after, files, ...rest }: RecordRequest,
): Promise<{ commit: string; signed: boolean }> {
  return writeOnto(place, {
    ...rest,
    ref: safeRecordsRef(ref),
    parent: after,
    expected: after,
    change: files,
  });
}

interface Writing extends Omit<CommitRequest, "branch" | "parent"> {
  readonly ref: string;
  readonly parent: string | null;
}

async function writeOnto(
  place: WritingPlace,
  { ref, parent, expected, change, message, at }: Writing,
): Promise<{ commit: string; signed: boolean }> {
  for (const path of change.keys()) pathParts(path);
  const { sign } = place;
  const signing = sign ? undefined : planSigning(await readConfiguration(place));
  const tree = await writeTree(place, parent, change);
  const parents = parent === null ? [] : ["-p", parent];
  const args = ["commit-tree", ...(signing ? [signing.option] : []), ...parents, tree];
  const settings = [...DURABLE, ...(signing?.settings ?? [])];
  const call = { input: message, settings, variables: dates(at) };
  const made = await gitText(place, args, call).catch((error: unknown) => {
    throw signing ? asSigningFailure(error) : error;
  });
  const commit = sign ? await signCommit(place, made, { sign, settings: DURABLE }) : made;
  await moveRef(place, ref, { from: expected, to: commit });
  return { commit, signed: sign !== null || signing !== undefined };
}

/** A branch that is open in a work tree would show the whole commit reversed as the user's own change. */
async function refuseCheckedOut(place: GitPlace, ref: string, branch: string): Promise<void> {
  const where = await gitText(place, ["for-each-ref", "--format=%(worktreepath)", ref]);
  if (where !== "")
    throw gateError("GIT_BRANCH_CHECKED_OUT", `The branch ${branch} is checked out in ${where}.`);
}

/** The tree of `parent`, or an empty one, with the change, made in an index of our own. */
async function writeTree(place: GitPlace, parent: string | null, change: TreeChange): Promise<string> {
  const entries = await Promise.all([...change].map(([path, bytes]) => indexEntry(place, path, bytes)));
  const folder = await temporaryFolder();
  const variables = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    await runGit(place, ["read-tree", parent ?? "--empty"], { variables });
    await runGit(place, ["update-index", "-z", "--index-info"], { input: entries.join(""), variables });
    return await gitText(place, ["write-tree"], { variables, settings: DURABLE });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One line of `git update-index --index-info`; mode 0 removes the path. */
async function indexEntry(place: GitPlace, path: string, bytes: Uint8Array | null): Promise<string> {
  if (bytes === null) return `0 ${"0".repeat(40)}\t${path}\0`;
  const blob = await gitText(place, ["hash-object", "-w", "--no-filters", "--stdin"], {
    input: bytes,
    settings: DURABLE,
  });
  return `100644 ${blob}\t${path}\0`;
}

/** One compare-and-swap; git takes the lock, compares and renames. */
async function moveRef(
  place: GitPlace,
  ref: string,
  move: { from: string | null; to: string },
): Promise<void> {
  const from = move.from ?? "0".repeat(move.to.length);
  const args = ["update-ref", "--no-deref", "-m", "modelgate: transition", ref, move.to, from];
  await runGit(place, args, { settings: DURABLE });
}

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "modelgate-index-")).catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === "ENOSPC" ? "GIT_NO_SPACE" : "GIT_READ_ONLY";
    throw gateError(code, `No temporary folder can be made: ${cause.message}`, { cause });
  });
}

function dates(at: Date | undefined): Record<string, string> {
  if (!at) return {};
  const stamp = `${Math.floor(at.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: stamp, GIT_COMMITTER_DATE: stamp };
}

/** Signing programs say anything; what is not told apart otherwise is a failure to sign. */
function asSigningFailure(error: unknown): unknown {
  if (!(error instanceof GateError) || error.code !== "GIT_FAILED") return error;
  return gateError("GIT_SIGNING_FAILED", error.problems[0].message, { cause: error });
}
