import { gateError } from "../../errors.ts";
import { lineageOf } from "../../ledger/audit/lineage.ts";
import type { RawTree, TreeReader } from "../../ledger/audit/raw-tree.ts";
import type { GitObjects } from "../../ports/git-objects.ts";

type Objects = Pick<GitObjects, "object">;

/** Reads tree objects of a repository. GIT_OBJECT_MISSING, GIT_OBJECT_CORRUPT. */
export function treeReader(git: Objects): TreeReader {
  return async (id): Promise<RawTree> => ({ id, bytes: await bytesOf(git, id, "tree") });
}

/** The root tree of a commit. GIT_OBJECT_MISSING, GIT_OBJECT_CORRUPT. */
export async function rootOf(git: Objects, commit: string): Promise<string> {
  const lineage = lineageOf(await bytesOf(git, commit, "commit"));
  if (lineage) return lineage.tree;
  throw gateError("GIT_OBJECT_CORRUPT", `Commit ${commit} has no tree.`);
}

async function bytesOf(git: Objects, id: string, type: string): Promise<Buffer> {
  const found = await git.object(id);
  if (found?.type === type) return Buffer.from(found.bytes);
  throw gateError("GIT_OBJECT_MISSING", `There is no ${type} ${id}.`);
}
