import { readCommit, writeCommit, WEB_FLOW } from "../git/commits.ts";
import { HttpError, rulesText } from "../http/errors.ts";
import { mergeViolations } from "../rules/merge.ts";
import type { Actor } from "./actor.ts";
import { finishMerge } from "./pull-ends.ts";
import type { MergeMethod, PullRequest } from "./records.ts";
import { forceRef } from "./refs.ts";
import type { Repository } from "./repository.ts";
import { commitFor } from "./signing.ts";
import type { World } from "./world.ts";

export interface MergeCall {
  readonly pull: PullRequest;
  readonly actor: Actor;
  readonly method: MergeMethod;
  /** The head that the caller has reviewed. */
  readonly sha: string | undefined;
  readonly title: string | undefined;
  readonly message: string | undefined;
}

/** Merges as `PUT pulls/{n}/merge` does: 409 for another head, 405 for everything that stands in the way. */
export async function mergePull(world: World, repo: Repository, call: MergeCall): Promise<string> {
  const { pull, actor, method } = call;
  if (call.sha !== undefined && call.sha !== pull.headSha) {
    throw new HttpError(409, "Head branch was modified. Review and try the merge again.");
  }
  if (pull.state !== "open") throw new HttpError(405, "Pull Request is not mergeable");
  if (pull.draft) throw new HttpError(405, "Pull Request is still a draft");
  demandMethod(repo, method);
  const broken = await mergeViolations(world, repo, { pull, actor, method });
  if (broken.length > 0) throw new HttpError(405, rulesText(broken));
  const commit = await mergeCommit(world, repo, { ...call, onto: pull.baseSha });
  if (commit === undefined) throw new HttpError(405, "Pull Request is not mergeable");
  await landPull(world, repo, { pull, actor, commit });
  return commit;
}

/** Marks the pull request merged and moves its base; rules were asked before. */
export async function landPull(
  world: World,
  repo: Repository,
  { pull, actor, commit }: { readonly pull: PullRequest; readonly actor: Actor; readonly commit: string },
): Promise<void> {
  const ref = `refs/heads/${pull.baseRef}`;
  const before = pull.baseSha;
  await finishMerge(world, repo, { pull, actor, commit });
  await forceRef(world, repo, { ref, before, after: commit, actor });
  if (!repo.settings.deleteBranchOnMerge || pull.headRepository !== repo) return;
  const head = `refs/heads/${pull.headRef}`;
  await forceRef(world, repo, { ref: head, before: pull.headSha, after: "0".repeat(40), actor });
}

function demandMethod({ settings }: Repository, method: MergeMethod): void {
  const allowed = {
    merge: settings.allowMergeCommit,
    squash: settings.allowSquashMerge,
    rebase: settings.allowRebaseMerge,
  };
  const name = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method];
  if (!allowed[method]) throw new HttpError(405, `${name} are not allowed on this repository.`);
}

type Wanted = Pick<MergeCall, "pull" | "actor" | "method" | "title" | "message"> & { readonly onto: string };

/** The commit that lands; undefined on conflicts. GitHub signs merges and squashes, and cannot sign rebased commits. */
export async function mergeCommit(
  world: World,
  repo: Repository,
  wanted: Wanted,
): Promise<string | undefined> {
  const { pull, actor, method, onto } = wanted;
  const tree = await repo.bare.mergeTree(onto, pull.headSha);
  if (tree === undefined) return undefined;
  if (method === "rebase") return await rebased(world, repo, { ...wanted, tree });
  const parents = method === "merge" ? [onto, pull.headSha] : [onto];
  return await commitFor(world, repo, {
    actor,
    signed: true,
    tree,
    parents,
    message: messageOf(repo, wanted),
  });
}

function messageOf(repo: Repository, { pull, method, title, message }: Wanted): string {
  const from = `${pull.headRepository.facts.owner.login}/${pull.headRef}`;
  const usual =
    method === "merge"
      ? { title: `Merge pull request #${pull.number} from ${from}`, message: pull.title }
      : { title: `${pull.title} (#${pull.number})`, message: "" };
  return `${title ?? usual.title}\n\n${message ?? usual.message}`.trimEnd();
}

/** Each commit again on the new base, with its author and tree; the last one takes the merged tree. */
async function rebased(
  world: World,
  repo: Repository,
  { pull, onto, tree }: Wanted & { readonly tree: string },
): Promise<string | undefined> {
  const shas = await repo.bare.commitsBetween(onto, pull.headSha);
  const moved = !(await repo.bare.isAncestor(onto, pull.headSha));
  if (moved && shas.length > 1) return undefined;
  let parent = onto;
  for (const sha of shas) {
    const { author, message, tree: own } = await readCommit(repo.bare, sha);
    const committer = { ...WEB_FLOW, seconds: world.seconds() };
    const content = { tree: moved ? tree : own, parents: [parent], author, committer, message };
    parent = await writeCommit(repo.bare, content, undefined);
  }
  return parent;
}
