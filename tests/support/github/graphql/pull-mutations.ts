import { closePull } from "../state/pull-heads.ts";
import { mergePull } from "../state/merging.ts";
import { enterQueue, leaveQueue } from "../state/queue.ts";
import { mergeViolations } from "../rules/merge.ts";
import { rulesFor } from "../rules/ruleset.ts";
import type { MergeMethod, PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import { asGraphql, graphqlError, pullById, type Context } from "./context.ts";
import { pullNode, queueEntryNode } from "./nodes.ts";

interface PullInput {
  readonly pullRequestId: string;
  readonly clientMutationId?: string;
  readonly expectedHeadOid?: string;
  readonly mergeMethod?: "MERGE" | "SQUASH" | "REBASE";
}

type Arguments = { readonly input: PullInput };

interface Place {
  readonly repo: Repository;
  readonly pull: PullRequest;
}

function methodOf({ mergeMethod }: PullInput): MergeMethod {
  return (mergeMethod ?? "MERGE").toLowerCase() as MergeMethod;
}

function demandHead({ expectedHeadOid }: PullInput, { headSha }: PullRequest): void {
  if (expectedHeadOid === undefined || expectedHeadOid === headSha) return;
  throw graphqlError("UNPROCESSABLE", "Head branch was modified. Review and try the merge again.");
}

/** Runs one change of a pull request alone, and answers with the pull request. */
async function change(
  { input }: Arguments,
  context: Context,
  work: (place: Place) => Promise<object | undefined>,
): Promise<object> {
  const place = pullById(context, input.pullRequestId, "pull_requests:write");
  const more = await place.repo.lock.run(() =>
    asGraphql(async () => {
      demandHead(input, place.pull);
      return await work(place);
    }),
  );
  return {
    clientMutationId: input.clientMutationId ?? null,
    actor: null,
    pullRequest: () => pullNode(context, place.repo, place.pull),
    ...more,
  };
}

/** Auto-merge waits for rules; GitHub refuses it where there is nothing to wait for. */
export function enablePullRequestAutoMerge(args: Arguments, context: Context): Promise<object> {
  return change(args, context, async ({ repo, pull }) => {
    if (!repo.settings.allowAutoMerge) {
      throw graphqlError("UNPROCESSABLE", "Pull request Auto merge is not allowed for this repository");
    }
    const { actor } = context;
    const method = methodOf(args.input);
    const waits = await mergeViolations(context.world, repo, { pull, actor, method });
    if (rulesFor(repo, pull.baseRef).length === 0 || waits.length === 0) {
      throw graphqlError("UNPROCESSABLE", "Pull request is in clean status");
    }
    pull.autoMerge = { by: actor, method };
    return undefined;
  });
}

export function disablePullRequestAutoMerge(args: Arguments, context: Context): Promise<object> {
  return change(args, context, ({ pull }) => {
    pull.autoMerge = null;
    return Promise.resolve(undefined);
  });
}

export function enqueuePullRequest(args: Arguments, context: Context): Promise<object> {
  return change(args, context, async ({ repo, pull }) => {
    const entry = await enterQueue(context.world, repo, { pull, actor: context.actor });
    return { mergeQueueEntry: () => queueEntryNode(context, repo, entry) };
  });
}

/** Names the pull request `id`, unlike its siblings. */
export function dequeuePullRequest(
  { input }: { readonly input: { readonly id: string; readonly clientMutationId?: string } },
  context: Context,
): Promise<object> {
  const renamed = { input: { ...input, pullRequestId: input.id } };
  return change(renamed, context, async ({ repo, pull }) => {
    await leaveQueue(context.world, repo, { pull, reason: "MANUAL" });
    return { mergeQueueEntry: null };
  });
}

export function mergePullRequest(args: Arguments, context: Context): Promise<object> {
  return change(args, context, async ({ repo, pull }) => {
    const texts = { title: undefined, message: undefined, sha: undefined };
    await mergePull(context.world, repo, {
      pull,
      actor: context.actor,
      method: methodOf(args.input),
      ...texts,
    });
    return undefined;
  });
}

export function closePullRequest(args: Arguments, context: Context): Promise<object> {
  return change(args, context, async ({ repo, pull }) => {
    await closePull(context.world, repo, { pull, actor: context.actor });
    return undefined;
  });
}
