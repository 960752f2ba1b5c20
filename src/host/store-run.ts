import { hasArtifacts } from "../adapters/artifact/service.ts";
import type { UploadedArtifact } from "../ports/artifacts.ts";
import { artifactName, packRun, type ToolRun, type WorkflowRun } from "../domain/run-artifact.ts";
import { GateError, problem, type Problem } from "../errors.ts";
import { DEFAULT_RETENTION, type Retention, type RetentionClass } from "../policy/retention.ts";
import type { Git } from "../ports/git.ts";
import { readRetention } from "../usecases/retention.ts";
import type { ActionHost } from "./action-host.ts";
import type { ActionReport } from "./action.ts";
import { notStored, type Stored, storedAs, withStored } from "./stored.ts";

/** What a run leaves behind: one artifact of the workflow run. */
export interface RunToStore extends ToolRun {
  /** Commit whose retention policy holds; never the head of what is judged. */
  readonly base: string;
  /** Path in the artifact -> bytes; the report comes on top. */
  readonly files: Iterable<readonly [string, Uint8Array]>;
  /** Whether somebody wants it stored. */
  readonly upload: boolean;
}

/** The step around it, with the repository that it is about. */
export interface StoringHost extends Pick<ActionHost, "env" | "signal"> {
  readonly git: Pick<Git, "show">;
}

/** Stores a report with what it stands on, and says so in it. */
export async function storeReport(
  host: StoringHost,
  report: ActionReport,
  run: RunToStore,
): Promise<ActionReport> {
  return withStored(report, await storeRun(host, report, run));
}

/**
 * Stores a run as an artifact, for as long as the retention policy of its base says. Never throws: what cannot be stored
 * is a warning with its code, because the evidence that counts is in Git.
 */
export async function storeRun(
  host: StoringHost,
  report: Pick<ActionReport, "markdown">,
  run: RunToStore,
): Promise<Stored> {
  if (!run.upload) return notStored("Nothing was uploaded: `upload` is false.");
  if (!hasArtifacts(host.env)) return notStored("Nothing was uploaded: this runner offers no artifacts.");
  const { retention, problems } = await retentionOf(host.git, run.base);
  try {
    const files = new Map([["report.md", Buffer.from(report.markdown)], ...run.files]);
    const artifact = await upload(host, { ...run, files }, retention);
    const server = host.env["GITHUB_SERVER_URL"] ?? "https://github.com";
    return storedAs(artifact, { workflow: workflowRunOf(host.env), server, problems });
  } catch (error) {
    return notStored("Nothing was uploaded; the answer stands.", [...problems, ...problemsOf(error)]);
  }
}

const CLASSES: Readonly<Record<ToolRun["kind"], RetentionClass>> = {
  parity: "daily",
  benchmark: "daily",
  gate: "critical",
  promote: "critical",
  check: "critical",
  audit: "critical",
};

async function upload(
  { env, signal }: StoringHost,
  run: ToolRun & { readonly files: ReadonlyMap<string, Uint8Array> },
  retention: Retention,
): Promise<UploadedArtifact> {
  const { openArtifacts } = await import("../adapters/artifact/artifacts.ts");
  const files = packRun(run, workflowRunOf(env), run.files);
  const retentionDays = retention[CLASSES[run.kind]];
  return openArtifacts({ env, signal }).upload({ name: artifactName(run), files, retentionDays });
}

/** A policy that cannot be read is told and replaced: for how long a report is kept decides nothing. */
async function retentionOf(
  git: Pick<Git, "show">,
  commit: string,
): Promise<{ retention: Retention; problems: readonly Problem[] }> {
  try {
    return { retention: await readRetention(git, commit), problems: [] };
  } catch (error) {
    return { retention: DEFAULT_RETENTION, problems: problemsOf(error) };
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof GateError) return error.problems;
  return [problem("ARTIFACT_UPLOAD_FAILED", error instanceof Error ? error.message : String(error))];
}

/** The workflow run around the step, from its environment. */
export function workflowRunOf(env: NodeJS.ProcessEnv): WorkflowRun {
  const attempt = Number(env["GITHUB_RUN_ATTEMPT"]);
  return {
    repository: env["GITHUB_REPOSITORY"] ?? "",
    id: env["GITHUB_RUN_ID"] ?? "",
    attempt: Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1,
  };
}
