import { readCommit, toIso, verificationOf } from "../git/commits.ts";
import { accountOfAddress } from "../rest/json/commits.ts";
import { htmlUrl } from "../rest/json/repositories.ts";
import { opinions } from "../rules/reviews.ts";
import { rulesFor } from "../rules/ruleset.ts";
import { noreplyAddress, type Account } from "../state/accounts.ts";
import type { PullRequest, QueueEntry, Review } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import { trustedKeys } from "../state/signing.ts";
import type { Context } from "./context.ts";

const STATES = {
  valid: "VALID",
  unsigned: "UNSIGNED",
  unknown_key: "UNKNOWN_KEY",
  invalid: "INVALID",
} as const;

function connection(nodes: readonly object[]): object {
  const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
  return { nodes, edges: nodes.map((node) => ({ node, cursor: "" })), totalCount: nodes.length, pageInfo };
}

export function accountNode({ login, id, type }: Account): object {
  return { __typename: type, login, id: `U_${id}`, databaseId: id, email: "" };
}

/** A GitActor, with the account behind its address. */
function gitActor(context: Context, person: { name: string; email: string; seconds: number }): object {
  const account = accountOfAddress(context.world, person.email);
  const user = account?.type === "User" ? accountNode(account) : null;
  return { name: person.name, email: person.email, date: toIso(person.seconds), user };
}

/** A Commit with its signature: GitHub's own key or one that a person registered. */
export async function commitNode(
  { world, ...rest }: Context,
  repo: Repository,
  sha: string,
): Promise<object> {
  const context = { world, ...rest };
  const commit = await readCommit(repo.bare, sha);
  const verification = verificationOf(commit, trustedKeys(world, repo));
  const byGithub = commit.committer.email === "noreply@github.com" && verification.verified;
  return {
    __typename: "Commit",
    id: `C_${sha}`,
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    url: `${htmlUrl(world, repo)}/commit/${sha}`,
    message: commit.message,
    messageHeadline: commit.message.split("\n")[0],
    messageBody: commit.message.split("\n").slice(2).join("\n"),
    committedDate: toIso(commit.committer.seconds),
    authoredDate: toIso(commit.author.seconds),
    author: gitActor(context, commit.author),
    committer: gitActor(context, commit.committer),
    tree: { __typename: "Tree", id: `T_${commit.tree}`, oid: commit.tree },
    parents: async () =>
      connection(await Promise.all(commit.parents.map((one) => commitNode(context, repo, one)))),
    signature:
      commit.signature === undefined
        ? null
        : {
            __typename: "SshSignature",
            isValid: verification.verified,
            state: STATES[verification.reason],
            wasSignedByGitHub: byGithub,
            signature: commit.signature,
            payload: commit.payload,
            email: commit.committer.email,
            keyFingerprint: null,
            verifiedAt: verification.verified_at,
            signer: null,
          },
  };
}

export async function refNode(context: Context, repo: Repository, ref: string): Promise<object | null> {
  const sha = await repo.bare.commitOf(ref);
  if (sha === undefined) return null;
  return {
    __typename: "Ref",
    id: `REF_${ref}`,
    name: ref.replace(/^refs\/(heads|tags)\//, ""),
    prefix: ref.startsWith("refs/tags/") ? "refs/tags/" : "refs/heads/",
    target: () => commitNode(context, repo, sha),
  };
}

export function repositoryNode(context: Context, repo: Repository): object {
  const named = (name: string): string => (name.startsWith("refs/") ? name : `refs/heads/${name}`);
  return {
    __typename: "Repository",
    id: `R_${repo.facts.id}`,
    databaseId: repo.facts.id,
    name: repo.facts.name,
    nameWithOwner: repo.fullName,
    isPrivate: repo.facts.private,
    url: htmlUrl(context.world, repo),
    autoMergeAllowed: repo.settings.allowAutoMerge,
    mergeCommitAllowed: repo.settings.allowMergeCommit,
    squashMergeAllowed: repo.settings.allowSquashMerge,
    rebaseMergeAllowed: repo.settings.allowRebaseMerge,
    owner: accountNode(repo.facts.owner),
    ref: ({ qualifiedName }: { qualifiedName: string }) => refNode(context, repo, named(qualifiedName)),
    defaultBranchRef: () => refNode(context, repo, named(repo.defaultBranch)),
    object: ({ oid, expression }: { oid?: string; expression?: string }) =>
      objectNode(context, repo, oid ?? expression ?? ""),
    pullRequest: ({ number }: { number: number }) => {
      const pull = repo.pulls.get(number);
      return pull === undefined ? null : pullNode(context, repo, pull);
    },
    pullRequests: (filter: PullFilter) =>
      connection(filterPulls(repo, filter).map((pull) => pullNode(context, repo, pull))),
  };
}

interface PullFilter {
  readonly states?: readonly string[];
  readonly headRefName?: string;
  readonly baseRefName?: string;
}

function filterPulls(
  repo: Repository,
  { states, headRefName, baseRefName }: PullFilter,
): readonly PullRequest[] {
  return [...repo.pulls.values()]
    .filter((pull) => states === undefined || states.includes(stateOf(pull)))
    .filter((pull) => headRefName === undefined || pull.headRef === headRefName)
    .filter((pull) => baseRefName === undefined || pull.baseRef === baseRefName);
}

async function objectNode(context: Context, repo: Repository, revision: string): Promise<object | null> {
  const sha = await repo.bare.resolve(revision);
  if (sha === undefined) return null;
  const type = await repo.bare.git("cat-file", "-t", sha);
  if (type === "commit") return await commitNode(context, repo, sha);
  if (type === "tree") return { __typename: "Tree", id: `T_${sha}`, oid: sha };
  const bytes = await repo.bare.bytes(["cat-file", "blob", sha]);
  const common = { __typename: "Blob", id: `B_${sha}`, oid: sha, byteSize: bytes.length };
  return {
    ...common,
    isBinary: bytes.includes(0),
    isTruncated: false,
    text: bytes.includes(0) ? null : bytes.toString(),
  };
}

function stateOf({ mergedAt, state }: PullRequest): string {
  return mergedAt !== null ? "MERGED" : state.toUpperCase();
}

export function pullNode(context: Context, repo: Repository, pull: PullRequest): object {
  return {
    __typename: "PullRequest",
    id: `PR_${pull.id}`,
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? "",
    state: stateOf(pull),
    isDraft: pull.draft,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    closed: pull.state === "closed",
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    url: `${htmlUrl(context.world, repo)}/pull/${pull.number}`,
    author: accountNode(pull.user),
    mergedBy: pull.mergedBy === null ? null : accountNode(pull.mergedBy),
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    isCrossRepository: pull.headRepository !== repo,
    mergeCommit: () => (pull.mergeCommit === null ? null : commitNode(context, repo, pull.mergeCommit)),
    mergeable: async () =>
      (await repo.bare.mergeTree(pull.baseSha, pull.headSha)) === undefined ? "CONFLICTING" : "MERGEABLE",
    reviewDecision: reviewDecision(repo, pull),
    labels: () => connection(pull.labels.map(({ id, name, color }) => ({ id: `LA_${id}`, name, color }))),
    reviews: () => connection(pull.reviews.map((review) => reviewNode(review))),
    latestOpinionatedReviews: () => connection(opinions(repo, pull).map((review) => reviewNode(review))),
    commits: async () => connection(await commitsOf(context, repo, pull)),
    autoMergeRequest: autoMergeNode(pull),
    isInMergeQueue: repo.queue.some((entry) => entry.pull === pull),
    mergeQueueEntry: () => {
      const entry = repo.queue.find((one) => one.pull === pull);
      return entry === undefined ? null : queueEntryNode(context, repo, entry);
    },
    repository: () => repositoryNode(context, repo),
  };
}

async function commitsOf(context: Context, repo: Repository, pull: PullRequest): Promise<object[]> {
  const shas = await repo.bare.commitsBetween(pull.baseSha, pull.headSha);
  return await Promise.all(
    shas.map(async (sha) => ({ id: `PC_${sha}`, commit: await commitNode(context, repo, sha) })),
  );
}

function reviewNode(review: Review): object {
  return {
    __typename: "PullRequestReview",
    id: `PRR_${review.id}`,
    databaseId: review.id,
    state: review.state,
    body: review.body,
    author: accountNode(review.user),
    submittedAt: review.submittedAt,
    commit: { __typename: "Commit", id: `C_${review.commit}`, oid: review.commit },
  };
}

function reviewDecision(repo: Repository, pull: PullRequest): string | null {
  const all = opinions(repo, pull);
  if (all.some(({ state }) => state === "CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const rule = rulesFor(repo, pull.baseRef).find(({ type }) => type === "pull_request");
  if (rule === undefined) return null;
  const needed = Number(rule.parameters?.["required_approving_review_count"] ?? 0);
  return all.filter(({ state }) => state === "APPROVED").length >= needed ? "APPROVED" : "REVIEW_REQUIRED";
}

function autoMergeNode({ autoMerge }: PullRequest): object | null {
  if (autoMerge === null) return null;
  return {
    enabledAt: null,
    enabledBy: accountNode(autoMerge.by.account),
    mergeMethod: autoMerge.method.toUpperCase(),
  };
}

export function queueEntryNode(context: Context, repo: Repository, entry: QueueEntry): object {
  const position = repo.queue.indexOf(entry) + 1;
  const state = entry.group === undefined ? "QUEUED" : "AWAITING_CHECKS";
  const { group, pull } = entry;
  return {
    id: `MQE_${pull.id}`,
    position,
    state,
    enqueuer: accountNode(entry.by),
    enqueuedAt: pull.updatedAt,
    jump: false,
    solo: false,
    pullRequest: () => pullNode(context, repo, pull),
    headCommit: () => (group === undefined ? null : commitNode(context, repo, group.sha)),
    baseCommit: () => (group === undefined ? null : commitNode(context, repo, group.base)),
  };
}

/** The actor as `viewer`. */
export function viewerNode({ token }: Context): object {
  const { account } = token;
  return { ...accountNode(account), __typename: "User", email: noreplyAddress(account) };
}
