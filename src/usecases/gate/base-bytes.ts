import { isWayOut } from "../../domain/lifecycle.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { blobContent } from "../../domain/registry/lfs-pointer.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError, type Problem, refuse } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { type CommittedFolders, committedVersion } from "../registry/committed-version.ts";
import { readVersion } from "../registry/load-version.ts";
import { keptProblems } from "../registry/git-keeps.ts";
import type { TransitionRequest } from "../request.ts";

/**
 * The base commit holds every byte that the candidate's manifest lists, or the candidate is brought forward nowhere: what
 * goes live must be what every clone has. A way out is never closed by it. MANIFEST_FILE_*, and the rest of `committedVersion`.
 */
export async function requireBytes(
  ports: { readonly git: Git; readonly files: Files },
  commit: string,
  request: TransitionRequest,
): Promise<void> {
  if (request.event === "REGISTER" || isWayOut(request.event)) return;
  const ref = { id: request.model, version: request.version };
  const manifest = await ports.git.show(commit, `${versionFolder(ref)}/manifest.json`);
  if (!manifest) return;
  const version = readVersion(ref, manifest);
  const { problems } = await committedVersion(foldersAt(ports.git, commit), { version, sources: null });
  if (problems.length === 0) return;
  const why = await keptProblems(ports, [versionFolder(ref)]);
  refuse([...problems, ...why].map((one) => ({ ...one, fix: remedy(commit, ref) })));
}

function remedy(commit: string, ref: ModelRef): Problem["fix"] {
  const lacking = `Commit ${shortCommit(commit)} does not hold what the manifest lists, and a merged version never changes.`;
  return `${lacking} Register the same files under a new version number, and add all of them: git add -f models/${ref.id}/VERSION`;
}

function foldersAt(git: Git, commit: string): CommittedFolders {
  return {
    below: async (folder) =>
      (await git.tree(commit, folder)).map(({ path, mode, blob }) => ({ path, mode, id: blob })),
    content: async (id) => blobContent(needed(id, await git.digest(id))),
  };
}

function needed<T>(id: string, found: T | undefined): T {
  if (found) return found;
  throw gateError("GIT_OBJECT_MISSING", `The blob ${id} is not in this clone.`);
}
