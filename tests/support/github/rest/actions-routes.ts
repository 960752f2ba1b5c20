import { emit } from "../events/emit.ts";
import { HttpError, notFound } from "../http/errors.ts";
import type { WorkflowRun } from "../state/records.ts";
import {
  noContent,
  numberIn,
  ok,
  pageOf,
  textIn,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { workflowRunJson } from "./json/checks.ts";
import { htmlUrl, repositoryUrl } from "./json/repositories.ts";

const AT = "/repos/{owner}/{repo}";

/** The whole `client_payload` of a repository_dispatch, in bytes of JSON. */
const MAX_CLIENT_PAYLOAD = 65_535;

export const ACTIONS_ROUTES: Routes = {
  [`POST ${AT}/dispatches` as const]: { needs: "contents:write", handle: repositoryDispatch },
  [`POST ${AT}/actions/workflows/{workflow_id}/dispatches` as const]: {
    needs: "actions:write",
    handle: workflowDispatch,
  },
  [`GET ${AT}/actions/runs` as const]: { needs: "actions:read", handle: listRuns },
  [`GET ${AT}/actions/runs/{run_id}` as const]: { needs: "actions:read", handle: getRun },
  [`POST ${AT}/actions/runs/{run_id}/approve` as const]: { needs: "actions:write", handle: approveRun },
};

async function repositoryDispatch({ world, repo, actor, body }: Call): Promise<Reply> {
  const client_payload = body["client_payload"] ?? null;
  if (Buffer.byteLength(JSON.stringify(client_payload)) > MAX_CLIENT_PAYLOAD) {
    throw new HttpError(422, "client_payload is too large.");
  }
  const sha = await repo.bare.git("rev-parse", repo.defaultBranch);
  const action = textOf(body, "event_type");
  // GitHub delivers these through the App that workflows run as.
  const installation = { id: 1, node_id: "INST_1" };
  const payload = { branch: repo.defaultBranch, client_payload, installation };
  const ref = `refs/heads/${repo.defaultBranch}`;
  emit(world, repo, { name: "repository_dispatch", action, actor, payload, workflows: "start", sha, ref });
  return noContent();
}

async function workflowDispatch(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const file = `.github/workflows/${textIn(call, "workflow_id")}`;
  if ((await repo.bare.file(repo.defaultBranch, file)) === undefined) throw notFound();
  const wanted = textOf(body, "ref").replace(/^refs\/heads\//, "");
  const sha = await repo.bare.commitOf(`refs/heads/${wanted}`);
  if (sha === undefined) throw new HttpError(422, `No ref found for: ${wanted}`);
  const ref = `refs/heads/${wanted}`;
  const payload = { inputs: body["inputs"] ?? {}, ref, workflow: file };
  const event = emit(world, repo, {
    name: "workflow_dispatch",
    actor,
    payload,
    workflows: "start",
    sha,
    ref,
  });
  if (body["return_run_details"] !== true) return noContent();
  const url = `${repositoryUrl(world, repo)}/actions/runs/${event.runId}`;
  return ok({
    workflow_run_id: event.runId,
    run_url: url,
    html_url: `${htmlUrl(world, repo)}/actions/runs/${event.runId}`,
  });
}

function listRuns({ world, repo, query }: Call): Reply {
  const matches = (run: WorkflowRun): boolean =>
    [
      ["event", run.event],
      ["head_sha", run.sha],
      ["branch", run.branch],
      ["actor", run.actor.login],
    ].every(([name, value]) => query.get(name ?? "") === null || query.get(name ?? "") === value) &&
    [null, run.status, run.conclusion as string | null].includes(query.get("status"));
  const found = repo.runs.filter(matches).reverse();
  const page = pageOf(found, query);
  const workflow_runs = page.items.map((run) => workflowRunJson(world, repo, run));
  return { status: 200, headers: page.headers, body: { total_count: found.length, workflow_runs } };
}

function runIn(call: Call): WorkflowRun {
  const run = call.repo.runs.find(({ id }) => id === numberIn(call, "run_id"));
  if (run === undefined) throw notFound();
  return run;
}

function getRun(call: Call): Reply {
  return ok(workflowRunJson(call.world, call.repo, runIn(call)));
}

/** A person with write access lets a waiting run start. */
function approveRun(call: Call): Reply {
  const run = runIn(call);
  if (run.conclusion !== "action_required")
    throw new HttpError(403, "This workflow run is not waiting for approval");
  if (call.token.kind === "actions") throw new HttpError(403, "Resource not accessible by integration");
  run.status = "queued";
  run.conclusion = null;
  const event = call.repo.events.find(({ runId }) => runId === run.id);
  if (event !== undefined) event.workflows = "start";
  return { status: 201, body: {} };
}
