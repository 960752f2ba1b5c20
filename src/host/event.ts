import { readFileSync, statSync } from "node:fs";
import { parseJson } from "../domain/document/json.ts";
import { gateError } from "../errors.ts";
import type { Git } from "../ports.ts";
import type { Range } from "../usecases/check/change.ts";

/** What GitHub says about the event that started a job: name, the commit that is checked out, and the payload. */
export interface WorkflowEvent {
  readonly name: string;
  /** GITHUB_SHA: for a pull request GitHub's own merge of it with the base. */
  readonly sha: string;
  readonly payload: unknown;
}

/** GitHub's largest payloads have 25 MB. */
const PAYLOAD_LIMIT = 32 * 1024 * 1024;
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const ZEROS = /^0+$/;

/** The event of this job. CHECK_EVENT_UNUSABLE when there is none or it cannot be read. */
export function readEvent(env: NodeJS.ProcessEnv): WorkflowEvent {
  const path = env["GITHUB_EVENT_PATH"] ?? "";
  try {
    if (path === "" || statSync(path).size > PAYLOAD_LIMIT) throw new Error("no readable payload");
    const { value } = parseJson(readFileSync(path), "event.json", PAYLOAD_LIMIT);
    return { name: env["GITHUB_EVENT_NAME"] ?? "", sha: env["GITHUB_SHA"] ?? "", payload: value };
  } catch (cause) {
    throw gateError("CHECK_EVENT_UNUSABLE", "The payload of the event cannot be read.", { cause });
  }
}

/**
 * What an event compares: pull_request its base with GitHub's merge commit where that was fetched, else with its head;
 * merge_group and push what they name. CHECK_EVENT_UNUSABLE for other events and for new branches.
 */
export async function rangeOf(
  event: WorkflowEvent,
  git: Pick<Git, "resolve" | "facts" | "isAncestor">,
): Promise<Range> {
  const { name, payload } = event;
  const named = namedBy(name, payload);
  if (!named) {
    const known = /^[a-z_]{1,40}$/.test(name) ? name : "without a name";
    throw gateError("CHECK_EVENT_UNUSABLE", `The event ${known} names no base and head.`);
  }
  return (name === "pull_request" && (await mergeOf(named, event.sha, git))) || named;
}

function namedBy(name: string, payload: unknown): Range | undefined {
  switch (name) {
    case "pull_request":
      return range(payload, ["pull_request", "base", "sha"], ["pull_request", "head", "sha"]);
    case "merge_group":
      return range(payload, ["merge_group", "base_sha"], ["merge_group", "head_sha"]);
    case "push":
      return range(payload, ["before"], ["after"]);
    default:
      return undefined;
  }
}

function range(payload: unknown, base: readonly string[], head: readonly string[]): Range | undefined {
  const [from, to] = [at(payload, base), at(payload, head)];
  return from !== undefined && to !== undefined ? { base: from, head: to } : undefined;
}

function at(payload: unknown, path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>(
    (found, key) =>
      typeof found === "object" && found !== null && Object.hasOwn(found, key)
        ? (found as Record<string, unknown>)[key]
        : undefined,
    payload,
  );
  return typeof value === "string" && COMMIT.test(value) && !ZEROS.test(value) ? value : undefined;
}

/** The tree that merging would make, when the commit is GitHub's merge of this very head onto the base or a later one. */
async function mergeOf(
  named: Range,
  sha: string,
  git: Pick<Git, "resolve" | "facts" | "isAncestor">,
): Promise<Range | undefined> {
  if (!COMMIT.test(sha) || (await git.resolve(sha)) !== sha) return undefined;
  const [onto, merged, ...more] = (await git.facts(sha)).parents;
  if (onto === undefined || merged !== named.head || more.length > 0) return undefined;
  const stands = onto === named.base || (await isReached(git, named.base, onto));
  return stands ? { base: onto, head: sha } : undefined;
}

async function isReached(
  git: Pick<Git, "resolve" | "isAncestor">,
  ancestor: string,
  commit: string,
): Promise<boolean> {
  const here = (await git.resolve(ancestor)) !== undefined && (await git.resolve(commit)) !== undefined;
  return here && git.isAncestor(ancestor, commit);
}
