import { emitMergeGroup } from "../events/merge-group.ts";
import { emitPullRequest } from "../events/pull-request.ts";
import { HttpError } from "../http/errors.ts";
import { requiredChecks, checkState } from "../rules/checks.ts";
import { mergeViolations } from "../rules/merge.ts";
import { parameter, rulesFor, type AppliedRule } from "../rules/ruleset.ts";
import { MERGE_QUEUE, type Actor } from "./actor.ts";
import { landPull, mergeCommit } from "./merging.ts";
import type { MergeMethod, PullRequest, QueueEntry } from "./records.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

function queueRule(repo: Repository, branch: string): AppliedRule | undefined {
  return rulesFor(repo, branch).find(({ type }) => type === "merge_queue");
}

/** Adds a pull request to the merge queue of its base; throws 422 in GitHub's words when it may not enter. */
export async function enterQueue(
  world: World,
  repo: Repository,
  { pull, actor }: { readonly pull: PullRequest; readonly actor: Actor },
): Promise<QueueEntry> {
  const rule = queueRule(repo, pull.baseRef);
  if (rule === undefined) throw new HttpError(422, "Pull request base branch does not have a merge queue");
  if (repo.queue.some((entry) => entry.pull === pull)) {
    throw new HttpError(422, "Pull request is already in the queue");
  }
  const broken = await mergeViolations(world, repo, { pull, actor, method: queueMethod(rule), queued: true });
  if (pull.state !== "open" || pull.draft || broken.length > 0) {
    throw new HttpError(422, `Pull request is not mergeable: ${broken.join(" ")}`.trim());
  }
  const entry: QueueEntry = { pull, by: actor.account, group: undefined };
  repo.queue.push(entry);
  await emitPullRequest(world, repo, { pull, action: "enqueued", actor });
  await buildGroups(world, repo, pull.baseRef);
  return entry;
}

function queueMethod(rule: AppliedRule): MergeMethod {
  return parameter(rule, "merge_method", "MERGE").toLowerCase() as MergeMethod;
}

/** Builds the groups that are missing, each on the one before it, and asks for their checks. */
async function buildGroups(world: World, repo: Repository, branch: string): Promise<void> {
  const rule = queueRule(repo, branch);
  if (rule === undefined) return;
  let base = await repo.bare.commitOf(`refs/heads/${branch}`);
  for (const entry of entriesOf(repo, branch)) {
    if (base === undefined) return;
    if (entry.group === undefined && !(await buildGroup(world, repo, { entry, base, rule }))) {
      return await leaveQueue(world, repo, { pull: entry.pull, reason: "MERGE_CONFLICT" });
    }
    base = entry.group?.sha;
  }
}

async function buildGroup(
  world: World,
  repo: Repository,
  { entry, base, rule }: { entry: QueueEntry; base: string; rule: AppliedRule },
): Promise<boolean> {
  const { pull } = entry;
  const actor: Actor = { account: entry.by, app: undefined, kind: "github" };
  const about = { pull, actor, method: queueMethod(rule), title: undefined, message: undefined, onto: base };
  const sha = await mergeCommit(world, repo, about);
  if (sha === undefined) return false;
  const ref = `refs/heads/gh-readonly-queue/${pull.baseRef}/pr-${pull.number}-${base}`;
  await repo.bare.setRef(ref, sha);
  entry.group = { ref, base, sha };
  await emitMergeGroup(world, repo, { entry, action: "checks_requested" });
  return true;
}

/** Called whenever a check or status arrives: lands groups that pass, in order, and throws out what fails. */
export async function advanceQueues(world: World, repo: Repository): Promise<void> {
  for (let settled = false; !settled;) {
    settled = true;
    const first = repo.queue[0];
    if (first?.group === undefined) return;
    const states = groupStates(repo, first.pull.baseRef, first.group.sha);
    if (states.includes("failing")) {
      await leaveQueue(world, repo, { pull: first.pull, reason: "FAILED_CHECKS" });
      settled = false;
    } else if (states.every((state) => state === "passing")) {
      await landFirst(world, repo, first);
      settled = false;
    }
  }
}

function groupStates(repo: Repository, branch: string, sha: string): readonly string[] {
  return requiredChecks(rulesFor(repo, branch)).map((required) => checkState(repo, sha, required));
}

async function landFirst(world: World, repo: Repository, entry: QueueEntry): Promise<void> {
  const { pull, group } = entry;
  if (group === undefined) return;
  repo.queue.shift();
  await repo.bare.dropRef(group.ref);
  await emitMergeGroup(world, repo, { entry, action: "destroyed", reason: "merged" });
  await landPull(world, repo, { pull, actor: MERGE_QUEUE, commit: group.sha });
}

export type LeaveReason = "BRANCH_PROTECTIONS" | "FAILED_CHECKS" | "MANUAL" | "MERGE_CONFLICT";

/** Takes a pull request out of the queue; the groups behind it are built again without it. */
export async function leaveQueue(
  world: World,
  repo: Repository,
  { pull, reason }: { readonly pull: PullRequest; readonly reason: LeaveReason },
): Promise<void> {
  const at = repo.queue.findIndex((entry) => entry.pull === pull);
  if (at < 0) return;
  const behind = entriesOf(repo, pull.baseRef).slice(at);
  repo.queue.splice(at, 1);
  for (const entry of behind) await dropGroup(world, repo, { entry, dequeued: entry.pull === pull });
  const payload = { reason };
  await emitPullRequest(world, repo, { pull, action: "dequeued", actor: MERGE_QUEUE, payload });
  await buildGroups(world, repo, pull.baseRef);
}

async function dropGroup(
  world: World,
  repo: Repository,
  { entry, dequeued }: { entry: QueueEntry; dequeued: boolean },
): Promise<void> {
  if (entry.group === undefined) return;
  await repo.bare.dropRef(entry.group.ref);
  const reason = dequeued ? "dequeued" : "invalidated";
  await emitMergeGroup(world, repo, { entry, action: "destroyed", reason });
  entry.group = undefined;
}

function entriesOf(repo: Repository, branch: string): readonly QueueEntry[] {
  return repo.queue.filter(({ pull }) => pull.baseRef === branch);
}
