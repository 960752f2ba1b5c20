import { NO_COMMIT } from "../git/bare.ts";
import { readCommit, toIso, type Commit } from "../git/commits.ts";
import type { Json, JsonObject } from "../http/json.ts";
import { fileChanges } from "../rest/json/files.ts";
import { htmlUrl } from "../rest/json/repositories.ts";
import type { RefMove } from "../rules/push.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import { emit } from "./emit.ts";

/** GitHub lists at most this many commits in a push event. */
const MAX_COMMITS = 2048;

/** A `push` event; what GITHUB_TOKEN pushes starts nothing. */
export async function emitPush(world: World, repo: Repository, move: RefMove): Promise<void> {
  const { ref, before, after, actor } = move;
  const deleted = after === NO_COMMIT;
  const created = before === NO_COMMIT;
  const forced = !created && !deleted && !(await repo.bare.isAncestor(before, after));
  const commits = deleted || created ? [] : await commitsOf(world, repo, move);
  const html = htmlUrl(world, repo);
  emit(world, repo, {
    name: "push",
    actor,
    workflows: deleted || actor.kind === "actions" || actor.kind === "fork" ? "silent" : "start",
    sha: after,
    ref,
    payload: {
      ref,
      before,
      after,
      base_ref: null,
      created,
      deleted,
      forced,
      compare: `${html}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
      commits,
      head_commit: deleted ? null : await commitJson(world, repo, after),
      pusher: { name: actor.account.login, email: `${actor.account.login}@users.noreply.github.com` },
    },
  });
}

async function commitsOf(world: World, repo: Repository, { before, after }: RefMove): Promise<Json[]> {
  const shas = await repo.bare.commitsBetween(before, after);
  return await Promise.all(shas.slice(-MAX_COMMITS).map((sha) => commitJson(world, repo, sha)));
}

async function commitJson(world: World, repo: Repository, sha: string): Promise<JsonObject> {
  const commit = await readCommit(repo.bare, sha);
  const files = await fileChanges(world, repo, { from: commit.parents[0], to: sha });
  const named = (...states: string[]): Json[] =>
    files
      .filter(({ status }) => typeof status === "string" && states.includes(status))
      .map(({ filename }) => filename ?? null);
  return {
    ...simpleCommitJson(commit),
    distinct: true,
    url: `${htmlUrl(world, repo)}/commit/${sha}`,
    added: named("added"),
    removed: named("removed"),
    modified: named("modified", "renamed", "changed"),
  };
}

/** A commit as push and merge_group events embed it. */
export function simpleCommitJson(commit: Commit): JsonObject {
  const { sha, tree, message, author, committer } = commit;
  return {
    id: sha,
    tree_id: tree,
    message: message.replace(/\n$/, ""),
    timestamp: toIso(committer.seconds),
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}
