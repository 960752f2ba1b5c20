import type { CheckAnnotation, CheckRunRequest, Forge } from "../../ports/forge.ts";
import { gateError } from "../../errors.ts";
import type { Client } from "./client.ts";

type Outcomes = Pick<
  Forge,
  "createCheckRun" | "createDeployment" | "setDeploymentStatus" | "deploymentState" | "deployments"
>;

const ANNOTATIONS_A_REQUEST = 50;

/** What GitHub shows beside a commit: check runs and deployments. */
export function outcomes(client: Client): Outcomes {
  const { rest, list } = client;
  return {
    createCheckRun: (run) => createCheckRun(client, run),
    async createDeployment({ commit, environment, description, payload }) {
      // Without these two GitHub would merge the default branch into the commit, or refuse until every check is green.
      const alone = { auto_merge: false, required_contexts: [] };
      const request = { ref: commit, environment, description, payload: { ...payload }, ...alone };
      const route = "POST /repos/{owner}/{repo}/deployments";
      const made = await rest("deployments: write", route, request, { once: true });
      if (!("id" in made)) throw gateError("FORGE_BAD_ANSWER", "The new deployment has no id.");
      return { id: Number(made.id) };
    },
    async setDeploymentStatus(id, state, description) {
      const route = "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses";
      await rest("deployments: write", route, { deployment_id: id, state, description });
    },
    async deploymentState(id) {
      const route = "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses";
      const [newest] = await rest("deployments: read", route, { deployment_id: id, per_page: 1 });
      return newest?.state ?? null;
    },
    async deployments(environment, sha) {
      const route = "GET /repos/{owner}/{repo}/deployments";
      const found = await list("deployments: read", route, { environment, sha });
      return found.map(({ id, sha, payload }) => ({
        id: Number(id),
        commit: sha,
        payload: readPayload(payload),
      }));
    },
  };
}

/** GitHub keeps a payload as it was sent; some servers hand it back as text. */
function readPayload(payload: unknown): unknown {
  if (typeof payload !== "string") return payload;
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

/** GitHub takes 50 annotations a request and appends those of an update. */
async function createCheckRun({ rest }: Client, run: CheckRunRequest): Promise<{ url: string }> {
  const { title, summary, name, head, conclusion } = run;
  const [first = [], ...more] = inPieces(run.annotations.map(annotationOf));
  const created = await rest("checks: write", "POST /repos/{owner}/{repo}/check-runs", {
    name,
    head_sha: head,
    status: "completed",
    conclusion,
    output: { title, summary, annotations: first },
  });
  const route = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";
  for (const annotations of more) {
    await rest("checks: write", route, {
      check_run_id: Number(created.id),
      output: { title, summary, annotations },
    });
  }
  return { url: created.html_url ?? "" };
}

function inPieces<T>(items: readonly T[]): T[][] {
  const pieces = Math.ceil(items.length / ANNOTATIONS_A_REQUEST);
  return Array.from({ length: pieces }, (_, at) =>
    items.slice(at * ANNOTATIONS_A_REQUEST, (at + 1) * ANNOTATIONS_A_REQUEST),
  );
}

interface AnnotationData {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: CheckAnnotation["level"];
  title: string;
  message: string;
}

function annotationOf({ path, line, level, title, message }: CheckAnnotation): AnnotationData {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message };
}
