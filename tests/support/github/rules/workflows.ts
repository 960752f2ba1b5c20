import { NO_COMMIT } from "../git/bare.ts";
import type { Repository } from "../state/repository.ts";
import type { RefMove } from "./push.ts";

const FOLDER = ".github/workflows/";

/** The refusal of a workflow file that a token without `workflows: write` brings; files that main has already may pass. */
export async function workflowRefusal(repo: Repository, move: RefMove): Promise<string | undefined> {
  const { actor, after, bare = repo.bare } = move;
  if (actor.permissions === undefined || actor.permissions.workflows === "write" || after === NO_COMMIT)
    return undefined;
  const known = await workflowsAt(repo, repo.defaultBranch);
  const before = move.before === NO_COMMIT ? known : await workflowsAt(repo, move.before);
  const entries = await bare.tree(after, ["-r", "--full-tree"]);
  const fresh = entries
    .filter(({ path }) => path.startsWith(FOLDER))
    .find(({ path, sha }) => known.get(path) !== sha && before.get(path) !== sha);
  if (fresh === undefined) return undefined;
  const whom = actor.kind === "user" ? "a Personal Access Token" : "a GitHub App";
  return `refusing to allow ${whom} to create or update workflow \`${fresh.path}\` without \`workflows\` permission`;
}

async function workflowsAt(repo: Repository, revision: string): Promise<ReadonlyMap<string, string>> {
  const entries = await repo.bare.tree(revision, ["-r", "--full-tree"]);
  return new Map(entries.filter(({ path }) => path.startsWith(FOLDER)).map(({ path, sha }) => [path, sha]));
}
