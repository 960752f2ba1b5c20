import { emitPullRequest } from "../events/pull-request.ts";
import { NO_COMMIT } from "../git/bare.ts";
import type { RefMove } from "../rules/push.ts";
import { dismissStaleReviews } from "../rules/reviews.ts";
import { rulesFor } from "../rules/ruleset.ts";
import { leaveQueue } from "./queue.ts";
import type { Actor } from "./actor.ts";
import { finishMerge } from "./pull-ends.ts";
import type { PullRequest } from "./records.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/** Lets pull requests follow their head and base branches from now on. */
export function followBranches(world: World): void {
  world.followers.push(async (source, move) => {
    for (const target of world.repositories.values()) await followHead(world, target, { source, move });
    if (move.after !== NO_COMMIT) await followBase(world, source, move);
  });
}

/** Open pull requests of `repo` whose head branch moved in `source`. */
async function followHead(
  world: World,
  repo: Repository,
  { source, move }: { readonly source: Repository; readonly move: RefMove },
): Promise<void> {
  const branch = move.ref.slice("refs/heads/".length);
  const followers = repo
    .openPulls()
    .filter((pull) => pull.headRepository === source && pull.headRef === branch);
  for (const pull of followers) {
    if (move.after === NO_COMMIT) await closePull(world, repo, { pull, actor: move.actor });
    else await takeHead(world, repo, { pull, move });
  }
}

async function takeHead(
  world: World,
  repo: Repository,
  { pull, move }: { pull: PullRequest; move: RefMove },
): Promise<void> {
  const before = pull.headSha;
  if (before === move.after) return;
  pull.headSha = move.after;
  pull.updatedAt = world.now();
  pull.lastPusher = move.actor.account;
  dismissStaleReviews(pull, rulesFor(repo, pull.baseRef));
  await leaveQueue(world, repo, { pull, reason: "BRANCH_PROTECTIONS" });
  await refreshRefs(repo, pull);
  const empty = (await repo.bare.commitsBetween(pull.baseSha, pull.headSha)).length === 0;
  if (empty) return await closePull(world, repo, { pull, actor: move.actor });
  const payload = { before, after: move.after };
  await emitPullRequest(world, repo, { pull, action: "synchronize", actor: move.actor, payload });
}

/** Pull requests into a branch that moved: a new base, or merged when the branch already has all their commits. */
async function followBase(world: World, repo: Repository, move: RefMove): Promise<void> {
  const branch = move.ref.slice("refs/heads/".length);
  for (const pull of repo.openPulls().filter(({ baseRef }) => baseRef === branch)) {
    pull.baseSha = move.after;
    if (await repo.bare.isAncestor(pull.headSha, move.after)) {
      await finishMerge(world, repo, { pull, actor: move.actor, commit: move.after });
    } else {
      await refreshRefs(repo, pull);
    }
  }
}

/** `refs/pull/N/head`, and `refs/pull/N/merge` when the merge is clean. */
export async function refreshRefs(repo: Repository, pull: PullRequest): Promise<void> {
  const at = `refs/pull/${pull.number}`;
  if (pull.headRepository !== repo) {
    await repo.bare.git(
      "fetch",
      "-q",
      pull.headRepository.bare.folder,
      `+refs/heads/${pull.headRef}:${at}/head`,
    );
  } else await repo.bare.setRef(`${at}/head`, pull.headSha);
  const merge = await testMerge(repo, pull);
  if (merge === undefined) await repo.bare.dropRef(`${at}/merge`);
  else await repo.bare.setRef(`${at}/merge`, merge);
}

/** The commit that workflows of a pull request check out; undefined on conflicts. */
async function testMerge(repo: Repository, { baseSha, headSha }: PullRequest): Promise<string | undefined> {
  const tree = await repo.bare.mergeTree(baseSha, headSha);
  if (tree === undefined) return undefined;
  const message = `Merge ${headSha} into ${baseSha}`;
  return await repo.bare.git("commit-tree", tree, "-p", baseSha, "-p", headSha, "-m", message);
}

export async function closePull(
  world: World,
  repo: Repository,
  { pull, actor }: { readonly pull: PullRequest; readonly actor: Actor },
): Promise<void> {
  pull.state = "closed";
  pull.closedAt = world.now();
  pull.updatedAt = pull.closedAt;
  pull.autoMerge = null;
  await leaveQueue(world, repo, { pull, reason: "MANUAL" });
  await emitPullRequest(world, repo, { pull, action: "closed", actor });
}
