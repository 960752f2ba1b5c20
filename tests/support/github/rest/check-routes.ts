import { HttpError, notFound, validationFailed } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import { settle } from "../state/settle.ts";
import type { CheckRun, CommitStatus, Conclusion } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import {
  created,
  listReply,
  numberIn,
  ok,
  optionalText,
  pageOf,
  textIn,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { checkRunJson, statusJson } from "./json/checks.ts";
import { repositoryJson, repositoryUrl } from "./json/repositories.ts";

const CHECKS = "/repos/{owner}/{repo}/check-runs";
const COMMIT = "/repos/{owner}/{repo}/commits/{ref}";

/** GitHub's limits that its description leaves out: characters of summary and of text, statuses of a commit and context. */
const MAX_TEXT = 65_535;
const MAX_STATUSES = 1000;

export const CHECK_ROUTES: Routes = {
  [`POST ${CHECKS}` as const]: { needs: "checks:write", handle: createRun },
  [`GET ${CHECKS}/{check_run_id}` as const]: { needs: "checks:read", handle: getRun },
  [`PATCH ${CHECKS}/{check_run_id}` as const]: { needs: "checks:write", handle: updateRun },
  [`GET ${CHECKS}/{check_run_id}/annotations` as const]: { needs: "checks:read", handle: listAnnotations },
  [`GET ${COMMIT}/check-runs` as const]: { needs: "checks:read", handle: listRuns },
  [`GET ${COMMIT}/status` as const]: { needs: "statuses:read", handle: combinedStatus },
  [`GET ${COMMIT}/statuses` as const]: { needs: "statuses:read", handle: listStatuses },
  "POST /repos/{owner}/{repo}/statuses/{sha}": { needs: "statuses:write", handle: createStatus },
};

async function createRun(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  if (actor.app === undefined) {
    throw new HttpError(403, "You must authenticate via a GitHub App.");
  }
  const sha = await commitIn(repo, textOf(body, "head_sha"));
  const run: CheckRun = {
    id: world.nextId(),
    sha,
    app: actor.app,
    startedAt: optionalText(body, "started_at") ?? world.now(),
    name: textOf(body, "name"),
    status: "queued",
    conclusion: null,
    completedAt: null,
    detailsUrl: null,
    externalId: "",
    output: { title: null, summary: null, text: null, annotations: [] },
  };
  fill(world, run, body);
  repo.checkRuns.push(run);
  await settle(world, repo);
  return created(checkRunJson(world, repo, run));
}

function fill(world: World, run: CheckRun, body: JsonObject): void {
  const output = body["output"] as JsonObject | undefined;
  checkOutput(output);
  run.name = optionalText(body, "name") ?? run.name;
  run.detailsUrl = optionalText(body, "details_url") ?? run.detailsUrl;
  run.externalId = optionalText(body, "external_id") ?? run.externalId;
  run.status = (optionalText(body, "status") as CheckRun["status"] | undefined) ?? run.status;
  fillConclusion(world, run, body);
  if (output !== undefined) fillOutput(run, output);
}

function fillConclusion(world: World, run: CheckRun, body: JsonObject): void {
  const conclusion = optionalText(body, "conclusion") as Conclusion | undefined;
  if (conclusion !== undefined) {
    run.conclusion = conclusion;
    run.status = "completed";
  }
  if (run.status === "completed") run.completedAt ??= optionalText(body, "completed_at") ?? world.now();
  if (run.status === "completed" && run.conclusion === null) {
    throw validationFailed("CheckRun", "conclusion is required when status is completed");
  }
}

function fillOutput(run: CheckRun, output: JsonObject): void {
  run.output.title = optionalText(output, "title") ?? run.output.title;
  run.output.summary = optionalText(output, "summary") ?? run.output.summary;
  run.output.text = optionalText(output, "text") ?? run.output.text;
  run.output.annotations.push(...((output["annotations"] ?? []) as readonly JsonObject[]));
}

function checkOutput(output: JsonObject | undefined): void {
  if (output === undefined) return;
  const annotations = (output["annotations"] ?? []) as readonly JsonObject[];
  for (const field of ["summary", "text"]) {
    if ((optionalText(output, field) ?? "").length > MAX_TEXT) {
      throw new HttpError(
        422,
        `Invalid request.\n\nOnly ${MAX_TEXT} characters are allowed in output/${field}.`,
      );
    }
  }
  for (const { message } of annotations) {
    if (Buffer.byteLength(textOf({ message }, "message")) > 65_536)
      throw new HttpError(422, "Invalid request.\n\nmessage is over 64 KB.");
  }
}

function runIn(call: Call): CheckRun {
  const run = call.repo.checkRuns.find(({ id }) => id === numberIn(call, "check_run_id"));
  if (run === undefined) throw notFound();
  return run;
}

function getRun(call: Call): Reply {
  return ok(checkRunJson(call.world, call.repo, runIn(call)));
}

async function updateRun(call: Call): Promise<Reply> {
  const run = runIn(call);
  if (run.app.id !== call.actor.app?.id) {
    throw new HttpError(
      403,
      "Invalid app_id `" +
        `${call.actor.app?.id ?? "none"}` +
        "` - check run can only be modified by the GitHub App that created it.",
    );
  }
  fill(call.world, run, call.body);
  await settle(call.world, call.repo);
  return ok(checkRunJson(call.world, call.repo, run));
}

async function listAnnotations(call: Call): Promise<Reply> {
  const blob = `${repositoryUrl(call.world, call.repo)}/git/blobs`;
  return await listReply(call, runIn(call).output.annotations, (one) => ({
    path: one["path"],
    start_line: one["start_line"],
    end_line: one["end_line"],
    start_column: one["start_column"] ?? null,
    end_column: one["end_column"] ?? null,
    annotation_level: one["annotation_level"],
    title: one["title"] ?? null,
    message: one["message"],
    raw_details: one["raw_details"] ?? null,
    blob_href: blob,
  }));
}

async function listRuns(call: Call): Promise<Reply> {
  const { world, repo, query } = call;
  const sha = await commitIn(repo, textIn(call, "ref"));
  const name = query.get("check_name");
  const app = query.get("app_id");
  const found = repo.checkRuns
    .filter((run) => run.sha === sha && (name === null || run.name === name))
    .filter((run) => app === null || run.app.id === Number(app));
  const latest = query.get("filter") === "all" ? found : latestOf(found);
  const page = pageOf(latest, query);
  const check_runs = page.items.map((run) => checkRunJson(world, repo, run));
  return { status: 200, headers: page.headers, body: { total_count: latest.length, check_runs } };
}

function latestOf(runs: readonly CheckRun[]): readonly CheckRun[] {
  return [...new Map(runs.map((run) => [`${run.app.id} ${run.name}`, run])).values()];
}

async function createStatus(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const sha = await commitIn(repo, textIn(call, "sha"));
  const context = optionalText(body, "context") ?? "default";
  const before = repo.statuses.filter((one) => one.sha === sha && one.context === context).length;
  if (before >= MAX_STATUSES)
    throw validationFailed("Status", "This SHA and context has reached the maximum number of statuses.");
  const status: CommitStatus = {
    id: world.nextId(),
    sha,
    state: body["state"] as CommitStatus["state"],
    context,
    description: optionalText(body, "description") ?? null,
    targetUrl: optionalText(body, "target_url") ?? null,
    creator: actor.account,
    app: actor.app,
    createdAt: world.now(),
  };
  repo.statuses.push(status);
  await settle(world, repo);
  return created(statusJson(world, repo, status));
}

async function statusesIn(call: Call): Promise<{ sha: string; statuses: readonly CommitStatus[] }> {
  const sha = await commitIn(call.repo, textIn(call, "ref"));
  return { sha, statuses: call.repo.statuses.filter((one) => one.sha === sha).reverse() };
}

async function listStatuses(call: Call): Promise<Reply> {
  const { statuses } = await statusesIn(call);
  return await listReply(call, statuses, (status) => statusJson(call.world, call.repo, status));
}

async function combinedStatus(call: Call): Promise<Reply> {
  const { world, repo } = call;
  const { sha, statuses } = await statusesIn(call);
  const latest = [...new Map([...statuses].reverse().map((one) => [one.context, one])).values()];
  const url = `${repositoryUrl(world, repo)}/commits/${sha}`;
  return ok({
    state: combine(latest),
    statuses: latest.map((status) => statusJson(world, repo, status)),
    sha,
    total_count: latest.length,
    repository: repositoryJson(world, repo),
    commit_url: url,
    url: `${url}/status`,
  });
}

function combine(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === "failure" || state === "error")) return "failure";
  if (statuses.length === 0 || statuses.some(({ state }) => state === "pending")) return "pending";
  return "success";
}

async function commitIn(repo: Repository, revision: string): Promise<string> {
  const sha = await repo.bare.commitOf(revision);
  if (sha === undefined) throw new HttpError(422, `No commit found for SHA: ${revision}`);
  return sha;
}
