import { HttpError, notFound } from "../http/errors.ts";
import { checkState, type RequiredCheck } from "../rules/checks.ts";
import type { Deployment, DeploymentStatus } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import {
  created,
  listReply,
  numberIn,
  ok,
  optionalText,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { deploymentJson, deploymentStatusJson } from "./json/checks.ts";

const AT = "/repos/{owner}/{repo}/deployments";

export const DEPLOYMENT_ROUTES: Routes = {
  [`GET ${AT}` as const]: { needs: "deployments:read", handle: listDeployments },
  [`POST ${AT}` as const]: { needs: "deployments:write", handle: createDeployment },
  [`GET ${AT}/{deployment_id}` as const]: { needs: "deployments:read", handle: getDeployment },
  [`GET ${AT}/{deployment_id}/statuses` as const]: { needs: "deployments:read", handle: listStatuses },
  [`POST ${AT}/{deployment_id}/statuses` as const]: { needs: "deployments:write", handle: createStatus },
};

async function listDeployments(call: Call): Promise<Reply> {
  const { world, repo, query } = call;
  const wanted = ["sha", "ref", "task", "environment"] as const;
  const found = repo.deployments.filter((one) =>
    wanted.every((name) => query.get(name) === null || query.get(name) === one[name]),
  );
  return await listReply(call, found.reverse(), (one) => deploymentJson(world, repo, one));
}

async function createDeployment({ world, repo, actor, body }: Call): Promise<Reply> {
  const ref = textOf(body, "ref");
  const sha = await repo.bare.commitOf(ref);
  if (sha === undefined) throw new HttpError(422, `No ref found for: ${ref}`);
  demandContexts(repo, sha, body["required_contexts"] as readonly string[] | null | undefined);
  const environment = optionalText(body, "environment") ?? "production";
  const deployment: Deployment = {
    id: world.nextId(),
    sha,
    ref,
    task: optionalText(body, "task") ?? "deploy",
    environment,
    payload: body["payload"] ?? {},
    description: optionalText(body, "description") ?? null,
    transient: body["transient_environment"] === true,
    production: (body["production_environment"] as boolean | undefined) ?? environment === "production",
    creator: actor.account,
    createdAt: world.now(),
    statuses: [],
  };
  repo.deployments.push(deployment);
  return created(deploymentJson(world, repo, deployment));
}

/** Without `required_contexts: []`, every status and check of the commit must have passed. */
function demandContexts(repo: Repository, sha: string, wanted: readonly string[] | null | undefined): void {
  const all = [
    ...repo.statuses.filter((one) => one.sha === sha).map(({ context }) => context),
    ...repo.checkRuns.filter((one) => one.sha === sha).map(({ name }) => name),
  ];
  const contexts: RequiredCheck[] = (wanted ?? all).map((context) => ({ context, integrationId: undefined }));
  const missing = contexts.filter((one) => checkState(repo, sha, one) !== "passing");
  if (missing.length === 0) return;
  throw new HttpError(409, `Conflict: Commit status checks failed for ${sha.slice(0, 7)}.`, {
    errors: [
      {
        contexts: missing.map(({ context }) => ({ context, state: "failure" })),
        resource: "Deployment",
        field: "required_contexts",
        code: "invalid",
      },
    ],
  });
}

function deploymentIn(call: Call): Deployment {
  const found = call.repo.deployments.find(({ id }) => id === numberIn(call, "deployment_id"));
  if (found === undefined) throw notFound();
  return found;
}

function getDeployment(call: Call): Reply {
  return ok(deploymentJson(call.world, call.repo, deploymentIn(call)));
}

async function listStatuses(call: Call): Promise<Reply> {
  const deployment = deploymentIn(call);
  const newestFirst = [...deployment.statuses].reverse();
  return await listReply(call, newestFirst, (status) =>
    deploymentStatusJson(call.world, call.repo, { deployment, status }),
  );
}

function createStatus(call: Call): Reply {
  const { world, repo, actor, body } = call;
  const deployment = deploymentIn(call);
  const status: DeploymentStatus = {
    id: world.nextId(),
    state: textOf(body, "state"),
    description: optionalText(body, "description") ?? "",
    environment: optionalText(body, "environment") ?? deployment.environment,
    logUrl: optionalText(body, "log_url") ?? optionalText(body, "target_url") ?? "",
    environmentUrl: optionalText(body, "environment_url") ?? "",
    creator: actor.account,
    createdAt: world.now(),
  };
  if (status.state === "success" && body["auto_inactive"] !== false) retireOthers(call, deployment);
  deployment.statuses.push(status);
  return created(deploymentStatusJson(world, repo, { deployment, status }));
}

/** A success makes earlier successes of the environment inactive, but for production environments. */
function retireOthers({ world, repo, actor }: Call, { id, environment, production }: Deployment): void {
  if (production) return;
  for (const other of repo.deployments) {
    if (other.id === id || other.environment !== environment || other.statuses.at(-1)?.state !== "success")
      continue;
    const texts = { description: "", environment, logUrl: "", environmentUrl: "" };
    other.statuses.push({
      id: world.nextId(),
      state: "inactive",
      creator: actor.account,
      createdAt: world.now(),
      ...texts,
    });
  }
}
