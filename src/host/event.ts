import { gateError } from "../errors.ts";
import type { Git } from "../ports/git.ts";
import type { Range } from "../usecases/proof/change.ts";
import type { ActionHost } from "./action-host.ts";

/** What GitHub says about the event that started a job. */
export interface WorkflowEvent {
  /** GITHUB_EVENT_NAME. */
  readonly name: string;
  /** GITHUB_SHA: for a pull request GitHub's own merge of it with the base. */
  readonly sha: string;
  readonly payload: unknown;
}

/** The event that started the job of a step. */
export async function eventOf({ env, event }: Pick<ActionHost, "env" | "event">): Promise<WorkflowEvent> {
  const { GITHUB_EVENT_NAME: name = "", GITHUB_SHA: sha = "" } = env;
  return { name, sha, payload: await event() };
}

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const ZEROS = /^0+$/;
/** `refs/heads/gh-readonly-queue/main/pr-104-<commit>`. */
const QUEUE = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,9})-[0-9a-f]{40,64}$/;

/**
 * What an event compares: a pull request its base with GitHub's merge commit where that was fetched, else with its head;
 * merge_group and push what they name. A pull request onto another branch than the default one is compared with the default
 * branch: anybody who may write can make a base that allows everything, and a head that passed stays green while the pull
 * request is pointed elsewhere. CHECK_EVENT_UNUSABLE for other events, new branches and pushes to other branches.
 */
export async function rangeOf(event: WorkflowEvent, git: Reading): Promise<Range> {
  const named = namedBy(event);
  if (named) return isAboutPullRequest(event.name) ? rangeOfPullRequest(event, named, git) : named;
  const name = /^[a-z_]{1,40}$/.test(event.name) ? event.name : "without a name";
  throw gateError("CHECK_EVENT_UNUSABLE", `The event ${name} names no base and head.`);
}

/**
 * What a step compares: the two revisions that its inputs name, else what its event does (`rangeOf`). One without the other is
 * no range, and what was meant must not be guessed: HOST_INPUT_MISSING.
 */
export async function rangeAsked(
  { base, head }: { readonly base: string | null; readonly head: string | null },
  event: WorkflowEvent,
  git: Reading,
): Promise<Range> {
  if (base !== null && head !== null) return { base, head };
  if (base === null && head === null) return rangeOf(event, git);
  const [given, empty] = base === null ? ["head", "base"] : ["base", "head"];
  const text = `The input "${given}" is given, and "${empty}" is empty.`;
  const fix = `Give "${empty}" too, or leave both out: then the event names them.`;
  throw gateError("HOST_INPUT_MISSING", text, { fix });
}

/** The base that the payload names may be what the branch was when the pull request was opened. */
async function rangeOfPullRequest(event: WorkflowEvent, named: Range, git: Reading): Promise<Range> {
  const { payload, sha } = event;
  const main = defaultBranch(payload);
  const foreign = main !== undefined && at(payload, "pull_request", "base", "ref") !== main;
  const merge = foreign ? undefined : await mergeOf(named, sha, git);
  if (merge) return merge;
  const tip = main === undefined ? undefined : await git.resolve(`refs/remotes/origin/${main}`);
  if (tip !== undefined) return { base: tip, head: named.head };
  if (!foreign) return named;
  const text =
    "The pull request goes onto a branch that is not the default one, which is not here to judge it.";
  throw gateError("CHECK_EVENT_UNUSABLE", text, { fix: "Fetch it: actions/checkout needs fetch-depth: 0." });
}

/** The default branch; undefined when the payload does not tell. */
export function defaultBranch(payload: unknown): string | undefined {
  const name = at(payload, "repository", "default_branch");
  return typeof name === "string" ? name : undefined;
}

/** The pull request that an event is about, and the head that its reviews must be about; undefined when there is none. */
export function pullRequestOf({
  name,
  payload,
}: WorkflowEvent): { number: number; head: string | null } | undefined {
  if (isAboutPullRequest(name)) {
    const [number, head] = [
      at(payload, "pull_request", "number"),
      commitAt(payload, "pull_request", "head", "sha"),
    ];
    return typeof number === "number" && head !== undefined ? { number, head } : undefined;
  }
  const ref = at(payload, "merge_group", "head_ref");
  const number = name === "merge_group" && typeof ref === "string" ? QUEUE.exec(ref)?.[1] : undefined;
  return number === undefined ? undefined : { number: Number(number), head: null };
}

/** Full name of the branch that a change goes into, as its event tells; empty when it does not. */
export function branchOf({ name, payload }: WorkflowEvent): { readonly ref?: string } {
  const base = isAboutPullRequest(name) ? at(payload, "pull_request", "base", "ref") : undefined;
  const queue = name === "merge_group" ? at(payload, "merge_group", "base_ref") : undefined;
  const pushed = name === "push" ? at(payload, "ref") : undefined;
  const ref = typeof base === "string" ? `refs/heads/${base}` : (queue ?? pushed);
  return typeof ref === "string" && ref.startsWith("refs/heads/") ? { ref } : {};
}

/** Where the branch was before the push that started the workflow; null when it was no push, or the branch is new. */
export function beforeOf(payload: unknown): string | null {
  return commitAt(payload, "before") ?? null;
}

type Reading = Pick<Git, "resolve" | "facts" | "isAncestor">;

function isAboutPullRequest(name: string): boolean {
  return name === "pull_request" || name === "pull_request_review";
}

/** Base and head as the event itself names them, whatever was fetched; undefined for events that name none. */
export function namedBy({ name, payload }: Pick<WorkflowEvent, "name" | "payload">): Range | undefined {
  if (isAboutPullRequest(name)) {
    const of = (side: string) => commitAt(payload, "pull_request", side, "sha");
    return range(of("base"), of("head"));
  }
  if (name === "merge_group") {
    return range(commitAt(payload, "merge_group", "base_sha"), commitAt(payload, "merge_group", "head_sha"));
  }
  const main = defaultBranch(payload);
  const ours = main === undefined || at(payload, "ref") === `refs/heads/${main}`;
  return name === "push" && ours ? range(commitAt(payload, "before"), commitAt(payload, "after")) : undefined;
}

function range(base: string | undefined, head: string | undefined): Range | undefined {
  return base !== undefined && head !== undefined ? { base, head } : undefined;
}

/** A commit in a payload; a branch that is new or gone is written as zeros. */
function commitAt(payload: unknown, ...path: readonly string[]): string | undefined {
  const value = at(payload, ...path);
  return typeof value === "string" && COMMIT.test(value) && !ZEROS.test(value) ? value : undefined;
}

function at(payload: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => {
    const has = typeof found === "object" && found !== null && Object.hasOwn(found, key);
    return has ? (found as Record<string, unknown>)[key] : undefined;
  }, payload);
}

/** The tree that merging would make, when the commit is GitHub's merge of this very head onto the base or a later one. */
async function mergeOf(named: Range, sha: string, git: Reading): Promise<Range | undefined> {
  if (!COMMIT.test(sha) || (await git.resolve(sha)) !== sha) return undefined;
  const [onto, merged, ...more] = (await git.facts(sha)).parents;
  if (onto === undefined || merged !== named.head || more.length > 0) return undefined;
  const here = (await git.resolve(named.base)) !== undefined && (await git.resolve(onto)) !== undefined;
  return here && (await git.isAncestor(named.base, onto)) ? { base: onto, head: sha } : undefined;
}
