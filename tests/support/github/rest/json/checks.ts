import type { JsonObject } from "../../http/json.ts";
import type {
  CheckRun,
  CommitStatus,
  Deployment,
  DeploymentStatus,
  WorkflowRun,
} from "../../state/records.ts";
import type { Repository } from "../../state/repository.ts";
import type { World } from "../../state/world.ts";
import { htmlUrl, repositoryJson, repositoryUrl } from "./repositories.ts";
import { appJson, userJson } from "./users.ts";

export function checkRunJson(world: World, repo: Repository, run: CheckRun): JsonObject {
  const url = `${repositoryUrl(world, repo)}/check-runs/${run.id}`;
  const html = `${htmlUrl(world, repo)}/runs/${run.id}`;
  const { title, summary, text, annotations } = run.output;
  return {
    id: run.id,
    name: run.name,
    node_id: `CR_${run.id}`,
    head_sha: run.sha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title,
      summary,
      text,
      annotations_count: annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.app.id * 1_000_000 + Number.parseInt(run.sha.slice(0, 5), 16) },
    app: appJson(world, run.app),
    pull_requests: [],
  };
}

export function statusJson(world: World, repo: Repository, status: CommitStatus): JsonObject {
  return {
    url: `${repositoryUrl(world, repo)}/statuses/${status.sha}`,
    avatar_url: `${world.url}/avatars/${status.creator.id}`,
    id: status.id,
    node_id: `SC_${status.id}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: userJson(world, status.creator),
  };
}

export function deploymentJson(world: World, repo: Repository, deployment: Deployment): JsonObject {
  const url = `${repositoryUrl(world, repo)}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: `DE_${deployment.id}`,
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: deployment.createdAt,
    updated_at: deployment.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(world, repo),
    creator: userJson(world, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: null,
  };
}

export function deploymentStatusJson(
  world: World,
  repo: Repository,
  { deployment, status }: { readonly deployment: Deployment; readonly status: DeploymentStatus },
): JsonObject {
  const url = `${repositoryUrl(world, repo)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: `DES_${status.id}`,
    state: status.state,
    creator: userJson(world, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: repositoryUrl(world, repo),
    performed_via_github_app: null,
  };
}

export function workflowRunJson(world: World, repo: Repository, run: WorkflowRun): JsonObject {
  const url = `${repositoryUrl(world, repo)}/actions/runs/${run.id}`;
  const repository = repositoryJson(world, repo);
  return {
    id: run.id,
    name: "model-gate",
    node_id: `WFR_${run.id}`,
    head_branch: run.branch,
    head_sha: run.sha,
    path: ".github/workflows/model-gate.yml",
    display_title: run.branch,
    run_number: run.id,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    url,
    html_url: `${htmlUrl(world, repo)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.createdAt,
    actor: userJson(world, run.actor),
    triggering_actor: userJson(world, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryUrl(world, repo)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${repositoryUrl(world, repo)}/actions/workflows/1`,
    head_commit: null,
    repository,
    head_repository: repository,
  };
}
